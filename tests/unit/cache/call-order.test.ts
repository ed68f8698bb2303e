import { describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const REGIONS = Object.fromEntries(KIND_NAMES.map((name) => [name, {}]))

type Call = (cache: CacheManager, region: string) => Promise<unknown>

/** What may come after a write that still waits for its tags, and what is there in the end. */
const LATER: Record<string, [Call, unknown]> = {
  'a set with the same tag': [(cache, region) => cache.set(region, 'k', 'new', { tags: ['slow'] }), 'new'],
  'a set with a tag that is known': [(cache, region) => cache.set(region, 'k', 'new', { tags: ['known'] }), 'new'],
  'a set without tags': [(cache, region) => cache.set(region, 'k', 'new'), 'new'],
  'a setMany': [(cache, region) => cache.setMany(region, { k: 'new' }), 'new'],
  'a delete': [(cache, region) => cache.delete(region, 'k'), undefined],
  'a clear': [(cache, region) => cache.clear(region), undefined],
  'a transaction': [(cache, region) => cache.transaction(region, (tx) => tx.set('k', 'new')), 'new'],
}

const PLACES = {
  'memory alone': () => {
    const { cache } = makeCache({ encryption: { keys: KEY } })
    return { cache, others: [cache] }
  },
  'a shared tier': () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: REGIONS })
    return { cache, others: [cache, shared.process({ regions: REGIONS }).cache] }
  },
}

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])(
  'of writes that nobody awaits the last one wins, with %s',
  (place) => {
    describe.each(KIND_NAMES)('in a region that is %s', (region) => {
      it.each(Object.keys(LATER))('a set that waits for its tags, then %s', async (name) => {
        const { cache, others } = PLACES[place]()
        await cache.set(region, 'other', 1, { tags: ['known'] })
        const [call, expected] = LATER[name] as [Call, unknown]
        const first = cache.set(region, 'k', 'old', { tags: ['slow'] })
        await Promise.all([first, call(cache, region)])
        for (const each of others) expect(await each.get(region, 'k')).toEqual(expected)
      })

      it.each(['a set without tags', 'a delete', 'a clear'])('a setMany, then %s', async (name) => {
        const { cache, others } = PLACES[place]()
        await cache.set(region, 'other', 1)
        const [call, expected] = LATER[name] as [Call, unknown]
        await Promise.all([cache.setMany(region, { j: 'old', k: 'old' }), call(cache, region)])
        for (const each of others) expect(await each.get(region, 'k')).toEqual(expected)
      })

      it('a wrong tag is refused, and stands in nobody’s way', async () => {
        const { cache, others } = PLACES[place]()
        await expect(cache.set(region, 'k', 'old', { tags: [''] })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
        await cache.set(region, 'k', 'new', { tags: ['slow'] })
        for (const each of others) expect(await each.get(region, 'k')).toBe('new')
      })
    })
  },
)

/** Two processes that share a tier, without a bus. */
function processes(options: object = {}) {
  const shared = new SharedTier()
  const regions = { regions: { s: { ttl: '1m', ...options } }, bus: false } as const
  const [here, there] = [shared.process(regions), shared.process(regions)]
  return {
    ...shared,
    clock: shared.clock,
    here: here.cache.region('s'),
    there: there.cache.region('s'),
    driver: here.driver,
  }
}

describe('of calls that nobody awaits', () => {
  it('a set after a deleteMany of many keys is kept', async () => {
    const { here, there } = processes()
    const keys = Array.from({ length: 1_200 }, (_, i) => `k${i}`)
    await here.setMany(keys.map((key) => [key, 'old'] as const))
    const [removed] = await Promise.all([here.deleteMany(keys), here.set('k1100', 'new')])
    expect(removed).toBe(1_200)
    for (const region of [here, there]) {
      expect(await region.get('k1100')).toBe('new')
      expect(await region.get('k1101')).toBeUndefined()
    }
  })

  it.each([
    ['deleteByTag', (region: ReturnType<typeof processes>['here']) => region.deleteByTag('t')],
    ['expireByTag', (region: ReturnType<typeof processes>['here']) => region.expireByTag(new Set(['u', 't']))],
  ])('a set with a tag is met by the %s after it', async (_, change) => {
    const { here, there } = processes()
    await here.set('k', 'before')
    await Promise.all([here.set('k', 'old', { tags: ['t'] }), change(here)])
    for (const region of [here, there]) expect(await region.get('k')).toBeUndefined()
  })

  it('a set that a later one takes the place of is done when that one can be read', async () => {
    const { here, driver, clock } = processes()
    await here.set('k', 'before')
    driver.break('hang')
    const first = here.set('k', 'old', { tags: ['a'] })
    await clock.advance(100)
    const second = here.set('k', 'new', { tags: ['b'] })
    const seen = first.then(() => here.get('k'))
    await clock.advance(2_000)
    expect(await seen).toBe('new')
    await second
  })

  it('a set in a namespace is met by the clear after it', async () => {
    const { here, there } = processes()
    const tenant = here.namespace('t')
    await Promise.all([tenant.set('k', 'old'), tenant.clear()])
    expect(await tenant.get('k')).toBeUndefined()
    expect(await there.namespace('t').get('k')).toBeUndefined()
  })

  it('in a transaction the last call counts, also where an earlier one waits for its tags', async () => {
    const { here: region } = processes()
    await region.transaction(async (tx) => {
      await Promise.all([tx.set('k', 'first', { tags: ['t'] }), tx.set('k', 'last')])
      await Promise.all([tx.set('gone', 'x', { tags: ['t'] }), tx.delete('gone')])
    })
    expect([await region.get('k'), await region.get('gone')]).toEqual(['last', undefined])
  })

  it('in a transaction a set after a delete is kept', async () => {
    const { cache } = makeCache({ regions: { s: {} } })
    const region = cache.region('s')
    await region.set('k', 'old')
    await region.transaction((tx) => Promise.all([tx.delete('k'), tx.set('k', 'new')]))
    expect(await region.get('k')).toBe('new')
  })
})

it('what L2 was not told of stays when something looks at what L2 has', async () => {
  const { here } = processes({ grace: '1h' })
  await here.set('k', 'shared')
  await here.set('k', 'own', { l2: { skip: true } })
  expect((await here.getEntry('k')).value).toBe('own')
  await here.touch('k', '1h')
  expect(await here.get('k')).toBe('own')
})
