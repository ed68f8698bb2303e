/**
 * How long `warm` holds up the event loop: the longest time between two turns of a chain of
 * immediates while 100,000 entries are stored, per kind of region.
 *
 *     node --import tsx bench/warm.ts
 */
import { setImmediate } from 'node:timers/promises'
import { CacheManager, type RegionOptions } from '../js/index.ts'

const ENTRIES = 100_000
const ROUNDS = 3

/** What a service warms its cache with: a small record each. */
function* articles(): Generator<[string, object]> {
  for (let i = 0; i < ENTRIES; i++) {
    yield [`article:${i}`, { id: i, title: `Article number ${i}`, words: 300 + (i % 700), tags: ['news', 'today'] }]
  }
}

const regions: Record<string, RegionOptions> = {
  live: { maxBytes: '256MB' },
  packed: { maxBytes: '256MB', store: 'packed' },
  compressed: { maxBytes: '256MB', compression: true, compressAbove: '64B' },
  encrypted: { maxBytes: '256MB', encryption: true },
}

/**
 * The longest turn of the event loop, in ms, while `work` runs, and how long that took in all.
 * A turn counts with the processor time that it took, where that is less than its duration: so
 * whatever else a busy machine does is not counted.
 */
async function watched(work: Promise<unknown>): Promise<{ longest: number; total: number }> {
  let running = true
  let longest = 0
  const start = performance.now()
  const watching = (async () => {
    while (running) {
      const [began, used] = [performance.now(), processorTime()]
      await setImmediate()
      longest = Math.max(longest, Math.min(performance.now() - began, processorTime() - used))
    }
  })()
  await work
  const total = performance.now() - start
  running = false
  await watching
  return { longest, total }
}

/** What the process has used of the processor, in ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const forms: Record<string, () => Parameters<CacheManager['warm']>[1]> = {
  generator: articles,
  object: () => Object.fromEntries(articles()),
}

console.log(`warm, ${ENTRIES} entries, the best of ${ROUNDS} rounds\n`)
console.log('region      data        longest turn    in all')
for (const region of Object.keys(regions)) {
  for (const [form, make] of Object.entries(forms)) {
    let best = { longest: Number.POSITIVE_INFINITY, total: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      await using cache = new CacheManager({ maxBytes: '1GB', regions })
      const data = make()
      await setImmediate()
      const result = await watched(cache.warm(region, data))
      if (result.longest < best.longest) best = result
    }
    const [longest, total] = [`${best.longest.toFixed(1)} ms`, `${best.total.toFixed(0)} ms`]
    console.log(`${region.padEnd(12)}${form.padEnd(12)}${longest.padStart(12)}${total.padStart(10)}`)
  }
}
