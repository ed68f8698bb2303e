import { describe, expect, expectTypeOf, it } from 'vitest'
import { Core } from '../../../js/core/core.ts'
import { type CacheError, MemoryCache, type MemoryCacheOptions, type RemovalReason } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

type Left = [key: string, value: unknown, reason: RemovalReason]

function make<V>(options: Partial<MemoryCacheOptions<V>> = {}) {
  const clock = new FakeClock()
  const left: Left[] = []
  const onEvict = (key: string, value: V | undefined, reason: RemovalReason) => left.push([key, value, reason])
  const bound = options.maxBytes === undefined ? { max: 3 } : {}
  const cache = new MemoryCache<V>({ clock, onEvict, ...bound, ...options })
  return { cache, clock, left }
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as CacheError).code
  }
}

describe.each(['live', 'packed'] as const)('a memory cache that is %s', (store) => {
  it('answers what was set, and undefined for what was not', () => {
    const { cache } = make<unknown>({ store, max: 10 })
    for (const [i, value] of [0, '', false, null, 'text', 1.5, { a: [1] }].entries()) {
      expect(cache.set(`k${i}`, value)).toBe(true)
      expect(cache.get(`k${i}`)).toEqual(value)
      expect(cache.has(`k${i}`)).toBe(true)
    }
    expect(cache.size).toBe(7)
    expect(cache.get('none')).toBeUndefined()
    expect(cache.has('none')).toBe(false)
  })

  it('lets the least recently used leave, and a peek is no use', () => {
    const { cache } = make<number>({ store, policy: 'lru' })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    cache.get('a')
    cache.peek('b')
    cache.has('b')
    cache.set('d', 1)
    expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd'])
  })

  it.each([
    ['lru', ['b', 'c']],
    ['fifo', ['a', 'b']],
    ['lfu', ['b', 'c']],
    ['ttl', ['c', 'b']],
  ] as const)('follows the policy %s', (policy, gone) => {
    const { cache, left } = make<number>({ store, policy })
    cache.set('a', 1, { ttl: '3h' })
    cache.set('b', 1, { ttl: '2h' })
    cache.set('c', 1, { ttl: '1h' })
    cache.get('a')
    cache.get('a')
    cache.set('d', 1, { ttl: '4h' })
    cache.get('d')
    cache.set('e', 1, { ttl: '5h' })
    expect(left.map(([key, , reason]) => [key, reason])).toEqual(gone.map((key) => [key, 'evict']))
  })

  it('ends an entry at its deadline, not a moment later', async () => {
    const { cache, clock, left } = make<number>({ store, ttl: 1_000 })
    cache.set('a', 1)
    cache.set('b', 2, { ttl: 2_000 })
    cache.set('c', 3, { ttl: Infinity })
    await clock.advance(999)
    expect(cache.get('a')).toBe(1)
    expect(cache.getRemainingTTL('a')).toBe(1)
    await clock.advance(1)
    expect([cache.get('a'), cache.peek('a'), cache.has('a'), cache.getRemainingTTL('a')]).toEqual([
      undefined,
      undefined,
      false,
      0,
    ])
    expect([...cache.keys()].sort()).toEqual(['b', 'c'])
    expect([cache.getRemainingTTL('b'), cache.getRemainingTTL('c')]).toEqual([1_000, Infinity])
    await clock.advance(60_000)
    expect(cache.size).toBe(1)
    expect(left.map(([key, , reason]) => [key, reason])).toEqual([
      ['a', 'expire'],
      ['b', 'expire'],
    ])
    expect(clock.pending).toBe(0)
  })

  it('tells why an entry left', () => {
    const { cache, left } = make<string>({ store })
    cache.set('a', 'one')
    cache.set('a', 'two')
    cache.delete('a')
    cache.set('b', 'three')
    cache.clear()
    expect(left).toEqual([
      ['a', 'one', 'set'],
      ['a', 'two', 'delete'],
      ['b', 'three', 'clear'],
    ])
  })

  it('tells of what was over already when it was replaced, deleted or cleared', async () => {
    const { cache, clock, left } = make<number>({ store, ttl: 100 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    await clock.advance(200)
    expect(cache.set('a', 2)).toBe(true)
    expect([cache.delete('b'), cache.delete('b')]).toEqual([false, false])
    cache.delete('none')
    cache.clear()
    expect(left.map(([key, , reason]) => [key, reason]).sort()).toEqual([
      ['a', 'clear'],
      ['a', 'set'],
      ['b', 'expire'],
      ['c', 'clear'],
    ])
  })

  it('may be used by the one who is told that an entry left', () => {
    const clock = new FakeClock()
    const again: string[] = []
    const cache: MemoryCache<string> = new MemoryCache<string>({
      max: 2,
      store,
      clock,
      onEvict: (key: string, _: unknown, reason: RemovalReason) => {
        if (reason !== 'evict') return
        again.push(key)
        if (again.length < 5) cache.set(`again-${key}`, 'x')
      },
    })
    for (const key of ['a', 'b', 'c']) cache.set(key, key)
    expect(again).toHaveLength(5)
    expect(cache.size).toBe(2)
    for (const [key, value] of cache) expect(cache.get(key)).toBe(value)
  })

  it('deletes with set undefined, and answers what delete and clear removed', () => {
    const { cache } = make<number>({ store })
    cache.set('a', 1)
    expect(cache.set('a', undefined)).toBe(false)
    expect(cache.has('a')).toBe(false)
    cache.set('b', 1)
    expect([cache.delete('b'), cache.delete('b'), cache.clear()]).toEqual([true, false, 0])
  })

  it('never holds more bytes than it may', () => {
    const { cache } = make<string>({ store, maxBytes: '8KB' })
    for (let i = 0; i < 500; i++) {
      cache.set(`k${i}`, 'x'.repeat((i * 37) % 900))
      expect(cache.bytes).toBeLessThanOrEqual(8 * 1024)
    }
    expect(cache.size).toBeGreaterThan(5)
  })

  it('refuses what is heavier than all of it, and then the old value is gone', () => {
    const { cache } = make<string>({ store, maxBytes: 2_000 })
    cache.set('a', 'small')
    expect(cache.set('a', 'x'.repeat(5_000))).toBe(false)
    expect(cache.get('a')).toBeUndefined()
  })

  it('tells its limits', () => {
    const { cache } = make<number>({ store, maxBytes: '8KB' })
    expect([cache.max, cache.maxBytes]).toEqual([Infinity, 8 * 1024])
    expect(make<number>({ store }).cache).toMatchObject({ max: 3, maxBytes: Infinity })
  })

  it('can be filled, cleared and filled again', () => {
    const { cache } = make<number>({ store, max: 100 })
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 150; i++) cache.set(`k${i}`, i)
      expect(cache.size).toBe(100)
      expect(cache.get('k149')).toBe(149)
      expect(cache.clear()).toBe(100)
      expect(cache.size).toBe(0)
    }
  })

  it('can be gone through while entries come and go', () => {
    const { cache } = make<number>({ store, max: 1_000 })
    for (let i = 0; i < 100; i++) cache.set(`k${i}`, i)
    let seen = 0
    cache.forEach((value, key) => {
      seen++
      cache.delete(key)
      if (value >= 0 && value < 10) cache.set(`new${value}`, -1)
    })
    expect(seen).toBeGreaterThanOrEqual(100)
    expect([...cache.values()].every((value) => value === -1)).toBe(true)
  })
})

describe('a memory cache that is live', () => {
  it('hands out the very object that was set', () => {
    const { cache } = make<object>()
    const value = { a: 1 }
    cache.set('a', value)
    expect(cache.get('a')).toBe(value)
    expect([...cache.entries()]).toEqual([['a', value]])
  })

  it('is gone through in the order in which the keys came, while none has left', () => {
    const { cache } = make<number>({ max: 10 })
    for (const key of ['b', 'a', 'c']) cache.set(key, 1)
    cache.get('b')
    cache.set('b', 2)
    expect([...cache.keys()]).toEqual(['b', 'a', 'c'])
  })

  it('weighs as it is told', () => {
    const sizeCalculation = (value: string, key: string): number => value.length + key.length
    const { cache } = make<string>({ maxBytes: 100, policy: 'lru', sizeCalculation })
    cache.set('a', 'x'.repeat(39))
    cache.set('b', 'x'.repeat(59))
    expect(cache.bytes).toBe(100)
    cache.set('c', '')
    expect([...cache.keys()].sort()).toEqual(['b', 'c'])
    expect(codeOf(() => make<string>({ maxBytes: 9, sizeCalculation: () => -1 }).cache.set('a', 'x'))).toBe(
      'INVALID_OPTION',
    )
  })

  it('weighs one entry as its set says', () => {
    const { cache } = make<string>({ maxBytes: 100, sizeCalculation: () => 10 })
    cache.set('a', 'x', { size: 70 })
    cache.set('b', 'x')
    expect(cache.bytes).toBe(80)
    expect(codeOf(() => cache.set('c', 'x', { size: Number.NaN }))).toBe('INVALID_OPTION')
  })

  it('does not keep what weighs Infinity, and then the old value is gone', () => {
    const sizeCalculation = (value: string) => (value.length > 5 ? Infinity : value.length)
    const { cache, left } = make<string>({ maxBytes: 100, sizeCalculation })
    cache.set('a', 'small')
    expect(cache.set('a', 'too large')).toBe(false)
    expect([cache.has('a'), cache.size, cache.bytes]).toEqual([false, 0, 0])
    expect(left).toEqual([['a', 'small', 'set']])
  })

  it('does not tell that a value left which was set again', () => {
    const { cache, left } = make<object>()
    const value = {}
    cache.set('a', value)
    cache.set('a', value)
    expect(left).toEqual([])
  })

  it('keeps its entries when the memory of the core grows under its views', () => {
    const { cache } = make<number>({ max: 50_000 })
    const other = new MemoryCache<number>({ max: 500_000 })
    cache.set('a', 1)
    for (let i = 0; i < 300_000; i++) other.set(`k${i}`, i)
    expect(cache.get('a')).toBe(1)
    expect(other.get('k299999')).toBe(299_999)
  })
})

describe('a listener that throws when time makes an entry leave', () => {
  it('keeps no other cache from being swept', async () => {
    const clock = new FakeClock()
    const reported: unknown[] = []
    const { reportError } = globalThis as { reportError?: unknown }
    Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) })
    const onEvict = () => {
      throw new Error('mine')
    }
    const bad = new MemoryCache<number>({ max: 5, ttl: 100, clock, onEvict })
    const good = new MemoryCache<number>({ max: 5, ttl: 5_000, clock })
    bad.set('a', 1)
    good.set('a', 1)
    await clock.advance(10_000)
    Object.assign(globalThis, { reportError })
    expect(reported).toHaveLength(1)
    expect([bad.size, good.size]).toEqual([0, 0])
  })
})

describe('a crash of the core between a slot that was used again and a delete', () => {
  it('deletes the key that was asked for and no other', () => {
    const { cache } = make<number>({ max: 100 })
    for (let i = 0; i < 5; i++) cache.set(`k${i}`, i)
    cache.delete('k0')
    cache.set('new', 99)
    Core.shared().trapped(Object.assign(new Error('elsewhere'), { name: 'RuntimeError' }))
    expect(cache.delete('k1')).toBe(true)
    expect([...cache].sort()).toEqual([
      ['k2', 2],
      ['k3', 3],
      ['k4', 4],
      ['new', 99],
    ])
    expect(cache.set('k1', 7)).toBe(true)
    expect(cache.get('k1')).toBe(7)
  })
})

it('a live cache tells of values, a packed one perhaps without', () => {
  new MemoryCache<string>({ max: 1, onEvict: (_, value) => expectTypeOf(value).toEqualTypeOf<string>() })
  new MemoryCache<string>({
    max: 1,
    store: 'packed',
    onEvict: (_, value) => expectTypeOf(value).toEqualTypeOf<string | undefined>(),
  })
})
