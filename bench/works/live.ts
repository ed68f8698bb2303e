import { BATCH, FreshStrings, makeKeys, makeValues, type Scale, shuffled, zipfRequests } from '../lib/load.ts'
import { deleteAll, getAll, readThrough, type SyncCache, setAll } from '../lib/loops.ts'
import type { Contender } from '../lib/measure.ts'
import { own } from '../lib/own.ts'
import { EVICTING, EXPIRING, KEEPERS, type MakeSync } from '../peers/sync.ts'
import type { Work } from './work.ts'

/** Long enough that nothing expires during the run, in ms. */
const TTL = 3_600_000

/** Keys in the order of their popularity, and values. */
function content({ entries }: Scale): { keys: string[]; values: object[] } {
  return { keys: makeKeys('user:profile:', entries), values: makeValues(entries) }
}

function filled(make: MakeSync, keys: readonly string[], values: readonly unknown[], ttl?: number): SyncCache {
  const cache = make(keys.length, ttl)
  own(setAll)(cache, shuffled(keys), values, 0, keys.length)
  return cache
}

function contenders(
  makers: Readonly<Record<string, MakeSync>>,
  each: (make: MakeSync) => Omit<Contender, 'name'>,
): Contender[] {
  return Object.entries(makers).map(([name, make]) => ({ name, ...each(make) }))
}

/** Reads of full caches. */
function hits(makers: Readonly<Record<string, MakeSync>>, scale: Scale, ttl?: number): Contender[] {
  const { keys, values } = content(scale)
  const requests = zipfRequests(keys, scale.requests)
  return contenders(makers, (make) => {
    const cache = filled(make, keys, values, ttl)
    const loop = own(getAll)
    return { operations: requests.length, expected: requests.length, run: () => loop(cache, requests) }
  })
}

function freshHits(scale: Scale): Contender[] {
  const { keys, values } = content(scale)
  const texts = zipfRequests(keys, scale.requests)
  return contenders(KEEPERS, (make) => {
    const cache = filled(make, keys, values)
    const fresh = new FreshStrings(texts)
    const loop = own(getAll)
    let requests: readonly string[] = []
    return {
      operations: BATCH,
      expected: BATCH,
      prepare: () => {
        requests = fresh.next()
      },
      run: () => loop(cache, requests),
    }
  })
}

function misses(scale: Scale): Contender[] {
  const { keys, values } = content(scale)
  const absent = makeKeys('user:missing:', scale.entries)
  return contenders(KEEPERS, (make) => {
    const cache = filled(make, keys, values)
    const loop = own(getAll)
    return { operations: absent.length, expected: 0, run: () => loop(cache, absent) }
  })
}

/** How many times more keys there are than room: when a key comes again, it left long ago. */
const LAPS = 4

function evictions(scale: Scale): Contender[] {
  const { entries } = scale
  const keys = makeKeys('user:profile:', entries * LAPS)
  const values = makeValues(entries * LAPS)
  return contenders(EVICTING, (make) => {
    const cache = make(entries)
    const loop = own(setAll)
    loop(cache, keys, values, 0, entries)
    let lap = 0
    const run = () => {
      lap = (lap + 1) % LAPS
      return loop(cache, keys, values, lap * entries, (lap + 1) * entries)
    }
    return { operations: entries, expected: entries, run }
  })
}

/** How many runs' requests there are before they repeat. */
const STREAM_RUNS = 16

function mix(scale: Scale): Contender[] {
  const { entries, requests } = scale
  const keys = makeKeys('user:profile:', entries * 10)
  const values = makeValues(keys.length)
  const stream = Uint32Array.from(zipfRequests([...keys.keys()], requests * STREAM_RUNS))
  return contenders(EVICTING, (make) => {
    const cache = make(entries)
    const loop = own(readThrough)
    let run = 0
    const next = () => {
      const from = (run++ % STREAM_RUNS) * requests
      return loop(cache, stream.subarray(from, from + requests), keys, values)
    }
    for (let i = 0; i < STREAM_RUNS / 4; i++) next()
    return { operations: requests, run: next }
  })
}

function deletions(scale: Scale): Contender[] {
  const { keys, values } = content(scale)
  const order = shuffled(keys)
  return contenders(KEEPERS, (make) => {
    const cache = make(keys.length)
    const fill = own(setAll)
    const loop = own(deleteAll)
    return {
      operations: keys.length,
      expected: keys.length,
      prepare: () => {
        fill(cache, keys, values, 0, keys.length)
      },
      run: () => loop(cache, order),
    }
  })
}

const against = ['lru-cache']

/** What synchronous caches of objects do. */
export const LIVE_WORKS: readonly Work[] = [
  {
    name: 'hit',
    title: 'Hits, the same strings',
    about: 'Reads of a full cache by the very string objects that its entries were set with; Zipf 0.99.',
    against,
    make: (scale) => hits(KEEPERS, scale),
  },
  {
    name: 'hit-ttl',
    title: 'Hits, a time to live on every entry',
    about: 'As above, in caches that were made with a time to live of an hour.',
    against,
    make: (scale) => hits(EXPIRING, scale, TTL),
  },
  {
    name: 'hit-fresh',
    title: 'Hits, fresh strings',
    about:
      'As the first, but every key is a new string, as servers get them: hashing and comparing it belongs to the time.',
    against,
    make: freshHits,
  },
  {
    name: 'miss',
    title: 'Misses',
    about: 'Reads of a full cache by keys that it does not hold.',
    against,
    make: misses,
  },
  {
    name: 'set-evict',
    title: 'Sets that evict',
    about: 'Sets of new keys into a full cache: each pushes one out. quick-lru holds up to twice what it is told.',
    against,
    make: evictions,
  },
  {
    name: 'read-through',
    title: 'Read-through',
    about: 'Reads, Zipf 0.99 over ten times as many keys as there is room for; what is missing is set.',
    against,
    hitRatio: true,
    make: mix,
  },
  {
    name: 'delete',
    title: 'Deletes',
    about: 'All entries of a full cache, one by one, in another order than they came.',
    against,
    make: deletions,
  },
]
