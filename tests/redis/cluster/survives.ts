import { expect } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { delay } from '../../helpers/delay.ts'
import { eventually, LIMIT, makeCache, TOLERANCE } from '../cache/helpers.ts'
import { Load } from './load.ts'
import type { Way } from './sources.ts'

const REGION = 'live'
/** Before the fault and after it, each load makes as many calls as this. */
const WARM_UP = 60
/** How many keys are read at once, and how often that may fail, in ms. */
const CHUNK = 100
const PATIENCE = 3000
/** How long everything may take to heal on a busy machine, in ms. */
const HEALING = 25_000

/**
 * Puts all `ways` under load, each by a cache of its own, kills a server, waits until all
 * is well again, and then demands of every cache that no call was rejected or late, and that
 * Redis holds what it was given last.
 *
 * Redis itself loses what a master acknowledged and had not yet handed to its replica when it
 * died. So what was written once counts where it was written before `settled` or after `kill`.
 */
export async function survives(
  ways: readonly Way[],
  settled: () => Promise<void>,
  kill: () => Promise<void>,
  recovered: () => Promise<void>,
): Promise<void> {
  const made = ways.map((way) => way.make())
  const options = { circuit: { maxDelay: '300ms' } } as const
  const caches = made.map(({ driver }) => makeCache({ l2: driver, ...options }))
  try {
    await Promise.all(caches.map(async (cache) => expect(await cache.ready(HEALING)).toBe(true)))
    const loads = caches.map((cache, i) => new Load(cache, `way${i}`))
    await eventually(() => expect(Math.min(...loads.map(({ calls }) => calls))).toBeGreaterThan(WARM_UP))
    const safeUntil = performance.now()
    await settled()
    await kill()
    const safeFrom = performance.now()
    await recovered()
    await Promise.all(caches.map(healed))
    const soFar = loads.map(({ calls }) => calls)
    await eventually(() =>
      loads.forEach(({ calls }, i) => void expect(calls).toBeGreaterThan((soFar[i] ?? 0) + WARM_UP)),
    )
    const results = await Promise.all(loads.map((load) => load.stop()))
    await Promise.all(caches.map(healed))
    for (const [i, result] of results.entries()) {
      const name = ways[i]?.name
      expect(result.rejected, name).toEqual([])
      expect(result.slowest, name).toBeLessThan(LIMIT + TOLERANCE)
      const safe = result.once.filter(({ start, end }) => end < safeUntil || start > safeFrom)
      expect(safe.length, name).toBeGreaterThan(WARM_UP / 5)
      await holds(
        ways[(i + 1) % ways.length] as Way,
        new Map(safe.map(({ key }) => [key, Number(key.split(':').at(-1))])),
        name,
      )
      await holds(ways[(i + 2) % ways.length] as Way, result.last, name)
    }
  } finally {
    for (const cache of caches) await cache.close()
    for (const { end } of made) end()
  }
}

/** The circuit is closed and nothing waits for Redis, for a while. */
async function healed(cache: CacheManager): Promise<void> {
  const well = () => {
    const { l2 } = cache.status()
    expect(l2.state).toBe('closed')
    if (l2.state !== 'none') expect(l2.journal.length).toBe(0)
  }
  for (let since = performance.now(); performance.now() - since < 500; await delay(20)) {
    try {
      well()
    } catch {
      await eventually(well, HEALING)
      since = performance.now()
    }
  }
}

/** A cache that was not there before finds all of this in Redis. */
async function holds(way: Way, expected: ReadonlyMap<string, number | undefined>, name?: string): Promise<void> {
  const { driver, end } = way.make()
  const reader = makeCache({ l2: driver })
  try {
    expect(await reader.ready(HEALING)).toBe(true)
    for (let keys = [...expected.keys()]; keys.length > 0; keys = keys.slice(CHUNK)) {
      const chunk = keys.slice(0, CHUNK)
      // On a busy machine a read may run out of time, and finds nothing then.
      await eventually(async () => {
        const found = await reader.getMany(REGION, chunk)
        expect(
          chunk.filter((key) => found.get(key) !== expected.get(key)),
          name,
        ).toEqual([])
      }, PATIENCE)
    }
  } finally {
    await reader.close()
    end()
  }
}
