import { describe, expect, it } from 'vitest'
import { expectError, KIND_NAMES, makeCache, record } from './fixture.ts'

describe.each(KIND_NAMES)('expiry in a region that is %s', (kind) => {
  it('is exact: there one ms before the end, gone at the end', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '10s' } })
    await cache.set(kind, 'k', 1)
    await clock.advance(9_999)
    expect(await cache.get(kind, 'k')).toBe(1)
    expect(await cache.has(kind, 'k')).toBe(true)
    await clock.advance(1)
    expect(await cache.has(kind, 'k')).toBe(false)
    expect(await cache.get(kind, 'k')).toBeUndefined()
    expect(await cache.getMany(kind, ['k'])).toEqual(new Map())
    expect(await cache.delete(kind, 'k')).toBe(false)
  })

  it('is as exact on reads alone, where the runtime has no timers', async () => {
    let now = 1000
    const timeless = { now: () => now, exact: () => now, wall: () => 1e12 + now, after: () => ({ cancel() {} }) }
    const { cache } = makeCache({ clock: timeless, defaults: { ttl: 1500.5 } })
    await cache.set(kind, 'k', 1)
    now += 1500
    expect(await cache.get(kind, 'k')).toBe(1)
    now += 0.5
    expect(await cache.get(kind, 'k')).toBeUndefined()
  })

  it('does not move with reads, and starts anew with writes', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '10s' } })
    await cache.setMany(kind, { read: 1, written: 1 })
    await clock.advance(6_000)
    await cache.get(kind, 'read')
    await cache.set(kind, 'written', 2)
    await clock.advance(4_000)
    expect(await cache.get(kind, 'read')).toBeUndefined()
    expect(await cache.get(kind, 'written')).toBe(2)
    await clock.advance(6_000)
    expect(await cache.get(kind, 'written')).toBeUndefined()
  })

  it('is what the call says, above what the region says', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '10s' } })
    await cache.set(kind, 'short', 1, { ttl: '500ms' })
    await cache.set(kind, 'long', 1, { ttl: '1h' })
    await cache.set(kind, 'ever', 1, { ttl: Number.POSITIVE_INFINITY })
    await cache.setMany(kind, { many: 1 }, { ttl: 2000 })
    await cache.getOrSet(kind, 'made', () => 1, { ttl: '3s' })
    const there = async () => [...(await cache.getMany(kind, ['short', 'many', 'made', 'long', 'ever'])).keys()]
    await clock.advance(499)
    expect(await there()).toEqual(['short', 'many', 'made', 'long', 'ever'])
    await clock.advance(1)
    expect(await there()).toEqual(['many', 'made', 'long', 'ever'])
    await clock.advance(1500)
    expect(await there()).toEqual(['made', 'long', 'ever'])
    await clock.advance(1000)
    expect(await there()).toEqual(['long', 'ever'])
    await clock.advance(3_597_000)
    expect(await there()).toEqual(['ever'])
    await clock.advance(50 * 365 * 86_400_000)
    expect(await there()).toEqual(['ever'])
  })

  it('frees the memory of what nobody asks for any more, and tells of each', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '10s' } })
    const expired = record(cache, 'expire')
    const pairs = Array.from({ length: 2_500 }, (_, i) => [`k${i}`, i] as const)
    await cache.setMany(kind, pairs)
    await cache.set(kind, 'stays', 1, { ttl: '1h' })
    await clock.advance(12_000)
    const { entries, expirations, bytes } = cache.metrics().regions[kind] ?? {}
    expect(entries).toBe(1)
    expect(expirations).toBe(2_500)
    expect(bytes).toBeLessThan(1_000)
    expect(expired).toHaveLength(2_500)
    expect(expired[0]).toEqual({ region: kind, key: kind === 'encrypted' ? '[redacted]' : expect.stringMatching(/^k/) })
  })

  it.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY, '0s', '5', 'soon', '-5m', '5 minutes', null, {}])(
    'refuses %o as a lifetime, and keeps what was there',
    async (ttl) => {
      const { cache } = makeCache()
      await cache.set(kind, 'k', 'old')
      const options = { ttl: ttl as number }
      await expectError(() => cache.set(kind, 'k', 'new', options), 'INVALID_OPTION', /ttl/, /'5m'/, /Infinity/)
      await expectError(() => cache.setMany(kind, { k: 'new' }, options), 'INVALID_OPTION', /ttl/)
      await expectError(() => cache.getOrSet(kind, 'other', () => 1, options), 'INVALID_OPTION', /ttl/)
      await expectError(() => cache.warm(kind, { k: 'new' }, options), 'INVALID_OPTION', /ttl/)
      const work = cache.transaction(kind, (tx) => tx.set('k', 'new', options))
      await expectError(work, 'INVALID_OPTION', /ttl/)
      expect(await cache.get(kind, 'k')).toBe('old')
      expect(await cache.has(kind, 'other')).toBe(false)
    },
  )
})

describe('the timer', () => {
  it('is one for the whole cache, and none when nothing can expire', async () => {
    const { cache, clock } = makeCache({ alerts: false })
    for (const kind of KIND_NAMES) {
      await cache.setMany(
        kind,
        Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const),
        { ttl: '10s' },
      )
    }
    expect(clock.pending).toBeLessThanOrEqual(2)
    await clock.advance(60_000)
    expect(clock.pending).toBe(0)
    await cache.set('live', 'ever', 1, { ttl: Number.POSITIVE_INFINITY })
    await clock.advance(60_000)
    expect(clock.pending).toBe(0)
  })

  it('is gone when the cache was closed', async () => {
    const { cache, clock } = makeCache()
    await cache.set('live', 'k', 1)
    await cache.close()
    expect(clock.pending).toBe(0)
  })
})
