import { describe, expect, it } from 'vitest'
import { type CacheError, MemoryCache, type MemoryCacheOptions } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

function make<V>(options: Partial<MemoryCacheOptions<V>> = {}) {
  return { cache: new MemoryCache<V>({ clock: new FakeClock(), max: 3, ...options }) }
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as CacheError).code
  }
}

describe('wrong use of a memory cache', () => {
  it.each([
    [{}],
    [{ max: 0 }],
    [{ max: 1.5 }],
    [{ max: -1 }],
    [{ max: Number.NaN }],
    [{ maxBytes: 0 }],
    [{ maxBytes: '10 elephants' }],
    [{ max: 1, ttl: 0 }],
    [{ max: 1, ttl: 'soon' }],
    [{ max: 1, policy: 'best' }],
    [{ max: 1, store: 'heap' }],
    [{ max: 1, favor: 'speed' }],
    [{ max: 1, onEvict: 'log' }],
    [{ max: 1, sizeCalculation: 5 }],
    [{ max: 1, allowStale: 'yes' }],
    [{ max: 1, clock: {} }],
    [{ max: 1, maxByte: 5 }],
    [{ max: 1, store: 'packed', sizeCalculation: () => 1 }],
    [undefined],
    [500],
  ])('%j is refused', (options) => {
    expect(codeOf(() => new MemoryCache(options as never))).toBe('INVALID_OPTION')
  })

  it.each([
    ['maxSize', 5, /maxBytes/],
    ['maxEntrySize', 5, /sizeCalculation/],
    ['dispose', () => {}, /onEvict/],
    ['ttlAutopurge', true, /by itself/],
    ['fetchMethod', () => {}, /getOrSet/],
  ])('the option %s of lru-cache is refused with what to do instead', (name, value, hint) => {
    expect(() => new MemoryCache({ max: 1, [name]: value } as never)).toThrow(hint)
    expect(() => new MemoryCache({ max: 1, [name]: undefined } as never)).not.toThrow()
  })

  it.each([
    [{ tll: 5 }, /tll is not an option of set; did you mean 'ttl'\?/],
    [{ ttl: 5, noUpdateTtl: true }, /did you mean 'noUpdateTTL'\?/],
    [{ priority: 1 }, /allowed: ttl, size, noUpdateTTL/],
    [5, /options is 5; allowed: an object such as/],
    ['1h', /options is '1h'/],
  ])('a set with %j is refused, and changes nothing', (options, hint) => {
    const { cache } = make<number>()
    cache.set('a', 1)
    const call = () => cache.set('a', 2, options as never)
    expect(codeOf(call)).toBe('INVALID_OPTION')
    expect(call).toThrow(hint)
    expect(cache.get('a')).toBe(1)
  })

  it('a name that is close to an option is told', () => {
    expect(() => new MemoryCache({ max: 1, tll: 5 } as never)).toThrow(/did you mean 'ttl'\?/)
    expect(() => new MemoryCache({ max: 1, polcy: 'lru' } as never)).toThrow(/did you mean 'policy'\?/)
  })

  it.each(['', 5, undefined, null, 'x'.repeat(70_000), '\ud800'])('the key %j is refused', (key) => {
    const { cache } = make<number>()
    expect(codeOf(() => cache.set(key as string, 1))).toBe('INVALID_KEY')
    expect(cache.size).toBe(0)
  })

  it('what a packed cache cannot store is refused, and what was there stays', () => {
    const { cache } = make<unknown>({ store: 'packed' })
    cache.set('a', 1)
    expect(codeOf(() => cache.set('a', () => 1))).toBe('UNSERIALIZABLE_VALUE')
    expect(cache.get('a')).toBe(1)
  })
})

describe('a packed cache asked for what can be no key', () => {
  it.each(['\ud800', 5, null, 'x'.repeat(70_000)])('answers as for any key that is not there: %j', (key) => {
    const { cache } = make<string>({ store: 'packed', max: 10 })
    cache.set('\ufffd', 'another')
    const asked = key as string
    expect([cache.get(asked), cache.peek(asked), cache.has(asked), cache.delete(asked)]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ])
    expect(cache.get('\ufffd')).toBe('another')
  })
})
