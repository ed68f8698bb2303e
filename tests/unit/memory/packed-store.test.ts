import { afterEach, describe, expect, it, vi } from 'vitest'
import { ValueSerializer } from '../../../js/codec/serializer.ts'
import { Core } from '../../../js/core/core.ts'
import { MemoryCache } from '../../../js/memory/index.ts'
import type { RemovalReason } from '../../../js/memory/store.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

type Told = [key: string, reason: RemovalReason]

afterEach(() => {
  vi.restoreAllMocks()
})

/** A cache whose listener throws each time it is told of something. */
function withThrowing(max: number): { cache: MemoryCache<number>; told: Told[]; clock: FakeClock } {
  const told: Told[] = []
  const clock = new FakeClock()
  const onEvict = (key: string, _value: number | undefined, reason: RemovalReason) => {
    told.push([key, reason])
    throw new Error(key)
  }
  return { cache: new MemoryCache<number>({ max, store: 'packed', policy: 'fifo', clock, onEvict }), told, clock }
}

describe('the listener of a packed cache', () => {
  it('is told of all that left by a call, even where it throws', () => {
    const { cache, told } = withThrowing(5)
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    expect(() => cache.clear()).toThrow('a')
    expect(told).toEqual([
      ['a', 'clear'],
      ['b', 'clear'],
      ['c', 'clear'],
    ])
    expect(cache.size).toBe(0)
  })

  it('is told of all that expired, even where it throws', () => {
    const { cache, told, clock } = withThrowing(5)
    for (const key of ['a', 'b', 'c']) cache.set(key, 1, { ttl: 100 })
    vi.spyOn(clock, 'now').mockReturnValue(clock.now() + 200)
    expect(() => cache.purgeStale()).toThrow()
    expect(told.map(([key]) => key).sort()).toEqual(['a', 'b', 'c'])
    expect(cache.size).toBe(0)
  })

  it('may store something in the cache without missing who else left', () => {
    const told: Told[] = []
    const cache: MemoryCache<string> = new MemoryCache<string>({
      maxBytes: 2_000,
      store: 'packed',
      policy: 'fifo',
      onEvict: (key, _value, reason) => {
        told.push([key, reason])
        if (told.length === 1) cache.set('tiny', '')
      },
    })
    for (const key of ['a', 'b', 'c', 'd', 'e']) cache.set(key, 'x'.repeat(300))
    expect(cache.size).toBe(5)
    cache.set('large', 'x'.repeat(1_500))
    expect(told.map(([key]) => key)).toEqual(expect.arrayContaining(['a', 'b', 'c', 'd']))
    expect(told.every(([, reason]) => reason === 'evict')).toBe(true)
  })
})

describe('a packed cache of which no new instance can be made', () => {
  it('keeps the one it has when it is to be cleared', () => {
    const cache = new MemoryCache<number>({ max: 5, store: 'packed' })
    cache.set('a', 1)
    vi.spyOn(Core, 'create').mockImplementationOnce(() => {
      throw new RangeError('Maximum call stack size exceeded')
    })
    expect(() => cache.clear()).toThrow(RangeError)
    expect(cache.get('a')).toBe(1)
    expect([cache.clear(), cache.size]).toEqual([1, 0])
    cache.set('b', 2)
    expect(cache.get('b')).toBe(2)
  })
})

describe('bytes in a packed cache', () => {
  it('come out as a Uint8Array, of which a Buffer can be made, where a Buffer went in', () => {
    const cache = new MemoryCache<Uint8Array>({ max: 5, store: 'packed' })
    cache.set('a', Buffer.from('text'))
    const value = cache.get('a') as Uint8Array
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
    expect(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()).toBe('text')
  })
})

describe('a packed cache with a value that cannot be read', () => {
  it('keeps all others', () => {
    const cache = new MemoryCache<number[]>({ max: 100, store: 'packed' })
    for (let i = 0; i < 50; i++) cache.set(`k${i}`, [i])
    vi.spyOn(ValueSerializer.prototype, 'deserialize').mockImplementationOnce(() => {
      throw new RangeError('Invalid array length')
    })
    expect(() => cache.get('k7')).toThrow('Invalid array length')
    expect(cache.size).toBe(50)
    expect(cache.get('k7')).toEqual([7])
  })

  it('keeps all others where the stack ends in the middle of a deep one', () => {
    let deep: unknown = 1
    for (let i = 0; i < 300; i++) deep = [deep]
    const cache = new MemoryCache<unknown>({ max: 100, store: 'packed' })
    for (let i = 0; i < 50; i++) cache.set(`k${i}`, i)
    cache.set('deep', deep)
    expect(failuresFromTheEndOfTheStack(() => cache.get('deep'))).toBeGreaterThan(10)
    expect(cache.size).toBe(51)
    expect(cache.get('k7')).toBe(7)
  })
})

/** Calls `read` where the stack is at its end, and then with ever more room until it succeeds; answers how often it failed. */
function failuresFromTheEndOfTheStack(read: () => unknown): number {
  let failures = 0
  const descend = (): boolean => {
    try {
      if (descend()) return true
    } catch {
      // Here it ends.
    }
    try {
      read()
      return true
    } catch {
      failures++
      return false
    }
  }
  descend()
  return failures
}
