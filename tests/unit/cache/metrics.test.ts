import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import { CacheType } from '../../../js/config/presets.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

describe.each(KIND_NAMES)('the figures of a region that is %s', (kind) => {
  it('count what was done, exactly', async () => {
    const { cache, clock } = makeCache()
    await cache.set(kind, 'a', 1)
    await cache.setMany(kind, { b: 2, c: 3 })
    await cache.get(kind, 'a')
    await cache.get(kind, 'nothing')
    await cache.getMany(kind, ['a', 'b', 'none', 'neither'])
    await cache.getOrSet(kind, 'a', () => 0)
    await cache.getOrSet(kind, 'd', () => 4, { ttl: '1s' })
    await cache.has(kind, 'a')
    await cache.delete(kind, 'b')
    await cache.deleteMany(kind, ['c', 'nothing'])
    await clock.advance(3_000)
    expect(cache.metrics().regions[kind]).toMatchObject({
      hits: 4,
      misses: 4,
      hitRatio: 0.5,
      sets: 4,
      deletes: 3,
      expirations: 1,
      evictions: 0,
      refused: 0,
      errors: 0,
      corrupt: 0,
      entries: 1,
      totalOperations: 15,
      successRate: 1,
    })
  })

  it('tell of evictions, bytes and use', async () => {
    const { cache } = makeCache()
    cache.configure(kind, { maxBytes: '8KB' })
    for (let i = 0; i < 200; i++) await cache.set(kind, `k${i}`, `value ${i} ${'x'.repeat(200)}`)
    const { entries, evictions, bytes, maxBytes, utilisationPercent } = cache.metrics().regions[kind] ?? {}
    expect((entries ?? 0) + (evictions ?? 0)).toBe(200)
    expect(evictions).toBeGreaterThan(10)
    expect(maxBytes).toBe(8192)
    expect(utilisationPercent).toBeCloseTo(((bytes ?? 0) / 8192) * 100, 5)
  })

  it('measure how long operations take', async () => {
    const shared = new SharedTier()
    if (kind === 'cloned') return
    const { cache, driver } = shared.process()
    await cache.get(kind, 'warm up')
    driver.break((method) => (method === 'getMany' ? 40 : undefined))
    for (let i = 0; i < 20; i++) await shared.during(50, cache.get(kind, `missing ${i}`))
    const { operations, p50Ms, p95Ms, p99Ms, avgDurationMs } = cache.metrics().regions[kind] ?? {}
    expect(operations?.get.count).toBe(21)
    expect(operations?.get.p50Ms).toBeGreaterThan(35)
    expect(operations?.get.p99Ms).toBeLessThan(50)
    expect(operations?.get.avgDurationMs).toBeGreaterThan(35)
    for (const figure of [p50Ms, p95Ms, p99Ms, avgDurationMs]) expect(figure).toBeGreaterThan(0)
  })

  it('measure calls of one tick, which share round trips, as what they are: as many', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    await cache.set(kind, 'key 7', 'seven')
    cache.configure(kind, { maxEntries: 1 })
    await cache.set(kind, 'other', 'o')
    await cache.get(kind, 'warm up')
    driver.calls.length = 0
    driver.break((method) => (method === 'getMany' ? 40 : undefined))
    const calls = Array.from({ length: 1_500 }, (_, i) => cache.get(kind, `key ${i}`))
    const values = await shared.during(60, Promise.all(calls))
    expect(values.filter((value) => value !== undefined)).toEqual(['seven'])
    expect(values[7]).toBe('seven')
    expect(driver.calls.filter((method) => method === 'getMany')).toHaveLength(1)
    const { operations, hits, misses } = cache.metrics().regions[kind] ?? {}
    expect({ hits, misses, count: operations?.get.count }).toEqual({ hits: 1, misses: 1_500, count: 1_501 })
    expect(operations?.get.p50Ms).toBeGreaterThan(35)
  })

  it('count a factory that fails among the errors', async () => {
    const { cache } = makeCache()
    const failing = () => Promise.reject(new Error('no'))
    await cache.getOrSet(kind, 'k', failing).catch(() => undefined)
    await cache.set(kind, 'a', 1)
    await cache.get(kind, 'a')
    await cache.get(kind, 'a')
    const { errors, successRate, totalOperations } = cache.metrics().regions[kind] ?? {}
    expect(errors).toBe(1)
    expect(successRate).toBeCloseTo(1 - 1 / (totalOperations ?? 0), 5)
  })
})

describe('the figures of the whole', () => {
  it('are the sums of the regions', async () => {
    const { cache } = makeCache()
    for (const [i, region] of Object.values(CacheType).entries()) {
      await cache.set(region, 'k', 'value')
      for (let n = 0; n <= i; n++) await cache.get(region, 'k')
      await cache.get(region, 'nothing')
    }
    const { totals, regions } = cache.metrics()
    expect(totals).toMatchObject({ hits: 28, misses: 7, hitRatio: 0.8, sets: 7, entries: 7, totalOperations: 42 })
    const sum = Object.values(regions).reduce((bytes, region) => bytes + region.bytes, 0)
    expect(totals.bytes).toBe(sum)
    expect(Object.keys(regions).slice(0, 7)).toEqual(Object.values(CacheType))
  })

  it('are there before anything was done, without a division by nothing', () => {
    const { cache } = makeCache()
    const { totals } = cache.metrics()
    expect(totals).toMatchObject({ hits: 0, misses: 0, hitRatio: 0, totalOperations: 0, successRate: 1, entries: 0 })
    for (const figure of Object.values(totals)) if (typeof figure === 'number') expect(figure).not.toBeNaN()
  })

  it('tell the tiers apart', async () => {
    const shared = new SharedTier()
    const { cache: writer } = shared.process()
    await writer.set('live', 'k', 1)
    const { cache } = shared.process()
    await cache.get('live', 'k')
    await cache.get('live', 'k')
    await cache.get('live', 'nothing')
    const { tiers, regions } = cache.metrics()
    expect(tiers.memory).toMatchObject({ hits: 1, misses: 2 })
    expect(tiers.chaos).toMatchObject({ hits: 1, misses: 1 })
    expect(regions.live).toMatchObject({ hits: 2, misses: 1, l2Hits: 1, l2Misses: 1 })
  })

  it('show what compression saves', async () => {
    const { cache } = makeCache()
    await cache.set('compressed', 'k', 'again and again '.repeat(1_000))
    const { bytesRaw, bytesStored, compressionRatio } = cache.metrics().regions.compressed ?? {}
    expect(bytesRaw).toBeGreaterThanOrEqual(16_000)
    expect(bytesStored).toBeLessThan(1_000)
    expect(compressionRatio).toBeGreaterThan(16)
  })

  it('count without measuring where metrics are off', async () => {
    const { cache } = makeCache({ metrics: false })
    await cache.set('live', 'k', 1)
    await cache.get('live', 'k')
    expect(cache.metrics().totals).toMatchObject({ hits: 1, sets: 1, p99Ms: 0, avgDurationMs: 0 })
  })
})

describe('the page for Prometheus', () => {
  const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
  const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/

  it('is well formed: every sample has a type, every number is one, and no line is there twice', async () => {
    const { cache } = new SharedTier().process()
    for (const kind of KIND_NAMES) {
      await cache.set(kind, 'k', 'value')
      await cache.get(kind, 'k')
      await cache.get(kind, 'nothing')
    }
    const text = cache.metricsText()
    expect(text.endsWith('\n')).toBe(true)
    const types = new Map<string, string>()
    const seen = new Set<string>()
    for (const line of text.trimEnd().split('\n')) {
      const [, keyword, name = '', rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
      if (keyword !== undefined) {
        expect(name).toMatch(NAME)
        if (keyword === 'TYPE') {
          expect(types.has(name)).toBe(false)
          expect(rest).toMatch(/^(counter|gauge|histogram|summary)$/)
          types.set(name, rest ?? '')
        }
        continue
      }
      const [, sample = '', labels = '', number] = SAMPLE.exec(line) ?? []
      expect(sample, line).not.toBe('')
      const family = [sample, sample.replace(/_(sum|count|bucket)$/, '')].find((known) => types.has(known))
      expect(family, line).toBeDefined()
      expect(Number(number?.replace('+Inf', 'Infinity')), line).not.toBeNaN()
      expect(seen.has(sample + labels), line).toBe(false)
      seen.add(sample + labels)
    }
    expect([...types.values()]).toContain('counter')
  })

  it('is silent of presets that were neither configured nor used', async () => {
    const cache = new CacheManager({ clock: new FakeClock(), regions: { own: {}, prompt_cache: { ttl: '2h' } } })
    await cache.get('metrics', 'nothing')
    const told = cache.metricsText().matchAll(/region="([^"]+)"/g)
    expect(new Set(Array.from(told, ([, name]) => name))).toEqual(new Set(['metrics', 'own', 'prompt_cache']))
    await cache.close()
  })

  it('says what metrics() says', async () => {
    const { cache } = makeCache()
    await cache.set('live', 'k', 1)
    for (let i = 0; i < 3; i++) await cache.get('live', 'k')
    await cache.get('live', 'nothing')
    const lines = cache
      .metricsText()
      .split('\n')
      .filter((line) => line.includes('region="live"'))
    expect(lines.some((line) => /hit/.test(line) && line.endsWith(' 3'))).toBe(true)
    expect(lines.some((line) => /miss/.test(line) && line.endsWith(' 1'))).toBe(true)
  })
})
