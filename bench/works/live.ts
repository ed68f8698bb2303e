import { BATCH, FreshStrings, makeKeys, makeValues, NewKeys, shuffled, zipfRequests, zipfStream } from '../lib/load.ts'
import { type DeletingCache, deleteAll, getAll, readThrough, type SyncCache, setAll } from '../lib/loops.ts'
import type { Contender } from '../lib/measure.ts'
import type { Scale } from '../lib/sizes.ts'
import { OURS } from '../peers/names.ts'
import { type OurMemory, ourPolicies, ours } from '../peers/ours.ts'
import { DELETING, EVICTING, EXPIRING, KEEPERS, type Makers, type MakeSync, TTL_CACHE } from '../peers/sync.ts'
import type { Enter, Large, Work } from './work.ts'

/** Long enough that nothing expires during the run, in ms. */
const TTL = 3_600_000

/** Who does the works with millions of entries too: those that targets are about, since each takes its time. */
const BOTH = [OURS, 'lru-cache']
const LARGE: Large = { '1M': BOTH, '4M': BOTH }
const LARGE_HITS: Large = { '1M': [...BOTH, 'Map'], '4M': [...BOTH, 'Map'] }
const LARGE_EVICTING: Large = { '1M': [...BOTH, 'Map, oldest out'], '4M': BOTH }

/** Keys in the order of their popularity, and values. */
function content({ entries }: Scale): { keys: string[]; values: object[] } {
  return { keys: makeKeys('user:profile:', entries), values: makeValues(entries) }
}

/** A cache that holds all `keys`, which came in another order. */
function filled(make: MakeSync, keys: readonly string[], values: readonly unknown[], ttl?: number): SyncCache {
  const cache = make(keys.length, ttl)
  setAll(cache, shuffled(keys), values)
  return cache
}

/** `enter` for each of the caches. */
function each<Cache extends SyncCache>(
  makers: Makers<Cache>,
  enter: (make: MakeSync<Cache>, scale: Scale) => Contender,
): Record<string, Enter> {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, (scale: Scale) => enter(make, scale)]))
}

/** Reads of a full cache. */
function hits(make: MakeSync, scale: Scale, ttl?: number): Contender {
  const { keys, values } = content(scale)
  const requests = zipfRequests(keys, scale.requests)
  const cache = filled(make, keys, values, ttl)
  return {
    ...portions(scale, requests.length, (from, to) => getAll(cache, requests, from, to)),
    expected: scale.portion,
  }
}

/** Runs that go through a stream of requests, one portion after the other. */
function portions(
  { portion }: Scale,
  length: number,
  run: (from: number, to: number) => number,
  start = 0,
): Pick<Contender, 'operations' | 'run'> {
  let from = start
  const next = () => {
    if (from + portion > length) from = start
    const found = run(from, from + portion)
    from += portion
    return found
  }
  return { operations: portion, run: next }
}

function freshHits(make: MakeSync, scale: Scale): Contender {
  const { keys, values } = content(scale)
  const fresh = new FreshStrings(zipfRequests(keys, scale.requests))
  const cache = filled(make, keys, values)
  let requests: readonly string[] = []
  const prepare = () => {
    requests = fresh.next()
  }
  return { operations: BATCH, expected: BATCH, prepare, run: () => getAll(cache, requests, 0, BATCH) }
}

function misses(make: MakeSync, scale: Scale): Contender {
  const { keys, values } = content(scale)
  const absent = makeKeys('user:missing:', scale.entries)
  const cache = filled(make, keys, values)
  return { operations: absent.length, expected: 0, run: () => getAll(cache, absent, 0, absent.length) }
}

/** How many sets one run does. */
const SETS = 10_000

/** Keys that were never there, so that every one pushes another out whatever the policy. */
function evictions(make: MakeSync, scale: Scale): Contender {
  const fresh = new NewKeys('user:profile:')
  const values = makeValues(SETS)
  const cache = make(scale.entries)
  for (let set = 0; set < scale.entries; set += SETS) setAll(cache, fresh.next(SETS), values)
  let keys: readonly string[] = []
  const prepare = () => {
    keys = fresh.next(SETS)
  }
  const run = () => {
    setAll(cache, keys, values)
    return SETS
  }
  return { operations: SETS, prepare, run }
}

/** How many times as many keys as room. */
const KEYS_PER_ENTRY = 10

function mix(make: MakeSync, scale: Scale): Contender {
  const { entries } = scale
  const filling = entries * scale.filling
  const stream = zipfStream('user:profile:', entries * KEYS_PER_ENTRY, filling + scale.timed)
  const values = makeValues(entries)
  const cache = make(entries)
  readThrough(cache, stream, values, 0, filling)
  const { length } = stream.requests
  return portions(scale, length, (from, to) => readThrough(cache, stream, values, from, to), filling)
}

function deletions(make: MakeSync<DeletingCache>, scale: Scale): Contender {
  const { keys, values } = content(scale)
  const order = shuffled(keys)
  const cache = make(keys.length)
  const prepare = () => setAll(cache, keys, values)
  return { operations: keys.length, expected: keys.length, prepare, run: () => deleteAll(cache, order) }
}

const against = ['lru-cache']

/**
 * What synchronous caches of objects do.
 *
 * @param more Caches that this runtime has besides.
 */
export function liveWorks(our: OurMemory, more: Makers<DeletingCache> = {}): readonly Work[] {
  const own = ours(our)
  const keepers = { ...own, ...KEEPERS, ...more }
  const expiring = { ...own, ...EXPIRING, '@isaacs/ttlcache': TTL_CACHE, ...more }
  const evicting = { ...own, ...EVICTING }
  return [
    {
      name: 'hit',
      title: 'Hits, the same strings',
      about: 'Reads of a full cache by the very string objects that its entries were set with; Zipf 0.99.',
      against,
      large: LARGE_HITS,
      contenders: each(keepers, hits),
    },
    {
      name: 'hit-ttl',
      title: 'Hits, a time to live on every entry',
      about: 'As above, in caches that were made with a time to live of an hour.',
      against,
      large: LARGE,
      contenders: each(expiring, (make, scale) => hits(make, scale, TTL)),
    },
    {
      name: 'hit-fresh',
      title: 'Hits, fresh strings',
      about:
        'As the first, but every key is a new string, as servers get them: hashing and comparing it belongs to the time.',
      against,
      large: LARGE,
      contenders: each(keepers, freshHits),
    },
    {
      name: 'miss',
      title: 'Misses',
      about: 'Reads of a full cache by keys that it does not hold.',
      against,
      contenders: each(keepers, misses),
    },
    {
      name: 'set-evict',
      title: 'Sets that evict',
      about:
        'Sets into a full cache of keys that were never there: each pushes one out, or is turned away. Fresh strings. quick-lru, flru and hashlru hold up to twice what they are told.',
      against,
      large: LARGE_EVICTING,
      contenders: each(evicting, evictions),
    },
    {
      name: 'read-through',
      title: 'Read-through',
      about: 'Reads, Zipf 0.99 over ten times as many keys as there is room for; what is missing is set.',
      against,
      hitRatio: true,
      large: LARGE_EVICTING,
      contenders: each({ ...evicting, ...ourPolicies(our) }, mix),
    },
    {
      name: 'delete',
      title: 'Deletes',
      about: 'All entries of a full cache, one by one, in another order than they came.',
      against,
      contenders: each({ ...own, ...DELETING, ...more }, deletions),
    },
  ]
}
