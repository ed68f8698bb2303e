import { describe, expect, it, vi } from 'vitest'
import { RegionCodec } from '../../../js/cache/entries/region-codec.ts'
import { MAX_TRUST } from '../../../js/flow/coherence/trust.ts'
import type { Bus, BusListener } from '../../../js/tiers/bus.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { KIND_NAMES, SharedTier } from './fixture.ts'

/** A bus whose state and messages a test holds in its hands. */
class HandBus implements Bus {
  readonly name = 'hand'
  readonly sent: Uint8Array[] = []
  listener: BusListener | undefined
  starts = 0
  closes = 0
  refuse: (() => Promise<void>) | undefined

  start(listener: BusListener): void {
    this.starts++
    this.listener = listener
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.refuse !== undefined) return this.refuse()
    this.sent.push(message)
  }

  async close(): Promise<void> {
    this.closes++
  }
}

/** Two processes that have begun, over one tier and one bus. */
async function pair() {
  const shared = new SharedTier()
  const hub = inProcessHub()
  const [{ cache: a, driver: driverA }, { cache: b, driver: driverB }] = [
    shared.process({ bus: hub.join() }),
    shared.process({ bus: hub.join() }),
  ]
  await Promise.all([a.ready(), b.ready()])
  await shared.clock.settle()
  return { a, b, driverA, driverB, clock: shared.clock, tier: shared.tier, settle: () => shared.clock.settle() }
}

describe('an encrypted region with much under way', () => {
  it('hears of changes at the cost of those, by the names that it has made already', async () => {
    const { a, b, driverB, clock, settle } = await pair()
    await a.set('encrypted', 'mine', 'old')
    driverB.break(100)
    const reads = Array.from({ length: 50 }, (_, i) => b.get('encrypted', i === 7 ? 'mine' : `k${i}`))
    const made = b.getOrSet('encrypted', 'made', () => 'value')
    await settle()
    const named = vi.spyOn(RegionCodec.prototype, 'storedKey')
    for (let i = 0; i < 20; i++) {
      await a.set('encrypted', 'mine', i)
      await settle()
    }
    // Each of these writes has the writer name its own key, and nobody any other.
    expect(named.mock.calls.filter(([key]) => key !== 'mine')).toEqual([])
    expect(named.mock.calls.length).toBeLessThanOrEqual(40)
    driverB.heal()
    await clock.advance(1_000)
    await Promise.all([...reads, made])
    expect(await b.get('encrypted', 'mine')).toBe(19)
    vi.restoreAllMocks()
  })
})

describe.each(KIND_NAMES)('what one process changes, the others see at once: %s', (region) => {
  it('a set, of a key that they hold in memory', async () => {
    const { a, b, clock, settle } = await pair()
    await a.set(region, 'k', 'one')
    expect(await b.get(region, 'k')).toBe('one')
    await a.set(region, 'k', 'two')
    await settle()
    expect(await b.get(region, 'k')).toBe('two')
    await clock.advance(1)
    expect(await a.get(region, 'k')).toBe('two')
  })

  it('a delete, a deleteMany, a clear', async () => {
    const { a, b, settle } = await pair()
    for (const key of ['x', 'y', 'z']) {
      await a.set(region, key, key)
      expect(await b.get(region, key)).toBe(key)
    }
    await a.delete(region, 'x')
    await settle()
    expect(await b.get(region, 'x')).toBeUndefined()
    await a.deleteMany(region, ['y'])
    await settle()
    expect(await b.get(region, 'y')).toBeUndefined()
    await a.clear(region)
    await settle()
    expect(await b.get(region, 'z')).toBeUndefined()
  })

  it('setMany, warm, a transaction, and what getOrSet stores', async () => {
    const { a, b, settle } = await pair()
    const seen = async (value: string) => {
      await settle()
      expect(await b.get(region, 'k')).toBe(value)
    }
    await a.setMany(region, { k: 'many' })
    await seen('many')
    await a.warm(region, { k: 'warm' })
    await seen('warm')
    await a.transaction(region, (tx) => tx.set('k', 'transaction'))
    await seen('transaction')
    await a.getOrSet(region, 'k', () => 'made', { forceFresh: true })
    await seen('made')
    await a.transaction(region, (tx) => tx.delete('k'))
    await settle()
    expect(await b.get(region, 'k')).toBeUndefined()
  })

  it('and memory serves the rest without a look at L2, for some minutes', async () => {
    const { a, b, driverB, clock } = await pair()
    await a.set(region, 'k', 'v', { ttl: '2h' })
    await b.get(region, 'k')
    const calls = driverB.calls.length
    await clock.advance(MAX_TRUST - 1)
    expect(await b.get(region, 'k')).toBe('v')
    expect(driverB.calls.length).toBe(calls)
  })

  it('but for what no message tells of: a tier that lost everything is noticed some minutes later', async () => {
    const { a, b, clock, tier } = await pair()
    await a.set(region, 'k', 'v', { ttl: '2h' })
    await b.get(region, 'k')
    await tier.deletePrefix('')
    expect(await b.get(region, 'k')).toBe('v')
    await clock.advance(MAX_TRUST + 1)
    expect([await a.get(region, 'k'), await b.get(region, 'k')]).toEqual([undefined, undefined])
  })
})

describe('a bus that comes and goes', () => {
  async function alone() {
    const shared = new SharedTier()
    const bus = new HandBus()
    const { cache, driver } = shared.process({ bus })
    const other = shared.process({ bus: false })
    return { shared, bus, cache, driver, other: other.cache, clock: shared.clock }
  }

  it('is opened at the first operation, and no sooner; and closed once', async () => {
    const { bus, cache } = await alone()
    cache.region('live')
    cache.status()
    expect(cache.status().bus).toMatchObject({ state: 'idle', name: 'hand' })
    expect(bus.starts).toBe(0)
    await cache.get('live', 'k')
    await cache.get('live', 'k')
    expect(bus.starts).toBe(1)
    await cache.close()
    expect(bus.closes).toBe(1)
  })

  it('is not used where nobody shares the tier, or where there is none', async () => {
    const { makeCache } = await import('./fixture.ts')
    const bus = new HandBus()
    const { cache } = makeCache({ bus })
    await cache.set('live', 'k', 1)
    expect(bus.starts).toBe(0)
    expect(cache.status().bus.state).toBe('none')
    expect(cache.metrics().bus).toBeUndefined()
  })

  it('without it, memory is trusted for l1.ttl and no longer', async () => {
    const { cache, other, clock, bus } = await alone()
    await cache.set('live', 'k', 'old')
    expect(bus.starts).toBe(1)
    await other.set('live', 'k', 'new')
    await clock.advance(29_000)
    expect(await cache.get('live', 'k')).toBe('old')
    await clock.advance(2_000)
    expect(await cache.get('live', 'k')).toBe('new')
  })

  it('when it is lost, memory is trusted for l1.ttl from then on', async () => {
    const { cache, other, clock, bus } = await alone()
    await cache.get('live', 'first')
    bus.listener?.state(true)
    await cache.set('live', 'k', 'old')
    await clock.advance(60_000)
    bus.listener?.state(false, new Error('cut'))
    await other.set('live', 'k', 'new')
    await clock.advance(29_000)
    expect(await cache.get('live', 'k')).toBe('old')
    await clock.advance(2_000)
    expect(await cache.get('live', 'k')).toBe('new')
  })

  it('when it is lost, what is heard late of before makes nobody rely on it', async () => {
    const { shared, cache, other, clock, bus } = await alone()
    const teller = new HandBus()
    const { cache: third } = shared.process({ bus: teller })
    await cache.get('live', 'first')
    await third.get('live', 'first')
    teller.listener?.state(true)
    bus.listener?.state(true)
    for (const key of ['first', 'second', 'third']) await third.set('live', key, 1)
    await clock.advance(2_000)
    bus.listener?.message(teller.sent[0] as Uint8Array)
    bus.listener?.state(false, new Error('cut'))
    // One between them is missing.
    bus.listener?.message(teller.sent[2] as Uint8Array)
    await cache.set('live', 'k', 'old')
    await other.set('live', 'k', 'new')
    await clock.advance(31_000)
    expect(await cache.get('live', 'k')).toBe('new')
  })

  it('when it is back, what memory held before is looked up in L2', async () => {
    const { cache, other, bus } = await alone()
    await cache.get('live', 'first')
    bus.listener?.state(true)
    await cache.set('live', 'k', 'old')
    bus.listener?.state(false)
    await other.set('live', 'k', 'new')
    expect(await cache.get('live', 'k')).toBe('old')
    bus.listener?.state(true)
    expect(await cache.get('live', 'k')).toBe('new')
  })

  it('while L2 cannot be asked, what is suspect is served all the same', async () => {
    const { cache, driver, bus, clock } = await alone()
    await cache.get('live', 'first')
    bus.listener?.state(true)
    await cache.set('live', 'k', 'old')
    driver.break('fail')
    bus.listener?.state(true)
    expect(await cache.get('live', 'k')).toBe('old')
    await clock.advance(60_000)
    expect(await cache.get('live', 'k')).toBe('old')
  })

  it('tells status, events and figures', async () => {
    const { cache, bus, clock } = await alone()
    const told = vi.fn()
    cache.on('bus', told)
    await cache.set('live', 'k', 1)
    bus.listener?.state(true)
    await clock.settle()
    expect(cache.status().bus).toMatchObject({ state: 'up', name: 'hand', waiting: 0 })
    bus.listener?.state(false, new Error('cut'))
    expect(cache.status().bus).toMatchObject({ state: 'down', lastError: { code: 'TIER_UNAVAILABLE' } })
    expect(told.mock.calls.map(([event]) => [event.bus, event.state])).toEqual([
      ['hand', 'up'],
      ['hand', 'down'],
    ])
    bus.listener?.message(bus.sent[0] as Uint8Array)
    bus.listener?.message(Uint8Array.of(9, 9))
    expect(cache.metrics().bus).toEqual({ sent: 1, failed: 0, received: 0, own: 1, ignored: 1, gaps: 0 })
    expect(cache.metricsText()).toContain('\nomnicache_bus_ignored_total 1\n')
  })
})

describe('a bus that fails', () => {
  it.each<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('no'))],
    ['hangs', () => new Promise(() => undefined)],
    [
      'throws',
      () => {
        throw new Error('at once')
      },
    ],
  ])('%s: no call is delayed or rejected, and the message is sent when it is well again', async (_, refuse) => {
    const shared = new SharedTier()
    const bus = new HandBus()
    const { cache } = shared.process({ bus })
    bus.refuse = refuse
    expect(await cache.set('live', 'k', 1)).toBe(true)
    expect(await cache.delete('live', 'k')).toBe(true)
    bus.listener?.state(true)
    await shared.clock.advance(1_500)
    expect(cache.status().bus).toMatchObject({ waiting: 1, lastError: { name: 'CacheError' } })
    bus.refuse = undefined
    await shared.clock.advance(10_000)
    // Once with the changes, and once without.
    expect(bus.sent.length).toBe(2)
    expect(cache.status().bus).toMatchObject({ state: 'up', waiting: 0, lastError: undefined })
  })

  it('cannot keep the cache from closing', async () => {
    const shared = new SharedTier()
    const bus = new HandBus()
    const { cache } = shared.process({ bus, timeouts: { close: '1s' } })
    bus.refuse = () => new Promise(() => undefined)
    bus.close = () => new Promise(() => undefined)
    await cache.set('live', 'k', 1)
    let closed = false
    void cache.close().then(() => {
      closed = true
    })
    await shared.clock.advance(2_000)
    expect(closed).toBe(true)
    expect(shared.clock.pending).toBe(0)
  })

  it('that throws when it is started is down', async () => {
    const bus = new HandBus()
    bus.start = () => {
      throw new Error('no')
    }
    const { cache } = new SharedTier().process({ bus })
    expect(await cache.set('live', 'k', 1)).toBe(true)
    expect(cache.status().bus).toMatchObject({ state: 'down', lastError: { code: 'TIER_UNAVAILABLE' } })
  })
})

describe('outages of L2', () => {
  it('a write that waits in the journal is told at once, and again when L2 has it', async () => {
    const { a, b, driverA, clock, settle } = await pair()
    await a.set('live', 'k', 'old')
    expect(await b.get('live', 'k')).toBe('old')
    driverA.break('fail')
    await a.set('live', 'k', 'new')
    await settle()
    expect(await b.get('live', 'k')).toBe('old')
    driverA.heal()
    await clock.advance(20_000)
    expect(await b.get('live', 'k')).toBe('new')
  })
})
