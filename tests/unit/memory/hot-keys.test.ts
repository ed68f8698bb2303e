import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializerId } from '../../../js/codec/serializer.ts'
import { HotKeys } from '../../../js/memory/hot-keys.ts'
import { MemoryCache } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

const PLACE = { slot: 1, changes: 2, deadline: Infinity }

/** Values of every kind that a packed store keeps in its own way, and some too long to be kept twice. */
function someValue(kind: number, id: number): unknown {
  const text = `value ${id} `.repeat(1 + (id % 5))
  return [text, `${text}é`, new TextEncoder().encode(text), { id, text }, text.repeat(40), id, null][kind % 7]
}

const step = fc.record({
  do: fc.constantFrom('get', 'get', 'get', 'get', 'get', 'set', 'set', 'delete', 'has', 'wait', 'clear'),
  key: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 30 })),
  kind: fc.nat(6),
  ttl: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
})

describe('a packed cache, some keys of which are in much use', () => {
  it('answers what a live one answers, whatever happens in between', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 250 }), fc.boolean(), (steps, renews) => {
        const clock = new FakeClock()
        const common = { max: 20, policy: 'lru', clock, updateAgeOnGet: renews, ttl: 100 } as const
        const packed = new MemoryCache<unknown>({ ...common, store: 'packed' })
        const live = new MemoryCache<unknown>({ ...common, store: 'live' })
        for (const [id, { do: what, key, kind, ttl }] of steps.entries()) {
          const name = `some-key-${key}`
          const options = ttl === undefined ? {} : { ttl }
          if (what === 'get') expect(packed.get(name)).toEqual(live.get(name))
          else if (what === 'set') for (const cache of [packed, live]) cache.set(name, someValue(kind, id), options)
          else if (what === 'delete') expect(packed.delete(name)).toBe(live.delete(name))
          else if (what === 'has') expect(packed.has(name)).toBe(live.has(name))
          else if (what === 'wait') clock.advance(kind)
          else if (kind === 0) for (const cache of [packed, live]) cache.clear()
        }
        expect(new Map(packed)).toEqual(new Map(live))
      }),
      { numRuns: 150 },
    )
  })

  it("hands out bytes that are its caller's own each time", () => {
    const cache = new MemoryCache<Uint8Array>({ max: 5, store: 'packed' })
    cache.set('key', Uint8Array.of(1, 2, 3))
    for (let i = 0; i < 5; i++) {
      const bytes = cache.get('key') as Uint8Array
      expect(bytes).toEqual(Uint8Array.of(1, 2, 3))
      bytes.fill(9)
    }
  })

  it("hands out an object of its caller's own each time", () => {
    const cache = new MemoryCache<{ list: number[] }>({ max: 5, store: 'packed' })
    cache.set('key', { list: [1] })
    for (let i = 0; i < 5; i++) {
      const value = cache.get('key')
      expect(value).toEqual({ list: [1] })
      value?.list.push(2)
    }
  })

  it('tells keys apart of which only the beginnings differ', () => {
    const cache = new MemoryCache<string>({ max: 500, store: 'packed' })
    const keys = Array.from({ length: 200 }, (_, i) => `${i}:the same end`)
    for (const key of keys) cache.set(key, `value of ${key}`)
    for (let round = 0; round < 5; round++) for (const key of keys) expect(cache.get(key)).toBe(`value of ${key}`)
  })

  it('evicts as if each hit had been looked for in the core', () => {
    const cache = new MemoryCache<string>({ max: 3, store: 'packed', policy: 'lru' })
    for (const key of ['a', 'b', 'c']) cache.set(key, key)
    for (let i = 0; i < 5; i++) cache.get('b')
    for (let i = 0; i < 5; i++) cache.get('a')
    cache.set('d', 'd')
    cache.set('e', 'e')
    expect([...cache.keys()].sort()).toEqual(['a', 'd', 'e'])
  })
})

describe('the lines of hot keys', () => {
  it('go to keys that come twice', () => {
    const hot = new HotKeys()
    expect(hot.find('key')).toBe(-1)
    expect(hot.claim('key', 3)).toBe(-1)
    expect(hot.find('key')).toBe(-1)
    const line = hot.claim('key', 3)
    hot.put(line, 'key', Uint8Array.of(1, 2, 3), SerializerId.Bytes, PLACE)
    expect(hot.find('key')).toBe(line)
    expect([hot.slot(line), hot.changes(line), hot.deadline(line)]).toEqual([1, 2, Infinity])
    expect(hot.read(line)).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('are not for long keys, nor for long values', () => {
    const hot = new HotKeys()
    for (let i = 0; i < 3; i++) {
      hot.find('key')
      expect(hot.claim('key', 257)).toBe(-1)
      hot.find('k'.repeat(129))
      expect(hot.claim('k'.repeat(129), 3)).toBe(-1)
    }
  })

  it('are left alone for a while where hardly any key comes again', () => {
    const hot = new HotKeys()
    const isKnown = (key: string) => {
      if (hot.find(key) >= 0) return true
      const line = hot.claim(key, 1)
      if (line >= 0) hot.put(line, key, 'x', 127, PLACE)
      return false
    }
    for (let i = 0; i < 3; i++) isKnown('key')
    expect(isKnown('key')).toBe(true)
    for (let i = 0; i < 4_096; i++) isKnown(`other key ${i}`)
    expect(isKnown('key')).toBe(false)
    for (let i = 0; i < 65_536; i++) isKnown(`other key ${i}`)
    for (let i = 0; i < 3; i++) isKnown('key')
    expect(isKnown('key')).toBe(true)
  })
})
