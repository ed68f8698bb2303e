/**
 * What an awaited hit allocates: the growth of the heap over a million of them, during which
 * no garbage is collected. Without an argument it prints the names of the callers as JSON,
 * with one of them what was measured of it.
 */

import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Allocated, BARE } from './lib/allocated.ts'
import { makeKeys, makeValues } from './lib/load.ts'
import { omnicache } from './lib/omnicache.ts'
import { asyncCaches, type MakeAsync } from './peers/async.ts'
import { OURS } from './peers/names.ts'

const CALLS = 1_000_000
const KEYS = 1_000
/** The least counts: before V8 has optimised everything, numbers are objects too. */
const ROUNDS = 5
/** After so long the observer has been told of all collections, in ms. */
const OBSERVED = 50

const bare: MakeAsync = () => {
  const answer = async (_key: string) => 1
  return {
    async get(keys) {
      let found = 0
      for (let i = 0; i < keys.length; i++) if ((await answer(keys[i] as string)) !== undefined) found++
      return found
    },
    set: async (keys) => keys.length,
  }
}

const all = asyncCaches(await omnicache())
const callers: Readonly<Record<string, MakeAsync | undefined>> = {
  [BARE]: bare,
  [OURS]: all[OURS],
  [`${OURS}, region`]: all[`${OURS}, region`],
}

async function measured(name: string): Promise<Allocated> {
  const cache = callers[name]?.(KEYS)
  if (cache === undefined) throw new Error(`there is no caller ${name}`)
  const keys = makeKeys('user:profile:', KEYS)
  await cache.set(keys, makeValues(KEYS))
  const requests = Array.from({ length: CALLS }, (_, i) => keys[i % KEYS] as string)
  const collections: number[] = []
  const observer = new PerformanceObserver((list) => {
    collections.push(...list.getEntries().map(({ startTime }) => startTime))
  })
  observer.observe({ entryTypes: ['gc'] })
  let bytes = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.()
    const [start, before] = [performance.now(), process.memoryUsage().heapUsed]
    if ((await cache.get(requests)) !== CALLS) throw new Error(`${name} missed`)
    const [end, after] = [performance.now(), process.memoryUsage().heapUsed]
    await setTimeout(OBSERVED)
    if (collections.splice(0).some((time) => time > start && time < end)) {
      throw new Error(`garbage was collected while ${name} was measured`)
    }
    bytes = Math.min(bytes, (after - before) / CALLS)
  }
  return { name, bytes }
}

const [name] = process.argv.slice(2)
console.log(JSON.stringify(name === undefined ? Object.keys(callers) : await measured(name)))
process.exit()
