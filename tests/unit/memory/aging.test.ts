import { describe, expect, it } from 'vitest'
import { Core } from '../../../js/core/core.ts'
import { MemoryCache, type MemoryCacheOptions, type RemovalReason } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

function make<V>(options: Partial<MemoryCacheOptions<V>> = {}) {
  const clock = new FakeClock()
  const left: [key: string, reason: RemovalReason][] = []
  const onEvict = (key: string, _: V | undefined, reason: RemovalReason) => left.push([key, reason])
  const cache = new MemoryCache<V>({ clock, onEvict, max: 3, ttl: 100, policy: 'lru', ...options })
  return { cache, clock, left }
}

describe.each(['live', 'packed'] as const)('a %s cache with updateAgeOnGet', (store) => {
  it('keeps an entry for as long as it is asked for often enough', async () => {
    const { cache, clock, left } = make<number>({ store, updateAgeOnGet: true })
    cache.set('a', 1)
    for (let i = 0; i < 5; i++) {
      await clock.advance(60)
      expect(cache.get('a')).toBe(1)
      expect(cache.getRemainingTTL('a')).toBe(100)
    }
    await clock.advance(100)
    expect(cache.get('a')).toBeUndefined()
    await clock.advance(5_000)
    expect([cache.size, clock.pending]).toEqual([0, 0])
    expect(left).toEqual([['a', 'expire']])
  })

  it('renews by the TTL that the entry was set with', async () => {
    const { cache, clock } = make<number>({ store, updateAgeOnGet: true })
    cache.set('own', 1, { ttl: 1_000 })
    cache.set('endless', 1, { ttl: Infinity })
    cache.set('again', 1, { ttl: 1_000 })
    cache.set('again', 2)
    await clock.advance(50)
    for (const key of ['own', 'endless', 'again']) cache.get(key)
    expect(['own', 'endless', 'again'].map((key) => cache.getRemainingTTL(key))).toEqual([1_000, Infinity, 100])
  })

  it('forgets the TTL of an entry that has left', async () => {
    const { cache, clock } = make<number>({ store, updateAgeOnGet: true })
    const remaining = async () => {
      await clock.advance(10)
      cache.get('a')
      return cache.getRemainingTTL('a')
    }
    for (const leave of [() => cache.delete('a'), () => cache.clear(), () => clock.advance(3_000)]) {
      cache.set('a', 1, { ttl: 1_000 })
      await leave()
      cache.set('a', 1)
      expect(await remaining()).toBe(100)
    }
  })

  it('does not renew by peek, nor by has', async () => {
    const { cache, clock } = make<number>({ store, updateAgeOnGet: true })
    cache.set('a', 1)
    await clock.advance(60)
    expect([cache.peek('a'), cache.has('a'), cache.getRemainingTTL('a')]).toEqual([1, true, 40])
  })

  it('renews by has where it is told to, and then not by get', async () => {
    const { cache, clock } = make<number>({ store, updateAgeOnHas: true })
    cache.set('a', 1)
    await clock.advance(60)
    cache.get('a')
    expect(cache.getRemainingTTL('a')).toBe(40)
    expect([cache.has('a'), cache.getRemainingTTL('a')]).toEqual([true, 100])
    await clock.advance(100)
    expect(cache.has('a')).toBe(false)
  })

  it('lets the renewed ones leave last under the policy ttl', async () => {
    const { cache, clock, left } = make<number>({ store, updateAgeOnGet: true, policy: 'ttl' })
    for (const key of ['a', 'b', 'c']) {
      cache.set(key, 1)
      await clock.advance(5)
    }
    cache.get('a')
    cache.set('d', 1)
    expect(left).toEqual([['b', 'evict']])
  })
})

describe.each(['live', 'packed'] as const)('a %s cache with allowStale', (store) => {
  it('hands out a stale value once, however late', async () => {
    const { cache, clock, left } = make<number>({ store, allowStale: true })
    cache.set('a', 1)
    await clock.advance(60_000)
    expect([cache.size, left.length]).toEqual([1, 0])
    expect([cache.has('a'), cache.peek('a'), cache.getRemainingTTL('a')]).toEqual([false, 1, -59_900])
    expect([...cache.keys()]).toEqual(['a'])
    expect([cache.get('a'), cache.get('a'), cache.size]).toEqual([1, undefined, 0])
    expect(left).toEqual([['a', 'expire']])
  })

  it('hands it out again and again with noDeleteOnStaleGet', async () => {
    const { cache, clock } = make<number>({ store, allowStale: true, noDeleteOnStaleGet: true })
    cache.set('a', 1)
    await clock.advance(200)
    expect([cache.get('a'), cache.get('a'), cache.has('a')]).toEqual([1, 1, false])
    cache.set('a', 2)
    expect([cache.get('a'), cache.has('a'), cache.getRemainingTTL('a')]).toEqual([2, true, 100])
  })

  it('does not make a stale entry fresh by using it', async () => {
    const options = { allowStale: true, noDeleteOnStaleGet: true, updateAgeOnGet: true, updateAgeOnHas: true }
    const { cache, clock } = make<number>({ store, ...options })
    cache.set('a', 1)
    await clock.advance(60)
    cache.get('a')
    await clock.advance(150)
    expect([cache.get('a'), cache.has('a'), cache.getRemainingTTL('a')]).toEqual([1, false, -50])
  })

  it('removes all that is stale by purgeStale, and what is stale can be deleted and evicted', async () => {
    const { cache, clock, left } = make<number>({ store, allowStale: true })
    cache.set('a', 1)
    cache.set('b', 1)
    cache.set('c', 1, { ttl: 1_000 })
    await clock.advance(500)
    expect(cache.delete('b')).toBe(true)
    expect(cache.purgeStale()).toBe(1)
    expect([...cache.keys()]).toEqual(['c'])
    await clock.advance(1_000)
    for (const key of ['d', 'e', 'f']) cache.set(key, 1)
    expect(left).toEqual([
      ['b', 'delete'],
      ['a', 'expire'],
      ['c', 'evict'],
    ])
  })

  it('sets no timer, as nothing goes by itself', () => {
    const { cache, clock } = make<number>({ store, allowStale: true })
    cache.set('a', 1)
    expect(clock.pending).toBe(0)
  })
})

describe.each(['live', 'packed'] as const)('a %s cache with noUpdateTTL', (store) => {
  it('keeps the deadline of a fresh entry, whatever its value becomes', async () => {
    const { cache, clock } = make<number>({ store, noUpdateTTL: true })
    cache.set('count', 1)
    await clock.advance(60)
    cache.set('count', 2, { ttl: 5_000 })
    expect([cache.get('count'), cache.getRemainingTTL('count')]).toEqual([2, 40])
    cache.set('count', 3, { noUpdateTTL: false })
    expect(cache.getRemainingTTL('count')).toBe(100)
  })

  it('starts anew when the entry has expired, and when there was none', async () => {
    const { cache, clock } = make<number>({ store, noUpdateTTL: true, allowStale: true })
    cache.set('a', 1)
    await clock.advance(200)
    cache.set('a', 2)
    expect(cache.getRemainingTTL('a')).toBe(100)
  })

  it('can be asked for by one set', async () => {
    const { cache, clock } = make<number>({ store })
    cache.set('a', 1)
    await clock.advance(60)
    cache.set('a', 2, { noUpdateTTL: true })
    expect(cache.getRemainingTTL('a')).toBe(40)
  })
})

describe('the options of ages', () => {
  it('must go together', () => {
    expect(() => new MemoryCache({ max: 1, noDeleteOnStaleGet: true })).toThrow(/noDeleteOnStaleGet/)
  })
})

describe('a crash of the core', () => {
  const crash = () => Core.shared().trapped(Object.assign(new Error('elsewhere'), { name: 'RuntimeError' }))

  it('takes no entry of a live cache that renews, nor what it was to live', async () => {
    const { cache, clock } = make<number>({ updateAgeOnGet: true })
    cache.set('a', 1)
    cache.set('own', 1, { ttl: 500 })
    await clock.advance(40)
    crash()
    expect([cache.get('a'), cache.get('own')]).toEqual([1, 1])
    cache.set('b', 1)
    expect([cache.get('a'), cache.get('own'), cache.size]).toEqual([1, 1, 3])
    expect([cache.getRemainingTTL('a'), cache.getRemainingTTL('own')]).toEqual([100, 500])
  })

  it('takes no stale entry of a live cache that keeps them', async () => {
    const { cache, clock } = make<number>({ allowStale: true })
    cache.set('a', 1)
    await clock.advance(400)
    crash()
    cache.set('b', 2)
    expect([cache.has('a'), cache.get('a'), cache.get('a'), cache.get('b')]).toEqual([false, 1, undefined, 2])
  })
})

it('a value that a packed cache refuses leaves the one before its TTL', async () => {
  const { cache, clock } = make<unknown>({ store: 'packed', updateAgeOnGet: true, ttl: 1_000 })
  cache.set('a', 1)
  cache.set('b', 1, { ttl: 3_000 })
  for (const key of ['a', 'b']) expect(() => cache.set(key, () => 1, { ttl: 50 })).toThrow()
  await clock.advance(500)
  for (const key of ['a', 'b']) cache.get(key)
  expect([cache.getRemainingTTL('a'), cache.getRemainingTTL('b')]).toEqual([1_000, 3_000])
})

it('what is left of a TTL has no noise in its last digits', async () => {
  const { cache, clock } = make<number>({ ttl: 100.3 })
  await clock.advance(0.1)
  cache.set('a', 1)
  await clock.advance(0.2)
  expect(cache.getRemainingTTL('a')).toBe(100.1)
})
