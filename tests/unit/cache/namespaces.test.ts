import { describe, expect, it } from 'vitest'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { deferred, expectError, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

describe.each(KIND_NAMES)('a namespace of a %s region', (kind) => {
  it('has keys of its own', async () => {
    const { cache } = makeCache()
    const region = cache.region<number>(kind)
    const [a, b] = [region.namespace('a'), region.namespace('b')]
    await region.set('k', 0)
    await a.set('k', 1)
    await b.set('k', 2)
    await a.namespace('b').set('k', 3)
    expect([await region.get('k'), await a.get('k'), await b.get('k'), await a.namespace('b').get('k')]).toEqual([
      0, 1, 2, 3,
    ])
    expect([await a.delete('k'), await a.delete('k'), await a.has('k'), await b.has('k')]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  it('takes a request of getOrSet in one object', async () => {
    const { cache } = makeCache()
    const region = cache.region<string>(kind)
    const a = region.namespace('a')
    const request = { key: 'k', factory: () => 'made', tags: ['t'] }
    expect(await a.getOrSet(request)).toBe('made')
    expect([await a.get('k'), await region.get('k')]).toEqual(['made', undefined])
    await a.deleteByTag('t')
    expect(await a.get('k')).toBeUndefined()
  })

  it('is cleared with those inside of it, and no other', async () => {
    const { cache } = makeCache()
    const region = cache.region<number>(kind)
    const a = region.namespace('a')
    const all = [region, a, a.namespace('x'), a.namespace('y'), region.namespace('ab')]
    for (const one of all) await one.set('k', 1)
    const left = () => Promise.all(all.map((one) => one.has('k')))
    await a.namespace('x').clear()
    expect(await left()).toEqual([true, true, false, true, true])
    await a.clear()
    expect(await left()).toEqual([true, false, false, false, true])
    await a.set('k', 2)
    expect(await a.get('k')).toBe(2)
    await region.clear()
    expect(await left()).toEqual([false, false, false, false, false])
  })

  it('does in batches and transactions what a region does, under the keys that it is given', async () => {
    const { cache } = makeCache()
    const a = cache.region<number>(kind).namespace('a')
    expect(await a.setMany({ x: 1, y: 2 })).toBe(2)
    expect(await a.setMany(new Map([['z', 3]]))).toBe(1)
    expect(await a.getMany(['x', 'z', 'none'])).toEqual(
      new Map([
        ['x', 1],
        ['z', 3],
      ]),
    )
    const seen = await a.transaction(async (tx) => {
      await tx.set('x', 10)
      await tx.delete('y')
      return [await tx.get('x'), await tx.has('y'), await tx.get('z')]
    })
    expect(seen).toEqual([10, false, 3])
    expect(await a.getMany(['x', 'y'])).toEqual(new Map([['x', 10]]))
    expect(await a.deleteMany(['x', 'y'])).toBe(1)
    await a.warm({ w: 4 })
    expect(await a.getOrSet('m', ({ key }) => key.length)).toBe(1)
    await a.transaction((tx) => tx.set('t', 5))
    await a.clear()
    expect(await a.getMany(['z', 'w', 'm', 't'])).toEqual(new Map())
    expect(await cache.region(kind).getMany(['x', 'y', 'z', 'w', 'm', 't'])).toEqual(new Map())
  })

  it('tells of its entries, and changes their times', async () => {
    const { cache, clock } = makeCache()
    const a = cache.region<number>(kind).namespace('a')
    await a.set('k', 1, { ttl: '1m', tags: ['t'] })
    const tags = kind === 'encrypted' ? [] : ['t']
    expect(await a.getEntry('k')).toMatchObject({ value: 1, hit: true, tags })
    expect(await a.ttl('k')).toBe(60_000)
    expect(await a.touch('k', '2m')).toBe(true)
    await clock.advance(90_000)
    expect(await a.ttl('k')).toBe(30_000)
    expect([await a.expire('k'), await a.has('k'), await cache.region(kind).ttl('k')]).toEqual([true, false, undefined])
  })

  it('has tags of its own', async () => {
    const { cache } = makeCache()
    const region = cache.region<number>(kind)
    const [a, b] = [region.namespace('a'), region.namespace('b')]
    for (const one of [region, a, b]) await one.set('k', 1, { tags: ['t'] })
    await a.deleteByTag('t')
    expect([await region.has('k'), await a.has('k'), await b.has('k')]).toEqual([true, false, true])
    await region.deleteByTag('t')
    expect([await region.has('k'), await b.has('k')]).toEqual([false, true])
    await b.expireByTag(['t'])
    expect(await b.has('k')).toBe(false)
  })
})

describe('a namespace', () => {
  it('shares one run of a factory among all who ask for it', async () => {
    const { cache } = makeCache()
    let runs = 0
    const load = async () => ++runs
    const region = cache.region<number>('live')
    await Promise.all([region.namespace('a').getOrSet('k', load), region.namespace('a').getOrSet('k', load)])
    expect(runs).toBe(1)
    await region.namespace('b').getOrSet('k', load)
    expect(runs).toBe(2)
  })

  it('does not keep what was being made when it was cleared', async () => {
    const { cache } = makeCache()
    const a = cache.region<string>('live').namespace('a')
    const made = deferred<string>()
    const begun = deferred()
    const call = a.getOrSet('k', () => {
      begun.resolve()
      return made.promise
    })
    await begun.promise
    await a.clear()
    made.resolve('old')
    expect(await call).toBe('old')
    expect(await a.get('k')).toBeUndefined()
  })

  it('cannot be reached by a key or a tag, from the region or from another one', async () => {
    const { cache } = makeCache()
    const region = cache.region<number>('live')
    await region.namespace('a').set('k', 1)
    await region.namespace('a').namespace('b').set('k', 2)
    const inside = '\u001fa\u001fk'
    await expectError(region.get(inside), 'INVALID_KEY', /U\+001F/)
    await expectError(region.getMany([inside]), 'INVALID_KEY')
    await expectError(region.has(inside), 'INVALID_KEY')
    await expectError(region.set(inside, 3), 'INVALID_KEY')
    await expectError(region.delete(inside), 'INVALID_KEY')
    await expectError(
      region.getOrSet(inside, () => 3),
      'INVALID_KEY',
    )
    await expectError(region.namespace('a').get('\u001fb\u001fk'), 'INVALID_KEY')
    await expectError(region.deleteByTag('\u001fa\u001f'), 'INVALID_OPTION')
    await expectError(region.namespace('a').set('k', 1, { tags: ['\u001fb\u001f'] }), 'INVALID_OPTION')
    expect(await region.namespace('a').get('k')).toBe(1)
  })

  it('refuses names, keys and tags that cannot be one', async () => {
    const { cache } = makeCache()
    const region = cache.region('live')
    for (const bad of ['', 'a\u001fb', '\ud800', 7, undefined, 'x'.repeat(2_000)]) {
      await expectError(() => region.namespace(bad as string), 'INVALID_OPTION', /namespace/)
    }
    const a = region.namespace('a')
    await expectError(a.get(''), 'INVALID_KEY')
    await expectError(a.set(5 as never, 1), 'INVALID_KEY')
    await expectError(a.set('k', 1, 5 as never), 'INVALID_OPTION')
    await expectError(a.getMany('k'), 'INVALID_OPTION')
    await expectError(a.set('k', 1, { tags: Array.from({ length: 64 }, (_, i) => `t${i}`) }), 'INVALID_OPTION', /63/)
    expect(await a.set('k', 1, { tags: Array.from({ length: 63 }, (_, i) => `t${i}`) })).toBe(true)
    await cache.close()
    await expectError(a.get('k'), 'CLOSED')
    await expectError(a.clear(), 'CLOSED')
  })

  it('is cleared in other processes, after an outage too', async () => {
    for (const kind of KIND_NAMES) {
      const shared = new SharedTier()
      const hub = inProcessHub()
      const [one, two] = [shared.process({ bus: hub.join() }), shared.process({ bus: hub.join() })]
      const [a, b] = [one.cache.region(kind).namespace('a'), two.cache.region(kind).namespace('a')]
      await a.set('k', 1)
      await two.cache.set(kind, 'k', 2)
      expect(await b.get('k')).toBe(1)
      one.driver.break('fail')
      await a.clear()
      one.driver.heal()
      await shared.clock.advance(60_000)
      expect(await b.get('k')).toBeUndefined()
      expect(await two.cache.get(kind, 'k')).toBe(2)
      expect(await shared.process().cache.region(kind).namespace('a').get('k')).toBeUndefined()
    }
  })
})
