import { type Clock, systemClock } from '../clock.ts'
import { checkKey } from '../config/keys.ts'
import { type Bytes, type Duration, invalidOption, parseBytes, parseDuration } from '../config/units.ts'
import { LiveStore } from './live-store.ts'
import { PackedStore } from './packed-store.ts'
import { POLICY_NUMBERS, type RemovalReason, type Store } from './store.ts'
import { Sweeper } from './sweeper.ts'
import { weigh, weighString } from './weigh.ts'

/** What one live entry costs beyond its key and value, in bytes: its slots, its map entry, its policy's state. */
const LIVE_OVERHEAD = 112

/** Options of a `MemoryCache`. One of `max` and `maxBytes` at least is needed. */
export interface MemoryCacheOptions<V> {
  /** The most entries. Default: no limit. */
  readonly max?: number
  /** The most memory, keys and overhead included. Default: no limit. */
  readonly maxBytes?: Bytes
  /** How long an entry lives: ms, or text with a unit. Default: `Infinity`. */
  readonly ttl?: Duration
  /** Which entry leaves when the cache is full. Default: 'lru'. */
  readonly policy?: keyof typeof POLICY_NUMBERS
  /**
   * 'live' keeps the values themselves and hands them out by reference; 'packed' keeps bytes
   * outside of the garbage-collected heap. Default: 'live'.
   */
  readonly store?: 'live' | 'packed'
  /** What a value weighs, in bytes, in a live store. Default: an estimate of its size in memory. */
  readonly sizeCalculation?: (value: V, key: string) => number
  /**
   * Called after an entry has left: 'evict', 'expire', 'set' (replaced), 'delete' or 'clear'. A
   * packed store tells `undefined` for values that were evicted or expired. It may use the
   * cache. What it throws is thrown by the call that made the entry leave; where that was no
   * call but time, it is an uncaught error.
   */
  readonly onEvict?: (key: string, value: V | undefined, reason: RemovalReason) => void
  /** Where time comes from, for tests. Default: the runtime. */
  readonly clock?: Clock
}

/** Options of one `set`. */
export interface MemorySetOptions {
  /** How long this entry lives. Default: the cache's `ttl`. */
  readonly ttl?: Duration
}

const sweepers = new WeakMap<Clock, Sweeper>()

/**
 * A synchronous cache in memory, bounded in entries or bytes. Reads like a `Map`; a live one
 * hands out the very objects that were set.
 *
 * @example
 * const cache = new MemoryCache<User>({ max: 10_000, ttl: '5m' })
 * cache.set('u1', user)
 * cache.get('u1') // user
 */
export class MemoryCache<V = unknown> {
  readonly #store: Store<V>
  readonly #clock: Clock
  readonly #sweeper: Sweeper
  readonly #ttl: number
  readonly #weigh: ((value: V, key: string) => number) | undefined
  readonly #weighs: boolean

  /** @throws CacheError `INVALID_OPTION` */
  constructor(options: MemoryCacheOptions<V>) {
    if (typeof options !== 'object' || options === null) {
      throw invalidOption('options', options, 'an object such as { max: 1000 }')
    }
    const { policy = 'lru', store = 'live', clock = systemClock, onEvict } = options
    if (!Object.hasOwn(POLICY_NUMBERS, policy)) {
      throw invalidOption('policy', policy, Object.keys(POLICY_NUMBERS).join(', '))
    }
    if (store !== 'live' && store !== 'packed') throw invalidOption('store', store, "'live', 'packed'")
    const limits = limitsOf(options)
    this.#clock = clock
    this.#sweeper = sweeperOf(clock)
    this.#ttl = options.ttl === undefined ? Infinity : parseDuration(options.ttl, 'ttl')
    this.#weigh = options.sizeCalculation
    this.#weighs = store === 'live' && limits.maxBytes !== Infinity
    const common = { policy: POLICY_NUMBERS[policy], limits, clock, onRemove: onEvict }
    this.#store = store === 'live' ? new LiveStore<V>(common) : new PackedStore<V>(common)
  }

  /** How many entries there are; some may have expired a moment ago. */
  get size(): number {
    return this.#store.size
  }

  /** What the entries weigh; 0 in a live cache without `maxBytes`, which does not weigh them. */
  get bytes(): number {
    return this.#store.bytes
  }

  /** The value under `key`, or `undefined`. Marks it as used. */
  get(key: string): V | undefined {
    return this.#store.get(key)
  }

  /** As `get`, without marking the entry as used. */
  peek(key: string): V | undefined {
    return this.#store.peek(key)
  }

  /** Whether there is a value under `key`. Does not mark it as used. */
  has(key: string): boolean {
    return this.#store.has(key)
  }

  /**
   * Stores `value`; answers false where it is heavier than the whole cache, and then what was
   * there is gone. `undefined` deletes, as it means that there is no value.
   *
   * @throws CacheError `INVALID_KEY`; in a packed cache `UNSERIALIZABLE_VALUE` too.
   */
  set(key: string, value: V | undefined, options?: MemorySetOptions): boolean {
    if (value === undefined) {
      this.#store.delete(key)
      return false
    }
    checkKey(key, 'memory')
    const ttl = options?.ttl === undefined ? this.#ttl : parseDuration(options.ttl, 'ttl')
    const deadline = ttl === Infinity ? Infinity : this.#clock.now() + ttl
    const stored = this.#store.set(key, value, this.#weights(value, key), deadline)
    if (deadline !== Infinity) this.#sweeper.watch(this.#store)
    return stored
  }

  /** Removes `key`; answers whether there was a value. */
  delete(key: string): boolean {
    return this.#store.delete(key)
  }

  /** Removes everything; answers how many entries there were. */
  clear(): number {
    return this.#store.clear()
  }

  /** What is left of an entry's life, in ms: `Infinity` for ever, 0 where there is none. */
  getRemainingTTL(key: string): number {
    const deadline = this.#store.deadline(key)
    return deadline === undefined ? 0 : deadline - this.#clock.now()
  }

  /** Removes what has expired, now; answers how many. It happens by itself as well, within a second or so. */
  purgeStale(): number {
    return this.#store.expire()
  }

  /**
   * The entries, without marking them as used. In a live cache from which none has left, in the
   * order in which their keys came; else in none: who comes takes the place of one that left.
   */
  entries(): IterableIterator<[string, V]> {
    return this.#store.entries()
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this.#store.entries()) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.#store.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.#store.entries()
  }

  forEach(callback: (value: V, key: string, cache: this) => void): void {
    for (const [key, value] of this.#store.entries()) callback(value, key, this)
  }

  #weights(value: V, key: string): number {
    if (!this.#weighs) return 0
    if (this.#weigh === undefined) return LIVE_OVERHEAD + weighString(key) + weigh(value)
    const weight = this.#weigh(value, key)
    if (!(weight >= 0) || weight === Infinity) {
      throw invalidOption('sizeCalculation', weight, 'a function that answers bytes, from 0 up')
    }
    return weight
  }
}

function limitsOf({ max, maxBytes }: MemoryCacheOptions<never>): { maxEntries: number; maxBytes: number } {
  if (max === undefined && maxBytes === undefined) {
    throw invalidOption('max', undefined, 'a whole number from 1 up, unless `maxBytes` is given')
  }
  if (max !== undefined && max !== Infinity && !(Number.isInteger(max) && max >= 1)) {
    throw invalidOption('max', max, 'a whole number from 1 up, or Infinity')
  }
  return { maxEntries: max ?? Infinity, maxBytes: maxBytes === undefined ? Infinity : parseBytes(maxBytes, 'maxBytes') }
}

/** One timer for all caches with the same clock. */
function sweeperOf(clock: Clock): Sweeper {
  const known = sweepers.get(clock)
  if (known !== undefined) return known
  const made = new Sweeper(clock)
  sweepers.set(clock, made)
  return made
}
