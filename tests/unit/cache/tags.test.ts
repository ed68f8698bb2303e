import { describe, expect, it } from 'vitest'
import { expectError, KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const REGIONS = Object.fromEntries(KIND_NAMES.map((name) => [name, {}]))

/** A cache on memory alone, and one over a tier that it shares: both must do the same. */
const PLACES = {
  'memory alone': () => makeCache({ encryption: { keys: KEY } }).cache,
  'a shared tier': () => new SharedTier().process({ regions: REGIONS }).cache,
}

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])('tags, with %s', (place) => {
  describe.each(KIND_NAMES)('in a region that is %s', (region) => {
    it('take away every entry that has one of them, and no other', async () => {
      const cache = PLACES[place]()
      await cache.set(region, 'a', 1, { tags: ['x'] })
      await cache.set(region, 'b', 2, { tags: ['x', 'y'] })
      await cache.set(region, 'c', 3, { tags: ['y', 'z'] })
      await cache.set(region, 'd', 4)
      await cache.deleteByTag(region, 'x')
      expect(await cache.getMany(region, ['a', 'b', 'c', 'd'])).toEqual(
        new Map([
          ['c', 3],
          ['d', 4],
        ]),
      )
      expect(await cache.has(region, 'a')).toBe(false)
      await cache.deleteByTag(region, new Set(['y', 'unused']))
      expect(await cache.getMany(region, ['a', 'b', 'c', 'd'])).toEqual(new Map([['d', 4]]))
    })

    it('say nothing of what is stored afterwards', async () => {
      const cache = PLACES[place]()
      await cache.set(region, 'a', 1, { tags: ['x'] })
      await cache.deleteByTag(region, 'x')
      await cache.set(region, 'a', 2, { tags: ['x'] })
      expect(await cache.get(region, 'a')).toBe(2)
      await cache.expireByTag(region, ['x'])
      expect(await cache.get(region, 'a')).toBeUndefined()
      await cache.set(region, 'a', 3, { tags: ['x'] })
      expect(await cache.get(region, 'a')).toBe(3)
    })

    it('are taken by setMany, warm, getOrSet and transactions', async () => {
      const cache = PLACES[place]()
      await cache.setMany(region, { a: 1 }, { tags: ['x'] })
      await cache.warm(region, { b: 2 }, { tags: ['x'] })
      await cache.getOrSet(region, 'c', () => 3, { tags: ['x'] })
      await cache.transaction<void, number>(region, async (tx) => {
        await tx.set('d', 4, { tags: ['x'] })
        await tx.set('e', 5)
      })
      const keys = ['a', 'b', 'c', 'd', 'e']
      expect((await cache.getMany(region, keys)).size).toBe(5)
      await cache.deleteByTag(region, 'x')
      expect(await cache.getMany(region, keys)).toEqual(new Map([['e', 5]]))
    })

    it('keep a value out of the cache that was begun before they changed', async () => {
      const cache = PLACES[place]()
      const value = await cache.getOrSet(
        region,
        'a',
        async () => {
          await cache.deleteByTag(region, 'x')
          return 'old'
        },
        { tags: ['x'] },
      )
      expect(value).toBe('old')
      expect(await cache.get(region, 'a')).toBeUndefined()
      await cache.transaction<void, string>(region, async (tx) => {
        await tx.set('a', 'older', { tags: ['x'] })
        await cache.expireByTag(region, 'x')
      })
      expect(await cache.get(region, 'a')).toBeUndefined()
    })
  })

  it('are each region’s own', async () => {
    const cache = PLACES[place]()
    await cache.set('live', 'a', 1, { tags: ['x'] })
    await cache.set('packed', 'a', 2, { tags: ['x'] })
    await cache.deleteByTag('live', 'x')
    expect(await cache.get('live', 'a')).toBeUndefined()
    expect(await cache.get('packed', 'a')).toBe(2)
  })

  it('move with their entries to another kind of store', async () => {
    const cache = PLACES[place]()
    await cache.set('live', 'a', 1, { tags: ['x'] })
    await cache.set('live', 'b', 2, { tags: ['y'] })
    cache.configure('live', { store: 'packed' })
    expect(await cache.get('live', 'a')).toBe(1)
    await cache.deleteByTag('live', 'x')
    cache.configure('live', { store: 'live' })
    expect(await cache.getMany('live', ['a', 'b'])).toEqual(new Map([['b', 2]]))
  })

  it('that were deleted stay so when a region begins to encrypt, or ceases to', async () => {
    const cache = PLACES[place]()
    for (const encryption of [true, false]) {
      await cache.set('packed', 'a', 1, { tags: ['x'] })
      await cache.set('packed', 'b', 2)
      await cache.deleteByTag('packed', 'x')
      cache.configure('packed', { encryption })
      expect(await cache.getMany('packed', ['a', 'b'])).toEqual(new Map([['b', 2]]))
    }
  })

  it('take away a hundred thousand entries as fast as one', async () => {
    const cache = PLACES[place]()
    const pairs = Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i] as const)
    await cache.setMany('live', pairs, { tags: ['x'] })
    const begun = performance.now()
    await cache.deleteByTag('live', 'x')
    expect(performance.now() - begun).toBeLessThan(50)
    expect(await cache.get('live', 'k1')).toBeUndefined()
    expect(await cache.get('live', 'k99999')).toBeUndefined()
  })
})

describe('tags that are none', () => {
  it.each([
    ['a string', 'x', /are one string; allowed: an array such as \['user:1', 'team:7'\]/],
    ['an object', { x: 1 }, /are an object; allowed: an array such as/],
    ['no string', [1], /of type number/],
    ['null', [null], /of type null/],
    ['empty', [''], /an empty one/],
    ['too long', ['x'.repeat(257)], /too long/],
    ['too long in UTF-8', ['ß'.repeat(129)], /too long/],
    ['ill-formed', ['\ud800'], /lone surrogate/],
    ['too many', Array.from({ length: 65 }, (_, i) => `t${i}`), /are 65; allowed: up to 64 for one entry/],
  ])('because they are %s, are refused by every write, and nothing is stored', async (_, tags, says) => {
    const { cache } = makeCache()
    const options = { tags: tags as string[] }
    await expectError(cache.set('live', 'a', 1, options), 'INVALID_OPTION', "'live'", says)
    await expectError(cache.setMany('live', { a: 1 }, options), 'INVALID_OPTION', says)
    await expectError(
      cache.getOrSet('live', 'a', () => 1, options),
      'INVALID_OPTION',
      says,
    )
    await expectError(
      cache.transaction('live', (tx) => tx.set('a', 1, options)),
      'INVALID_OPTION',
      says,
    )
    expect(await cache.get('live', 'a')).toBeUndefined()
  })

  it('can be neither deleted nor expired, and are not named in errors', async () => {
    const { cache } = makeCache()
    for (const tags of [undefined, null, 5, {}, [''], ['x', 7], ['secret'.repeat(50)]]) {
      const error = await expectError(cache.deleteByTag('live', tags as string), 'INVALID_OPTION', "'live'")
      await expectError(cache.expireByTag('live', tags as string), 'INVALID_OPTION')
      expect(error.message).not.toContain('secret')
    }
  })

  it('may be no tags at all, or the same twice', async () => {
    const { cache } = makeCache()
    await cache.set('live', 'a', 1, { tags: [] })
    await cache.set('live', 'b', 2, { tags: ['x', 'x', 'ß'.repeat(128)] })
    await cache.deleteByTag('live', [])
    expect((await cache.getMany('live', ['a', 'b'])).size).toBe(2)
    await cache.deleteByTag('live', 'ß'.repeat(128))
    expect(await cache.getMany('live', ['a', 'b'])).toEqual(new Map([['a', 1]]))
  })
})

describe('tags where memory is all there is', () => {
  it('are not kept before they change, and twenty thousand changes later entries with tags go', async () => {
    const { cache } = makeCache()
    await cache.set('live', 'a', 1, { tags: ['kept'] })
    const some = Array.from({ length: 20_000 }, (_, i) => `t${i}`)
    await cache.deleteByTag('live', some)
    expect(await cache.get('live', 'a')).toBe(1)
    await cache.set('live', 'b', 2, { tags: ['t1'] })
    await cache.deleteByTag('live', 'one more')
    expect(await cache.get('live', 'a')).toBeUndefined()
    expect(await cache.get('live', 'b')).toBeUndefined()
    await cache.set('live', 'b', 3, { tags: ['t1'] })
    expect(await cache.get('live', 'b')).toBe(3)
  })
})
