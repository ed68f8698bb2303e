import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CacheError, type DumpedEntry, MemoryCache, type MemoryCacheOptions } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

type Dump = [string, DumpedEntry<unknown>][]

const WALL = Date.UTC(2026, 5, 1)

function make(options: Partial<MemoryCacheOptions<unknown>> = {}, wall = WALL) {
  const clock = new FakeClock({ now: wall % 10_000, wall })
  return { cache: new MemoryCache<unknown>({ clock, max: 10, ...options }), clock }
}

/** As a file or another process hands it on. */
function throughJson(dump: Dump): Dump {
  return JSON.parse(JSON.stringify(dump))
}

type Remaining = [key: string, value: unknown, ms: number]

function byKey(entries: Remaining[]): Remaining[] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

function remaining(cache: MemoryCache<unknown>): Remaining[] {
  return byKey([...cache].map(([key, value]): Remaining => [key, value, cache.getRemainingTTL(key)]))
}

describe.each(['live', 'packed'] as const)('the dump of a %s cache', (store) => {
  it('brings values and what is left of their time to another process, through JSON', async () => {
    const { cache, clock } = make({ store, ttl: 1_000 })
    cache.set('a', { list: [1, null] })
    await clock.advance(400)
    cache.set('b', 'text', { ttl: 5_000 })
    cache.set('c', 0, { ttl: Infinity })
    const later = make({ store, ttl: 7 }, clock.wall() + 100)
    later.cache.set('old', 1)
    later.cache.load(throughJson(cache.dump()))
    expect(remaining(later.cache)).toEqual([
      ['a', { list: [1, null] }, 500],
      ['b', 'text', 4_900],
      ['c', 0, Infinity],
    ])
  })

  it('leaves out what has expired, then or on the way', async () => {
    const { cache, clock } = make({ store, allowStale: true })
    cache.set('before', 1, { ttl: 50 })
    cache.set('between', 1, { ttl: 500 })
    cache.set('after', 1, { ttl: 5_000 })
    await clock.advance(100)
    const dump = cache.dump()
    expect(dump.map(([key]) => key).sort()).toEqual(['after', 'between'])
    const later = make({ store }, clock.wall() + 1_000)
    later.cache.load(dump)
    expect([...later.cache.keys()]).toEqual(['after'])
  })

  it('lets nothing live longer than its TTL where the wall clock was set back', () => {
    const { cache } = make({ store })
    cache.set('a', 1, { ttl: 500 })
    const earlier = make({ store }, WALL - 3_600_000)
    earlier.cache.load(cache.dump())
    expect(earlier.cache.getRemainingTTL('a')).toBe(500)
  })

  it('keeps the TTL by which an entry is renewed', async () => {
    const { cache, clock } = make({ store, ttl: 100, updateAgeOnGet: true })
    cache.set('a', 1)
    cache.set('b', 1, { ttl: 1_000 })
    await clock.advance(60)
    const other = make({ store, ttl: 7, updateAgeOnGet: true }, clock.wall())
    other.cache.load(throughJson(cache.dump()))
    expect([other.cache.getRemainingTTL('a'), other.cache.getRemainingTTL('b')]).toEqual([40, 940])
    await other.clock.advance(20)
    for (const key of ['a', 'b']) other.cache.get(key)
    expect([other.cache.getRemainingTTL('a'), other.cache.getRemainingTTL('b')]).toEqual([100, 1_000])
  })

  it('means the TTL of the cache where it tells none', () => {
    const { cache } = make({ store, ttl: 100 })
    cache.load([['a', { value: 1 }]])
    expect(cache.getRemainingTTL('a')).toBe(100)
  })

  it.each([
    [5],
    [{ a: 1 }],
    [['a']],
    [[['a', { value: 1, ttl: -1 }]]],
    [[['a', { value: 1, ttl: 'soon' }]]],
    [[['a', { value: 1, start: Number.NaN }]]],
    [[['a', { value: 1, size: -3 }]]],
    [[['', { value: 1 }]]],
    [[['a', null]]],
    [[['a', {}]]],
    [[[7, { value: 1 }]]],
  ])('is not %j, and a cache that is asked to load that stays as it was', (dump) => {
    const { cache } = make({ store })
    cache.set('mine', 1)
    expect(() => cache.load([['fine', { value: 1 }], ...([dump].flat(1) as Dump)])).toThrow()
    expect(() => cache.load(dump as Dump)).toThrow()
    expect([...cache]).toEqual([['mine', 1]])
  })

  it('gives back what it was made of, whatever that was', () => {
    // `__proto__` is refused by design: a packed cache gives back no value that has such a key.
    const value = fc.jsonValue().filter((made) => !JSON.stringify(made).includes('"__proto__"'))
    const entries = fc.uniqueArray(
      fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), value, fc.option(fc.integer({ min: 1, max: 1e12 }))),
      { selector: ([key]) => key, maxLength: 30 },
    )
    fc.assert(
      fc.property(entries, fc.nat(1e9), (given, pause) => {
        const { cache, clock } = make({ store, max: 100 })
        for (const [key, value, ttl] of given) cache.set(key, value, { ttl: ttl ?? Infinity })
        const other = make({ store, max: 100 }, clock.wall() + pause)
        other.cache.load(throughJson(cache.dump()))
        const expected = given.filter(([, , ttl]) => (ttl ?? Infinity) > pause)
        const times = expected.map(
          ([key, value, ttl]): Remaining => [key, JSON.parse(JSON.stringify(value)), (ttl ?? Infinity) - pause],
        )
        expect(remaining(other.cache)).toEqual(byKey(times))
      }),
      { numRuns: 60 },
    )
  })
})

describe('the dump of a live cache', () => {
  it('lets the same entries leave first afterwards', () => {
    const { cache } = make({ max: 4, policy: 'lru' })
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 1)
    cache.get('a')
    cache.get('c')
    const other = make({ max: 4, policy: 'lru' })
    other.cache.load(cache.dump())
    for (const key of ['e', 'f', 'g']) other.cache.set(key, 1)
    expect([...other.cache.keys()].sort()).toEqual(['c', 'e', 'f', 'g'])
  })

  it('tells and takes sizes where entries are weighed', () => {
    const { cache } = make({ maxBytes: 100, sizeCalculation: () => 7 })
    cache.set('a', 1)
    cache.set('b', 1, { size: 30 })
    expect(cache.dump().map(([key, { size }]) => [key, size])).toEqual([
      ['a', 7],
      ['b', 30],
    ])
    const other = make({ maxBytes: 100, sizeCalculation: () => 1 })
    other.cache.load(cache.dump())
    expect(other.cache.bytes).toBe(37)
    expect(make().cache.dump()).toEqual([])
  })

  it('tells no sizes where nothing is weighed', () => {
    const { cache } = make()
    cache.set('a', 1)
    expect(cache.dump()).toEqual([['a', { value: 1, ttl: 0 }]])
  })
})

describe('what cannot be loaded', () => {
  it('leaves a packed cache empty where it is found by storing it', () => {
    const { cache } = make({ store: 'packed' })
    cache.set('mine', 1)
    const load = () =>
      cache.load([
        ['a', { value: 1 }],
        ['b', { value: () => 1 }],
      ])
    expect(load).toThrow('value is a function')
    expect(cache.size).toBe(0)
  })

  it('changes nothing where it cannot be weighed', () => {
    const sizeCalculation = (value: unknown) => value as number
    const { cache } = make({ maxBytes: 100, sizeCalculation })
    cache.set('mine', 1)
    const load = () =>
      cache.load([
        ['a', { value: 1 }],
        ['b', { value: -1 }],
      ])
    expect(load).toThrow(/sizeCalculation/)
    expect([...cache.keys()]).toEqual(['mine'])
  })

  it('is told by a code', () => {
    const { cache } = make()
    const codes = [5, [['', { value: 1 }]]].map((dump) => {
      try {
        cache.load(dump as never)
        return undefined
      } catch (error) {
        return (error as CacheError).code
      }
    })
    expect(codes).toEqual(['INVALID_OPTION', 'INVALID_KEY'])
  })
})
