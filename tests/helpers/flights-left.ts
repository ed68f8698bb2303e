/**
 * What many keys leave behind that were in flight, each with a tag of its own, time limits, and the
 * signal of a caller that goes on; of every third the factory fails:
 *
 *   npx tsx tests/helpers/flights-left.ts 1000000        on memory alone
 *   npx tsx tests/helpers/flights-left.ts 1000000 l2     on memory and L2
 */

import { getEventListeners } from 'node:events'
import { pathToFileURL } from 'node:url'
import { CacheManager } from '../../js/cache/manager.ts'
import type { Region } from '../../js/cache/region/region.ts'
import { type Clock, systemClock } from '../../js/clock.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'
import { usedBytes } from './heap.ts'

/** What is there while a wave is in flight, and what is left after all. */
export interface Left {
  readonly count: number
  readonly factories: number
  /** What the heap grew by, for each key of a wave and for each key of all. */
  readonly bytesInFlight: number
  readonly bytesLeft: number
  readonly timersInFlight: number
  readonly timersLeft: number
  readonly listenersInFlight: number
  readonly listenersLeft: number
}

/** The runtime's clock, which knows its pending timers. */
class CountingClock implements Clock {
  readonly #pending = new Set<object>()

  get pending(): number {
    return this.#pending.size
  }

  now(): number {
    return systemClock.now()
  }

  exact(): number {
    return systemClock.exact()
  }

  wall(): number {
    return systemClock.wall()
  }

  after(ms: number, callback: () => void, holds?: boolean): { cancel: () => void } {
    const pending = {}
    this.#pending.add(pending)
    const end = () => this.#pending.delete(pending)
    const timer = systemClock.after(
      ms,
      () => {
        end()
        callback()
      },
      holds,
    )
    return {
      cancel: () => {
        end()
        timer.cancel()
      },
    }
  }
}

/** How many keys are in flight at once. */
const WAVE = 5_000

/** What memory may keep of what is made, and of tags, is full after so many: what grows from then on is left behind. */
const WARM_UP = 25_000

/** How much memory keeps of what is made: little, so that it is what else is kept that shows. */
const MAX_ENTRIES = 1_000

/** Lets `count` cold keys be in flight, some thousand at once, and end. */
export async function flightsLeft(count: number, hasL2: boolean): Promise<Left> {
  const clock = new CountingClock()
  const tier = hasL2 ? memoryDriver() : undefined
  const options = { ttl: '1h', grace: '1h', hardTimeout: '10m', softTimeout: '1m', maxEntries: MAX_ENTRIES } as const
  const cache = new CacheManager({ clock, alerts: false, regions: { r: options }, ...(tier && { l2: tier }) })
  const region = cache.region<number>('r')
  const { signal } = new AbortController()
  const figures = () => ({
    bytes: usedBytes(),
    timers: clock.pending,
    listeners: getEventListeners(signal, 'abort').length,
  })
  const run = async (name: string, keys: number) => {
    let factories = 0
    let during = figures()
    for (let from = 0; from < keys; from += WAVE) {
      const last = from + WAVE >= keys
      factories += await wave(region, `${name}-${from}`, Math.min(WAVE, keys - from), signal, () => {
        if (last) during = figures()
      })
    }
    await region.clear()
    // A tier in memory keeps what it was given.
    await tier?.deletePrefix('omnicache:')
    return { factories, during }
  }
  await run('warm', WARM_UP)
  const before = figures()
  const { factories, during } = await run('key', count)
  const after = figures()
  await cache.close()
  return {
    count,
    factories,
    bytesInFlight: (during.bytes - before.bytes) / Math.min(WAVE, count),
    bytesLeft: (after.bytes - before.bytes) / count,
    timersInFlight: during.timers,
    timersLeft: after.timers - before.timers,
    listenersInFlight: during.listeners,
    listenersLeft: after.listeners,
  }
}

/** Answers how many factories ran. */
async function wave(
  region: Region<number>,
  name: string,
  count: number,
  signal: AbortSignal,
  whileInFlight: () => void,
): Promise<number> {
  let begun = 0
  let allBegan: () => void = () => undefined
  const began = new Promise<void>((resolve) => {
    allBegan = resolve
  })
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const calls = Array.from({ length: count }, (_, i) => {
    const factory = async () => {
      if (++begun === count) allBegan()
      await gate
      if (i % 3 === 0) throw new Error('down')
      return i
    }
    return region.getOrSet(`${name}-${i}`, factory, { signal, tags: [`${name}-tag-${i}`] })
  })
  await began
  whileInFlight()
  open()
  await Promise.allSettled(calls)
  return begun
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , count = '100000', tier] = process.argv
  console.log(JSON.stringify(await flightsLeft(Number(count), tier === 'l2')))
}
