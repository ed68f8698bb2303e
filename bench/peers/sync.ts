import { TTLCache } from '@isaacs/ttlcache'
import { SieveCache } from '@neophi/sieve-cache'
import flru from 'flru'
import hashlru from 'hashlru'
import jsLru from 'lru_map'
import { LRUCache } from 'lru-cache'
import {
  LRUCache as MnemonistCache,
  LRUCacheWithDelete as MnemonistCacheWithDelete,
  LRUMap as MnemonistMap,
  LRUMapWithDelete as MnemonistMapWithDelete,
} from 'mnemonist'
import QuickLRU from 'quick-lru'
import { lru as tinyLru } from 'tiny-lru'
import type { DeletingCache, SyncCache } from '../lib/loops.ts'

/** Makes a cache of at most `capacity` entries, which live for `ttl` ms or, without, for ever. */
export type MakeSync<Cache extends SyncCache = SyncCache> = (capacity: number, ttl?: number) => Cache

/** Caches by name. */
export type Makers<Cache extends SyncCache = SyncCache> = Readonly<Record<string, MakeSync<Cache>>>

/** Caches that hold at most about as many entries as they are told, and know a time to live. */
export const EXPIRING: Makers<DeletingCache> = {
  'lru-cache': (max, ttl) => new LRUCache<string, object>(ttl === undefined ? { max } : { max, ttl }) as DeletingCache,
  'tiny-lru': (max, ttl) => tinyLru<unknown>(max, ttl),
  'quick-lru': (maxSize, maxAge) =>
    new QuickLRU<string, unknown>(maxAge === undefined ? { maxSize } : { maxSize, maxAge }),
}

/** Bounded too, by time first. */
export const TTL_CACHE: MakeSync<DeletingCache> = (max, ttl = Infinity) => new TTLCache<string, unknown>({ max, ttl })

/** Those that know no time to live. */
const LASTING: Makers = {
  'mnemonist LRUMap': (capacity) => new MnemonistMap<string, unknown>(capacity),
  'mnemonist LRUCache': (capacity) => new MnemonistCache<string, unknown>(capacity),
  lru_map: (capacity) => new jsLru.LRUMap<string, unknown>(capacity),
  'sieve-cache': (capacity) => new SieveCache<string, unknown>(capacity),
}

/** Two generations of a hash: no policy, no bound within a factor of two. */
const GENERATIONS: Makers = {
  flru: (capacity) => flru<unknown>(capacity),
  hashlru: (capacity) => hashlru(capacity + 1),
}

/** The floor: no bound, no policy, no expiry. */
const MAP: MakeSync<DeletingCache> = () => new Map<string, unknown>()

/** An object as a hash. */
class ObjectIndex implements DeletingCache {
  readonly #values: Record<string, unknown> = Object.create(null)

  get(key: string): unknown {
    return this.#values[key]
  }

  set(key: string, value: unknown): void {
    this.#values[key] = value
  }

  delete(key: string): boolean {
    return delete this.#values[key]
  }
}

/** The floor where entries must leave: a Map whose oldest entry leaves when it is full. */
export class FifoMap extends Map<string, unknown> {
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

/** Who can read and write. */
export const KEEPERS: Makers = {
  ...EXPIRING,
  ...LASTING,
  '@isaacs/ttlcache': TTL_CACHE,
  ...GENERATIONS,
  Map: MAP,
  'Object.create(null)': () => new ObjectIndex(),
}

/** Who can take single entries out. */
export const DELETING: Makers<DeletingCache> = {
  ...EXPIRING,
  'mnemonist LRUMap': (capacity) => new MnemonistMapWithDelete<string, unknown>(capacity),
  'mnemonist LRUCache': (capacity) => new MnemonistCacheWithDelete<string, unknown>(capacity),
  lru_map: (capacity) => new jsLru.LRUMap<string, unknown>(capacity),
  'sieve-cache': (capacity) => new SieveCache<string, unknown>(capacity),
  '@isaacs/ttlcache': TTL_CACHE,
  Map: MAP,
}

/** Who makes room by itself. Without times to live, `@isaacs/ttlcache` is not made for it. */
export const EVICTING: Makers = {
  ...EXPIRING,
  ...LASTING,
  ...GENERATIONS,
  'Map, oldest out': (capacity) => new FifoMap(capacity),
}
