import { describe, expect, it } from 'vitest'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { makeCache, record, SharedTier } from './fixture.ts'

type Made = ReturnType<typeof makeCache>

async function reads({ cache, clock }: Made, hits: number, misses: number): Promise<void> {
  await cache.set('live', 'k', 1, { ttl: '1d' })
  for (let i = 0; i < hits; i++) await cache.get('live', 'k')
  for (let i = 0; i < misses; i++) await cache.get('live', `missing ${i}`)
  await clock.advance(5_000)
}

function make(options: ManagerOptions = {}): Made & { alerts: ReturnType<typeof record<'alert'>> } {
  const made = makeCache(options)
  return { ...made, alerts: record(made.cache, 'alert') }
}

/** As `make`; the region has been used for longer than a window. */
async function inUse(options?: ManagerOptions): Promise<ReturnType<typeof make>> {
  const made = make(options)
  await reads(made, 1, 0)
  await made.clock.advance(61_000)
  return made
}

describe('alerts', () => {
  it('tell of a hit ratio below 80 %, once, and when it is good again', async () => {
    const made = await inUse()
    await reads(made, 79, 41)
    expect(made.alerts).toEqual([
      {
        kind: 'hit-ratio',
        state: 'raised',
        region: 'live',
        since: made.clock.wall(),
        value: 79 / 120,
        message: expect.stringMatching(/live.*65\.8 %/),
      },
    ])
    expect(made.cache.status().alerts).toEqual(made.alerts)
    await reads(made, 60, 40)
    expect(made.alerts).toHaveLength(1)
    await made.clock.advance(61_000)
    await reads(made, 120, 0)
    await reads(made, 120, 0)
    expect(made.alerts.map(({ state }) => state)).toEqual(['raised', 'resolved'])
    expect(made.cache.status().alerts).toEqual([])
  })

  it('say nothing of a few reads, or of a ratio that is good', async () => {
    const few = await inUse()
    await reads(few, 0, 50)
    expect(few.alerts).toEqual([])
    const good = await inUse()
    await reads(good, 90, 20)
    expect(good.alerts).toEqual([])
  })

  it('say nothing of the misses with which a cache begins', async () => {
    const made = make()
    await reads(made, 0, 300)
    await reads(made, 300, 0)
    expect(made.alerts).toEqual([])
  })

  it('do not flutter around their limit', async () => {
    const made = await inUse({ alerts: { window: '10s', hitRatio: { raise: 0.8, clear: 0.9, minSamples: 10 } } })
    await reads(made, 70, 30)
    for (let i = 0; i < 10; i++) await reads(made, i % 2 === 0 ? 84 : 78, i % 2 === 0 ? 16 : 22)
    expect(made.alerts).toHaveLength(1)
    for (let i = 0; i < 4; i++) await reads(made, 99, 1)
    expect(made.alerts).toHaveLength(2)
  })

  it('tell of frequent errors', async () => {
    const { cache, clock, alerts } = make({ alerts: { hitRatio: false } })
    for (let i = 0; i < 30; i++)
      await cache.getOrSet('live', `k${i}`, () => Promise.reject(new Error('no'))).catch(() => 0)
    await clock.advance(5_000)
    expect(alerts).toEqual([expect.objectContaining({ kind: 'error-ratio', state: 'raised', region: 'live' })])
  })

  it('tell of a region that is more than 90 % full', async () => {
    const { cache, clock, alerts } = make({ regions: { live: { maxBytes: '20KB' } } })
    for (let i = 0; i < 100; i++) await cache.set('live', `k${i}`, 'x'.repeat(300))
    await clock.advance(5_000)
    expect(alerts).toEqual([expect.objectContaining({ kind: 'fill', state: 'raised', region: 'live' })])
    expect(alerts[0]?.value).toBeGreaterThan(0.9)
    await cache.clear('live')
    await cache.set('live', 'k', 1)
    await clock.advance(10_000)
    expect(alerts.map(({ state }) => state)).toEqual(['raised', 'resolved'])
  })

  it('tell of operations that take longer than 100 ms', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process({ alerts: { hitRatio: false } })
    const alerts = record(cache, 'alert')
    await cache.get('live', 'k')
    driver.break((method) => (method === 'getMany' ? 150 : undefined))
    for (let i = 0; i < 25; i++) await shared.during(160, cache.get('live', `k${i}`))
    await shared.clock.advance(5_000)
    expect(alerts).toEqual([expect.objectContaining({ kind: 'latency', state: 'raised', region: 'live' })])
    driver.heal()
    await shared.clock.advance(61_000)
    for (let i = 0; i < 100; i++) await cache.get('live', `k${i}`)
    await shared.clock.advance(10_000)
    expect(alerts.map(({ state }) => state)).toEqual(['raised', 'resolved'])
  })

  it('have limits of the program’s choice, and can be off, one by one or all', async () => {
    const own = await inUse({ alerts: { hitRatio: { raise: 0.5, minSamples: 10 } } })
    await reads(own, 6, 5)
    expect(own.alerts).toEqual([])
    await own.clock.advance(61_000)
    await reads(own, 4, 8)
    expect(own.alerts).toHaveLength(1)
    const none = await inUse({ alerts: false })
    await reads(none, 0, 200)
    expect(none.alerts).toEqual([])
    const others = await inUse({ alerts: { hitRatio: false } })
    await reads(others, 0, 200)
    expect(others.alerts).toEqual([])
  })

  it('reach the log: a warning when raised, a word when resolved', async () => {
    const lines: unknown[] = []
    const logger = {
      warn: (message: string) => lines.push(['warn', message]),
      info: (message: string) => lines.push(['info', message]),
    }
    const made = await inUse({ logger })
    await reads(made, 0, 120)
    await made.clock.advance(61_000)
    await reads(made, 120, 0)
    await reads(made, 120, 0)
    expect(lines).toEqual([
      ['warn', expect.stringMatching(/hits/)],
      ['info', expect.stringMatching(/^resolved/)],
    ])
  })

  it('need no timer while nobody uses the cache', async () => {
    const made = make()
    expect(made.clock.pending).toBe(0)
    await made.cache.get('live', 'k')
    expect(made.clock.pending).toBe(1)
    await made.clock.advance(60_000)
    expect(made.clock.pending).toBe(0)
  })
})
