import { describe, expect, it } from 'vitest'
import { type CacheManager, type RegionOptions, trainDictionary } from '../../../js/index.ts'
import { expectError, makeCache, SharedTier } from './fixture.ts'

const user = (i: number) => ({
  id: (i * 7919) % 100_003,
  name: `user ${i * 31}`,
  email: `user${i * 17}@example.com`,
  settings: { theme: i % 2 > 0 ? 'dark' : 'light', locale: 'en-GB', notifications: { mail: true, push: false } },
})
const users = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`u${i}`, user(i)]))
const REGIONS = (options: RegionOptions = {}) => ({ regions: { users: { compression: true, ...options } } })

/** How many bytes the region takes for one more entry. */
async function bytesOfOne(cache: CacheManager): Promise<number> {
  const bytes = () => cache.metrics().regions.users?.bytes ?? 0
  const before = bytes()
  await cache.set('users', 'one', user(5_000))
  return bytes() - before
}

describe.each<RegionOptions>([{ store: 'live' }, { store: 'packed' }])('a region with %o', (options) => {
  it('trains the dictionary that its values make', async () => {
    const { cache } = makeCache(REGIONS(options))
    await cache.setMany('users', users(200))
    const dictionary = await cache.region('users').trainDictionary({ size: '2KB' })
    expect(dictionary.length).toBeLessThanOrEqual(2_048)
    expect(new TextDecoder().decode(dictionary)).toContain('notifications')
    const other = makeCache({ regions: { users: { compression: true, dictionary } } }).cache
    expect(await bytesOfOne(other)).toBeLessThan(await bytesOfOne(makeCache(REGIONS()).cache))
  })

  it('looks at no more entries than it is told, and at none that is over', async () => {
    const { cache, clock } = makeCache(REGIONS(options))
    await cache.setMany('users', users(50), { ttl: '1m' })
    const many = await cache.trainDictionary('users', { samples: 50 })
    expect(await cache.trainDictionary('users', { samples: 2 })).not.toEqual(many)
    await clock.advance(61_000)
    await expectError(cache.trainDictionary('users'), 'INVALID_OPTION', 'samples are 0 values')
  })
})

describe('a trained dictionary', () => {
  it('is left to the caller, unless the region is to adopt it', async () => {
    const { cache } = makeCache(REGIONS())
    await cache.setMany('users', users(200))
    const dictionary = await cache.trainDictionary('users')
    expect(cache.config('users').dictionary).toBeUndefined()
    await cache.trainDictionary('users', { adopt: true })
    expect(cache.config('users').dictionary).toEqual({ current: dictionary, others: [] })
    expect(await cache.get('users', 'u7')).toEqual(user(7))
  })

  it('is adopted in front of those that were there, which still read', async () => {
    const first = trainDictionary(Array.from({ length: 50 }, (_, i) => `${i * 31} an old shape of values ${i}`))
    const shared = new SharedTier()
    const { cache } = shared.process(REGIONS({ dictionary: first }))
    await cache.setMany('users', users(200))
    const second = await cache.trainDictionary('users', { adopt: true })
    expect(cache.config('users').dictionary).toEqual({ current: second, others: [first] })
    await cache.trainDictionary('users', { adopt: true })
    expect(cache.config('users').dictionary).toEqual({ current: second, others: [first] })
    const reader = shared.process(REGIONS({ dictionary: { others: [first, second] } })).cache
    await cache.set('users', 'new', user(9_000))
    expect(await reader.getMany('users', ['u1', 'new'])).toEqual(
      new Map([
        ['u1', user(1)],
        ['new', user(9_000)],
      ]),
    )
  })

  it('is of what L2 holds where memory holds too little', async () => {
    const shared = new SharedTier()
    await shared.process(REGIONS()).cache.setMany('users', users(300))
    const { cache, driver } = shared.process(REGIONS())
    await cache.get('users', 'u1')
    const dictionary = await cache.trainDictionary('users', { samples: 200 })
    expect(new TextDecoder().decode(dictionary)).toContain('notifications')
    driver.break('fail')
    const alone = cache.trainDictionary('users', { samples: 200 })
    await expectError(shared.during(10_000, alone), 'INVALID_OPTION', 'samples are 1 values')
  })

  it('is of values as the serializer of the region writes them', async () => {
    const serializer = {
      id: 200,
      serialize: (value: unknown) => JSON.stringify(value),
      deserialize: (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes)),
    }
    const { cache } = makeCache(REGIONS({ serializer }))
    await cache.setMany('users', users(100))
    expect(new TextDecoder().decode(await cache.trainDictionary('users'))).toContain('"locale":"en-GB"')
  })

  it.each<[string, RegionOptions, object, string]>([
    ['an encrypted region', { encryption: true }, {}, 'it encrypts'],
    ['no entries', {}, {}, 'samples are 0 values'],
    ['no sample', {}, { samples: 0 }, 'samples is 0; allowed: a whole number of 1 to 10000'],
    ['too many samples', {}, { samples: 10_001 }, 'samples is 10001'],
    ['a size beyond 32 KB', {}, { size: '33KB' }, "size is '33KB'"],
  ])('is refused for %s', async (_, region, options, message) => {
    const { cache } = makeCache(REGIONS(region))
    await expectError(cache.trainDictionary('users', options), 'INVALID_OPTION', message)
  })
})
