import { describe, expect, it } from 'vitest'
import type { RegionOptions } from '../../../js/config/types.ts'
import { expectError, KEY, KIND_NAMES, KINDS, makeCache, OTHER_KEY, record, SharedTier } from './fixture.ts'

const POLICIES = ['lru', 'lfu', 'fifo', 'ttl'] as const
const FORMS: Record<string, RegionOptions> = {
  live: { store: 'live', compression: false, encryption: false },
  packed: { store: 'packed', compression: false, encryption: false },
  compressed: { store: 'packed', compression: true, compressAbove: '64B', encryption: false },
  encrypted: { store: 'packed', compression: false, encryption: true },
}
const CHANGES = Object.keys(FORMS).flatMap((from) => Object.keys(FORMS).map((to) => [from, to] as const))
const VALUE = { text: 'a'.repeat(200), at: new Date(1e12) }
const pairs = (count: number) => Array.from({ length: count }, (_, i) => [`k${i}`, { ...VALUE, i }] as const)

describe.each(KIND_NAMES)('configure, for a region that is %s', (kind) => {
  it('evicts at once where the budget becomes smaller, and stays within it', async () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '1MB' } } })
    const evicted = record(cache, 'evict')
    await cache.setMany(kind, pairs(500))
    const before = cache.metrics().regions[kind]?.bytes ?? 0
    const target = Math.floor(before / 2)
    cache.configure(kind, { maxBytes: target })
    const after = cache.metrics().regions[kind]
    expect(after?.bytes).toBeLessThanOrEqual(target)
    expect(after?.entries).toBeLessThan(500)
    expect(after?.entries).toBeGreaterThan(150)
    expect(after?.evictions).toBe(500 - (after?.entries ?? 0))
    expect(evicted).toHaveLength(after?.evictions ?? -1)
    expect(after?.maxBytes).toBe(target)
    for (const [key, value] of pairs(500)) {
      await cache.set(kind, `new ${key}`, value)
      expect(cache.metrics().regions[kind]?.bytes).toBeLessThanOrEqual(target)
    }
  })

  it('evicts at once where fewer entries may stay, and keeps more where more may', async () => {
    const { cache } = makeCache()
    await cache.setMany(kind, pairs(100))
    cache.configure(kind, { maxEntries: 10 })
    expect(cache.metrics().regions[kind]?.entries).toBe(10)
    await cache.setMany(kind, pairs(20))
    expect(cache.metrics().regions[kind]?.entries).toBe(10)
    cache.configure(kind, { maxEntries: Number.POSITIVE_INFINITY })
    await cache.setMany(kind, pairs(100))
    expect(cache.metrics().regions[kind]?.entries).toBe(100)
  })

  it.each(POLICIES)('keeps all entries where the policy becomes %s, which then decides', async (policy) => {
    const { cache } = makeCache()
    await cache.setMany(kind, pairs(50))
    cache.configure(kind, { policy })
    expect(
      (
        await cache.getMany(
          kind,
          pairs(50).map(([key]) => key),
        )
      ).size,
    ).toBe(50)
    expect(cache.config(kind).policy).toBe(policy)
    cache.configure(kind, { maxEntries: 25 })
    expect(cache.metrics().regions[kind]?.entries).toBe(25)
    await cache.setMany(kind, pairs(50))
    expect(cache.metrics().regions[kind]?.entries).toBe(25)
  })

  it('keeps all entries where what the policy favours changes', async () => {
    const { cache } = makeCache()
    await cache.setMany(kind, pairs(50))
    cache.configure(kind, { favor: 'bytes' })
    expect(cache.config(kind).favor).toBe('bytes')
    expect(cache.metrics().regions[kind]?.entries).toBe(50)
    cache.configure(kind, { maxEntries: 25 })
    await cache.setMany(kind, pairs(50))
    expect(cache.metrics().regions[kind]?.entries).toBe(25)
  })

  it('applies a new lifetime to what is written from then on', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '1h' } })
    await cache.set(kind, 'before', 1)
    cache.configure(kind, { ttl: '1s' })
    await cache.set(kind, 'after', 1)
    await clock.advance(1_000)
    expect([...(await cache.getMany(kind, ['before', 'after'])).keys()]).toEqual(['before'])
  })

  it('changes what it is told and nothing else', () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], ttl: '7m', l1: { ttl: '9s' } } } })
    const before = cache.config(kind)
    cache.configure(kind, { l2: { timeout: '50ms' } })
    expect(cache.config(kind)).toEqual({ ...before, l2: { ...before.l2, timeout: 50 } })
  })
})

describe.each(CHANGES)('a region that was %s and becomes %s', (from, to) => {
  it('keeps its entries, with what is left of their lives', async () => {
    const { cache, clock } = makeCache({ regions: { changing: FORMS[from] as RegionOptions } })
    await cache.setMany('changing', pairs(200))
    await cache.set('changing', 'short', VALUE, { ttl: '10s' })
    await clock.advance(4_000)
    cache.configure('changing', FORMS[to] as RegionOptions)
    expect(cache.config('changing').store).toBe(to === 'live' ? 'live' : 'packed')
    for (const [key, value] of pairs(200)) expect(await cache.get('changing', key)).toEqual(value)
    expect(await cache.has('changing', 'short')).toBe(true)
    await clock.advance(5_999)
    expect(await cache.has('changing', 'short')).toBe(true)
    await clock.advance(1)
    expect(await cache.has('changing', 'short')).toBe(false)
    await cache.set('changing', 'new', VALUE)
    expect(await cache.get('changing', 'new')).toEqual(VALUE)
  })
})

/** Plain and encrypted entries lie under different keys in L2; all other forms say what they are. */
const SAME_KEYS = CHANGES.filter(([from, to]) => (from === 'encrypted') === (to === 'encrypted'))

describe.each(SAME_KEYS)('what L2 holds of a region that was %s and becomes %s', (from, to) => {
  it('can still be read, by itself and by others', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: { changing: FORMS[from] as RegionOptions } })
    await cache.set('changing', 'k', VALUE)
    cache.configure('changing', FORMS[to] as RegionOptions)
    await shared.clock.advance(31_000)
    expect(await cache.get('changing', 'k')).toEqual(VALUE)
    const { cache: other } = shared.process({ regions: { changing: FORMS[to] as RegionOptions } })
    expect(await other.get('changing', 'k')).toEqual(VALUE)
    expect(other.metrics().regions.changing?.corrupt).toBe(0)
  })
})

describe('a change that the entries do not allow', () => {
  it('is refused, and nothing has changed: a live value that could not be packed', async () => {
    const { cache, clock } = makeCache({ strict: false })
    const values = { a: 1, b: { call: () => 1 }, c: 3 }
    await cache.setMany<unknown>('live', values)
    const before = cache.config('live')
    await expectError(
      () => cache.configure('live', { store: 'packed', ttl: '1s' }),
      'UNSERIALIZABLE_VALUE',
      'live',
      'b',
    )
    expect(cache.config('live')).toEqual(before)
    expect(await cache.getMany('live', ['a', 'b', 'c'])).toEqual(new Map<string, unknown>(Object.entries(values)))
    await clock.advance(3_000)
    expect(await cache.has('live', 'a')).toBe(true)
  })

  it('evicts what the whole has no room for in its new form', async () => {
    const { cache } = makeCache({ maxBytes: '64KB' })
    await cache.setMany(
      'compressed',
      Array.from({ length: 300 }, (_, i) => [`k${i}`, 'again '.repeat(500)] as const),
    )
    cache.configure('compressed', { compression: false, store: 'packed' })
    const { bytes, maxBytes } = cache.status()
    expect(bytes).toBeLessThanOrEqual(maxBytes)
    expect(bytes).toBeGreaterThan(maxBytes / 2)
  })
})

describe('the key ring', () => {
  it('reads with every key and writes with one', async () => {
    const shared = new SharedTier()
    const indexSecret = KEY
    const old = shared.process({ encryption: { keys: { current: 'a', ring: { a: KEY } }, indexSecret } })
    await old.cache.setMany('encrypted', { k: VALUE, unread: VALUE })
    const ring = { a: KEY, b: OTHER_KEY }
    const rotated = shared.process({ encryption: { keys: { current: 'b', ring }, indexSecret } })
    expect(await rotated.cache.get('encrypted', 'k')).toEqual(VALUE)
    await rotated.cache.set('encrypted', 'new', VALUE)
    await shared.clock.advance(31_000)
    expect(await old.cache.get('encrypted', 'new')).toBeUndefined()
    expect(old.cache.metrics().regions.encrypted?.corrupt).toBe(1)
    const only = shared.process({ encryption: { keys: { current: 'b', ring: { b: OTHER_KEY } }, indexSecret } })
    expect(await only.cache.get('encrypted', 'new')).toEqual(VALUE)
    expect(await only.cache.get('encrypted', 'k')).toEqual(VALUE)
    expect(await only.cache.get('encrypted', 'unread')).toBeUndefined()
  })
})
