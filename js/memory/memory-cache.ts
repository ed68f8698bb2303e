import type { Clock } from '../clock.ts'
import { checkKey } from '../config/keys.ts'
import { invalidOption, parseDuration } from '../config/units.ts'
import { INSPECT, type Inspect, inspected } from '../inspect.ts'
import { AgingStore } from './aging.ts'
import { type DumpedEntry, readDump, timesOf } from './dump.ts'
import { LiveStore } from './live-store.ts'
import { checkSetOptions, type MemoryCacheOptions, type MemorySetOptions, memorySettings, SIZES } from './options.ts'
import { PackedStore } from './packed-store.ts'
import { POLICY_NUMBERS, type Store, type StoreOptions } from './store.ts'
import { Sweeper } from './sweeper.ts'
import { weigh, weighString } from './weigh.ts'

/** What a live entry costs beyond its key and value, in bytes, as docs/memory.md has it, with some reserve. */
const LIVE_OVERHEAD = 80

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
  /** The same store, where ages are more than a deadline. */
  readonly #aging: AgingStore<V> | undefined
  readonly #clock: Clock
  /** None where what has expired is to stay. */
  readonly #sweeper: Sweeper | undefined
  readonly #ttl: number
  readonly #keepsDeadlines: boolean
  readonly #weigh: ((value: V, key: string) => number) | undefined
  readonly #weighs: boolean

  /** @throws CacheError `INVALID_OPTION` */
  constructor(options: MemoryCacheOptions<V>) {
    const settings = memorySettings<V>(options)
    const { clock, ttl, store, allowStale, updateAgeOnGet, updateAgeOnHas } = settings
    this.#clock = clock
    this.#sweeper = allowStale ? undefined : sweeperOf(clock)
    this.#ttl = ttl
    this.#keepsDeadlines = settings.noUpdateTTL
    this.#weigh = settings.sizeCalculation
    this.#weighs = store === 'live' && settings.maxBytes !== Infinity
    const common = {
      policy: POLICY_NUMBERS[settings.policy],
      favorBytes: settings.favor === 'bytes',
      limits: { maxEntries: settings.max, maxBytes: settings.maxBytes },
      clock,
      onRemove: settings.onEvict,
    }
    const make = (given: StoreOptions<V>) => (store === 'live' ? new LiveStore<V>(given) : new PackedStore<V>(given))
    if (allowStale || updateAgeOnGet || updateAgeOnHas) this.#aging = new AgingStore({ ...settings, ...common }, make)
    this.#store = this.#aging ?? make(common)
    // No member of the class: bundlers cannot leave one out whose members' names they must compute.
    Object.defineProperty(this, INSPECT, { value: this.#inspect })
  }

  /** The most entries; `Infinity` is no limit. */
  get max(): number {
    return this.#store.limits.maxEntries
  }

  /** The most that the entries may weigh; `Infinity` is no limit. */
  get maxBytes(): number {
    return this.#store.limits.maxBytes
  }

  /** How many entries there are; some may have expired a moment ago, or long ago with `allowStale`. */
  get size(): number {
    return this.#store.size
  }

  /** What the entries weigh; 0 in a live cache without `maxBytes`, which does not weigh them. */
  get bytes(): number {
    return this.#store.bytes
  }

  /**
   * The value under `key`, or `undefined`. Marks it as used. With `allowStale` one whose time
   * is over is answered once, and then it is gone.
   */
  get(key: string): V | undefined {
    return this.#store.get(key)
  }

  /** As `get`, without marking the entry as used, renewing or removing it. */
  peek(key: string): V | undefined {
    return this.#store.peek(key)
  }

  /** Whether there is a fresh value under `key`. Does not mark it as used. */
  has(key: string): boolean {
    return this.#store.has(key)
  }

  /**
   * Stores `value`; answers false where it is heavier than the whole cache, and then what was
   * there is gone. `undefined` deletes, as it means that there is no value.
   *
   * @throws CacheError `INVALID_KEY`, `INVALID_OPTION`; in a packed cache `UNSERIALIZABLE_VALUE` too.
   */
  set(key: string, value: V | undefined, options?: MemorySetOptions): boolean {
    if (value === undefined) {
      this.#store.delete(key)
      return false
    }
    checkKey(key)
    if (options !== undefined) checkSetOptions(options)
    const weight = this.#weighs ? this.#weightOf(key, value, options?.size) : 0
    const ttl = options?.ttl === undefined ? this.#ttl : parseDuration(options.ttl, 'ttl')
    if (options?.noUpdateTTL ?? this.#keepsDeadlines) {
      const deadline = this.#store.deadline(key)
      if (deadline !== undefined && deadline > this.#clock.now()) return this.#store.set(key, value, weight, deadline)
    }
    return this.#put(key, value, weight, ttl, ttl)
  }

  /** Removes `key`; answers whether there was a value. */
  delete(key: string): boolean {
    return this.#store.delete(key)
  }

  /** Removes everything; answers how many entries there were. */
  clear(): number {
    return this.#store.clear()
  }

  /**
   * What is left of an entry's life, in ms: `Infinity` for ever, 0 where there is no entry,
   * negative for one that stays though its time is over. In thousandths.
   */
  getRemainingTTL(key: string): number {
    const deadline = this.#store.deadline(key)
    return deadline === undefined ? 0 : toThousandths(deadline - this.#clock.now())
  }

  /**
   * Removes all that has expired, now; answers how many. It happens by itself as well, within a
   * second or so, without looking at every entry as this does.
   */
  purgeStale(): number {
    return this.#store.purge()
  }

  /**
   * The entries, without marking them as used. In a live cache from which none has left, in the
   * order in which their keys came; else in none: who comes takes the place of one that left.
   */
  entries(): IterableIterator<[string, V]> {
    return this.#store.entries()
  }

  /** The keys, in the order of `entries`. */
  *keys(): IterableIterator<string> {
    for (const [key] of this.#store.entries()) yield key
  }

  /** The values, in the order of `entries`. */
  *values(): IterableIterator<V> {
    for (const [, value] of this.#store.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.#store.entries()
  }

  /** Calls back for each entry, in the order of `entries`. */
  forEach(callback: (value: V, key: string, cache: this) => void): void {
    for (const [key, value] of this.#store.entries()) callback(value, key, this)
  }

  /**
   * All that is fresh, to be stored anywhere and given to `load`: as JSON, if the values can
   * be that. What was unused for longest comes first, as far as the policy keeps account of
   * that, so that it leaves first afterwards too.
   */
  dump(): [key: string, entry: DumpedEntry<V>][] {
    const now = this.#clock.now()
    const wall = this.#clock.wall()
    const dumped: [string, DumpedEntry<V>][] = []
    for (const [key, value] of this.#store.entriesByUse()) {
      const left = toThousandths((this.#store.deadline(key) ?? Infinity) - now)
      if (left <= 0) continue
      const size = this.#weighs ? { size: this.#store.weight(key) ?? 0 } : {}
      dumped.push([key, { value, ...timesOf(left, this.#aging?.ttl(key) ?? left, wall), ...size }])
    }
    return dumped
  }

  /**
   * Replaces all entries by those of a `dump`, of this cache or another one, in this process
   * or another one: what has expired since by the wall clock is left out.
   *
   * @throws CacheError `INVALID_OPTION` and `INVALID_KEY` for what is no dump; then nothing
   * was changed. A packed cache throws `UNSERIALIZABLE_VALUE` for a value that it cannot keep.
   * Then, and where a listener throws, it is left empty, for half a dump is none.
   */
  load(dumped: Iterable<readonly [key: string, entry: DumpedEntry<V>]>): void {
    const wall = this.#clock.wall()
    const loaded = readDump<V>(dumped, this.#ttl, wall)
    const weights = this.#weighs ? loaded.map(({ key, value, size }) => this.#weightOf(key, value, size)) : []
    this.clear()
    try {
      for (const [i, { key, value, ttl, left }] of loaded.entries()) this.#put(key, value, weights[i] ?? 0, ttl, left)
    } catch (error) {
      this.clear()
      throw error
    }
  }

  get [Symbol.toStringTag](): string {
    return 'MemoryCache'
  }

  #inspect(depth: number, options: unknown, inspect: Inspect): string {
    const { size, max, bytes, maxBytes } = this
    return inspected('MemoryCache', { size, max, bytes, maxBytes, ttl: this.#ttl }, depth, options, inspect)
  }

  /** Stores an entry whose TTL is `ttl`, of which there is `left`. */
  #put(key: string, value: V, weight: number, ttl: number, left: number): boolean {
    const deadline = left === Infinity ? Infinity : this.#clock.now() + left
    const stored =
      this.#aging === undefined
        ? this.#store.set(key, value, weight, deadline)
        : this.#aging.setAged(key, value, weight, deadline, ttl)
    if (deadline !== Infinity) this.#sweeper?.watch(this.#store)
    return stored
  }

  /** `Infinity` is heavier than any cache. */
  #weightOf(key: string, value: V, size: number | undefined): number {
    if (size === undefined && this.#weigh === undefined) return LIVE_OVERHEAD + weighString(key) + weigh(value)
    const weight = size ?? this.#weigh?.(value, key)
    if (typeof weight === 'number' && weight >= 0) return weight
    throw invalidOption(size === undefined ? 'sizeCalculation' : 'size', weight, SIZES)
  }
}

/** Differences of clocks have noise in their last digits: 999.9999999 ms are 1,000. */
function toThousandths(ms: number): number {
  return ms === Infinity ? ms : Math.round(ms * 1_000) / 1_000
}

/** One timer for all caches with the same clock. */
function sweeperOf(clock: Clock): Sweeper {
  const known = sweepers.get(clock)
  if (known !== undefined) return known
  const made = new Sweeper(clock)
  sweepers.set(clock, made)
  return made
}
