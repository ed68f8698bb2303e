import { describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import type { RegionOptions } from '../../../js/config/types.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { deferred, expectError, SharedTier } from './fixture.ts'

/** Processes over one tier and one bus, and a source that counts how often it is asked. */
class Fleet {
  readonly shared = new SharedTier()
  readonly clock = this.shared.clock
  readonly #hub = inProcessHub()
  runs = 0

  process(options: RegionOptions = {}) {
    const bus = this.#hub.join()
    return this.shared.process({ bus, regions: { r: { ttl: '10s', lockTimeout: '4s', ...options } } })
  }

  load(cache: CacheManager, ms = 0, options = {}): Promise<unknown> {
    const factory = async () => {
      const run = ++this.runs
      if (ms > 0) await new Promise<void>((resolve) => this.clock.after(ms, resolve))
      return `run ${run}`
    }
    return cache.getOrSet('r', 'k', factory, options)
  }
}

describe('a region with a lockTimeout', () => {
  it('has a value made once, whatever the number of processes and calls', async () => {
    const fleet = new Fleet()
    const caches = Array.from({ length: 4 }, () => fleet.process().cache)
    const calls = caches.flatMap((cache) => Array.from({ length: 50 }, () => fleet.load(cache, 1_000)))
    await fleet.clock.advance(1_300)
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['run 1']))
    expect(fleet.runs).toBe(1)
  })

  it('has none that waits where it is off, for the region or for a call', async () => {
    for (const [region, call] of [
      [{ lockTimeout: false }, {}],
      [{}, { lockTimeout: false }],
    ] as const) {
      const fleet = new Fleet()
      const caches = Array.from({ length: 3 }, () => fleet.process(region).cache)
      const calls = caches.map((cache) => fleet.load(cache, 100, call))
      await fleet.clock.advance(100)
      expect(new Set(await Promise.all(calls)).size).toBe(3)
    }
  })

  it('makes others wait no longer than the call says, and makes it itself for forceFresh', async () => {
    const fleet = new Fleet()
    const [one, two, three] = [fleet.process().cache, fleet.process().cache, fleet.process().cache]
    const slow = fleet.load(one, 60_000)
    await fleet.clock.advance(0)
    expect(await fleet.load(three, 0, { forceFresh: true })).toBe('run 2')
    await two.delete('r', 'k')
    const hasty = fleet.load(two, 0, { lockTimeout: '1s' })
    await fleet.clock.advance(990)
    expect(fleet.runs).toBe(2)
    await fleet.clock.advance(20)
    expect(await hasty).toBe('run 3')
    await fleet.clock.advance(60_000)
    expect(await slow).toBe('run 1')
  })

  it('has a stale value refreshed by one process in the background', async () => {
    const fleet = new Fleet()
    const caches = Array.from({ length: 3 }, () => fleet.process({ swr: '1h' }).cache)
    for (const cache of caches) await fleet.load(cache)
    await fleet.clock.advance(11_000)
    for (const cache of caches) expect(await fleet.load(cache, 500)).toBe('run 1')
    await fleet.clock.advance(1_000)
    for (const cache of caches) expect(await fleet.load(cache)).toBe('run 2')
    expect(fleet.runs).toBe(2)
  })

  it('has a value made ahead of time by one process', async () => {
    const fleet = new Fleet()
    const caches = Array.from({ length: 3 }, () => fleet.process({ eagerRefresh: 0.5 }).cache)
    for (const cache of caches) await fleet.load(cache)
    await fleet.clock.advance(6_000)
    for (const cache of caches) expect(await fleet.load(cache, 500)).toBe('run 1')
    await fleet.clock.advance(1_000)
    for (const cache of caches) expect(await fleet.load(cache)).toBe('run 2')
    expect(fleet.runs).toBe(2)
  })

  it('works on where L2 is away, and where a factory fails', async () => {
    const fleet = new Fleet()
    const { cache, driver } = fleet.process()
    await expect(cache.getOrSet('r', 'k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    driver.break('fail')
    expect(await fleet.load(cache)).toBe('run 1')
  })

  it('lets a caller leave who waits for another process', async () => {
    const fleet = new Fleet()
    const [one, two] = [fleet.process().cache, fleet.process().cache]
    const done = deferred()
    const first = one.getOrSet('r', 'k', () => done.promise.then(() => 'made'))
    await fleet.clock.advance(0)
    const left = new AbortController()
    const second = fleet.load(two, 0, { signal: left.signal })
    second.catch(() => undefined)
    await fleet.clock.advance(500)
    left.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    done.resolve()
    expect(await first).toBe('made')
    expect(fleet.runs).toBe(0)
  })

  it('takes a span or false, and nothing else', async () => {
    const fleet = new Fleet()
    for (const bad of [0, -1, Number.NaN, true, 'soon']) {
      await expectError(() => fleet.process({ lockTimeout: bad as never }), 'INVALID_OPTION', /lockTimeout/)
    }
    const { cache } = fleet.process({ lockTimeout: Number.POSITIVE_INFINITY })
    expect(await fleet.load(cache)).toBe('run 1')
  })
})
