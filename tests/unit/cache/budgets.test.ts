import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RegionOptions } from '../../../js/config/types.ts'
import { KIND_NAMES, KINDS, makeCache } from './fixture.ts'

const KB = 1024
const POLICIES = ['lru', 'lfu', 'fifo', 'ttl'] as const
const keys = fc.integer({ min: 0, max: 30 }).map((i) => `key ${i}`)
const values = fc.oneof(
  fc.nat(6_000).map((size) => 'x'.repeat(size)),
  fc.array(fc.double(), { maxLength: 400 }),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.string(), { maxKeys: 20 }),
  fc.uint8Array({ maxLength: 5_000 }),
)
const regions = fc.constantFrom(...KIND_NAMES)
const operations = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('set' as const), regions, keys, values) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('get' as const), regions, keys, fc.constant(null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('delete' as const), regions, keys, fc.constant(null)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('transaction' as const), regions, keys, values) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('policy' as const), regions, fc.constantFrom(...POLICIES), fc.constant(null)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('advance' as const), regions, fc.constant(''), fc.constant(null)) },
)

describe('budgets', () => {
  it('hold after every operation: each region its own, and all together the ceiling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 30, maxLength: 120 }), async (steps) => {
        const small = Object.fromEntries(
          Object.entries(KINDS).map(([name, options]) => [
            name,
            { ...options, maxBytes: 12 * KB, ttl: '1m' } as RegionOptions,
          ]),
        )
        const { cache, clock } = makeCache({ regions: small, maxBytes: 30 * KB, alerts: false })
        for (const [operation, region, key, value] of steps) {
          if (operation === 'set') await cache.set(region, key, value)
          else if (operation === 'get') await cache.get(region, key)
          else if (operation === 'delete') await cache.delete(region, key)
          else if (operation === 'policy') cache.configure(region, { policy: key as 'lru' })
          else if (operation === 'advance') await clock.advance(20_000)
          else await cache.transaction(region, (tx) => tx.set(key, value)).catch(() => undefined)
          const { regions: figures, totals } = cache.metrics()
          let sum = 0
          for (const name of KIND_NAMES) {
            const bytes = figures[name]?.bytes ?? 0
            sum += bytes
            expect(bytes).toBeLessThanOrEqual(12 * KB)
            expect(figures[name]?.entries === 0 ? bytes : 0).toBe(0)
          }
          expect(sum).toBeLessThanOrEqual(30 * KB)
          expect(totals.bytes).toBe(sum)
          expect(cache.status().bytes).toBe(sum)
        }
        await cache.close()
      }),
      { numRuns: 60 },
    )
  })

  it('leave room for what was just stored: the largest region gives way', async () => {
    const { cache } = makeCache({ maxBytes: '64KB' })
    for (let i = 0; i < 200; i++) await cache.set('live', `k${i}`, 'x'.repeat(1_000))
    expect(await cache.set('packed', 'new', 'y'.repeat(1_000))).toBe(true)
    expect(await cache.has('packed', 'new')).toBe(true)
    expect(cache.status().bytes).toBeLessThanOrEqual(64 * KB)
    expect(cache.metrics().totals.maxBytes).toBe(64 * KB)
  })

  it.each(KIND_NAMES)('refuse what is larger than the ceiling, whatever the region may hold: %s', async (kind) => {
    const { cache } = makeCache({ maxBytes: '16KB' })
    await cache.set(kind, 'stays', 1)
    const large = Array.from({ length: 5_000 }, (_, i) => Math.sin(i))
    expect(await cache.set(kind, 'large', large)).toBe(false)
    expect(await cache.get(kind, 'stays')).toBe(1)
  })

  it('count keys and overhead: a million tiny entries do not fit into a megabyte', async () => {
    const { cache } = makeCache({ defaults: { maxBytes: '1MB' } })
    for (const kind of KIND_NAMES) {
      await cache.setMany(
        kind,
        Array.from({ length: 30_000 }, (_, i) => [`k${i}`, 1] as const),
      )
      const { entries, bytes, utilisationPercent } = cache.metrics().regions[kind] ?? {}
      expect(entries).toBeLessThan(30_000)
      expect(bytes).toBeLessThanOrEqual(KB * KB)
      expect(utilisationPercent).toBeGreaterThan(95)
    }
  })
})
