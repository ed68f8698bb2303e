import { TTLCache } from '@isaacs/ttlcache'
import { LRUCache } from 'lru-cache'
import { LRUMapWithDelete as LRUMap } from 'mnemonist'
import NodeCache from 'node-cache'
import QuickLRU from 'quick-lru'
import { lru as tinyLru } from 'tiny-lru'
import type { SyncCache } from '../lib/loops.ts'
import { omnicacheMemory } from '../lib/omnicache.ts'

/** Makes a cache of at most `capacity` entries, which live for `ttl` ms or, without, for ever. */
export type MakeSync = (capacity: number, ttl?: number) => SyncCache

/** Our own name in every table. */
export const OURS = 'omnicache'

const { MemoryCache } = await omnicacheMemory()

/** Caches that hold at most as many entries as they are told, and know a time to live. */
const BOUNDED: Readonly<Record<string, MakeSync>> = {
  [OURS]: (max, ttl = Infinity) => new MemoryCache<unknown>({ max, ttl }),
  'lru-cache': (max, ttl) => new LRUCache<string, object>(ttl === undefined ? { max } : { max, ttl }) as SyncCache,
  'tiny-lru': (max, ttl) => tinyLru<unknown>(max, ttl),
  'quick-lru': (maxSize, maxAge) =>
    new QuickLRU<string, unknown>(maxAge === undefined ? { maxSize } : { maxSize, maxAge }),
}

/** Bounded too, by time first. */
const TTL_CACHE: MakeSync = (max, ttl = Infinity) => new TTLCache<string, unknown>({ max, ttl })

/** Not bounded, or only by refusing new entries. */
const NODE_CACHE: MakeSync = (_capacity, ttl = 0) => {
  const cache = new NodeCache({ stdTTL: ttl / 1_000, useClones: false, checkperiod: 0 })
  return Object.assign(cache, { delete: NodeCache.prototype.del })
}

const MNEMONIST: MakeSync = (capacity) => new LRUMap<string, unknown>(capacity)

/** The floor: no bound, no policy, no expiry. */
const MAP: MakeSync = () => new Map<string, unknown>()

/** The floor where entries must leave: a Map whose oldest entry leaves when it is full. */
const FIFO_MAP: MakeSync = (capacity) => new FifoMap(capacity)

class FifoMap extends Map<string, unknown> {
  readonly #capacity: number
  /** One iterator for all evictions: a new one would step over all that were deleted. */
  #oldest = this.keys()

  constructor(capacity: number) {
    super()
    this.#capacity = capacity
  }

  override set(key: string, value: unknown): this {
    super.set(key, value)
    if (this.size > this.#capacity) this.delete(this.#next())
    return this
  }

  #next(): string {
    const { done, value } = this.#oldest.next()
    if (!done) return value
    this.#oldest = this.keys()
    return this.#next()
  }
}

/** Who can read, write and delete. */
export const KEEPERS: Readonly<Record<string, MakeSync>> = {
  ...BOUNDED,
  'mnemonist LRUMap': MNEMONIST,
  '@isaacs/ttlcache': TTL_CACHE,
  'node-cache': NODE_CACHE,
  Map: MAP,
}

/** Who can give each entry a time to live. */
export const EXPIRING: Readonly<Record<string, MakeSync>> = {
  ...BOUNDED,
  '@isaacs/ttlcache': TTL_CACHE,
  'node-cache': NODE_CACHE,
}

/** Who makes room by itself. Without times to live, `@isaacs/ttlcache` is not made for it. */
export const EVICTING: Readonly<Record<string, MakeSync>> = {
  ...BOUNDED,
  'mnemonist LRUMap': MNEMONIST,
  'Map, oldest out': FIFO_MAP,
}
