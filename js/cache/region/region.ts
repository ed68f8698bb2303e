import type { Duration } from '../../config/units.ts'
import { INSPECT, type Inspect, inspected } from '../../inspect.ts'
import type {
  EntryInfo,
  Factory,
  GetOrSetManyOptions,
  GetOrSetOptions,
  GetOrSetRequest,
  ManyFactory,
  SetOptions,
  WarmData,
  WarmOptions,
  WarmProgress,
} from '../types.ts'
import { warm } from '../warm.ts'
import { assertFunction, isRequest } from './arguments.ts'
import type { CallRules } from './call-rules.ts'
import type { Namespace } from './namespace.ts'
import { RegionEntries } from './region-entries.ts'
import { RegionLoads } from './region-loads.ts'
import { type ManyResult, RegionMany } from './region-many.ts'
import type { RegionParts } from './region-parts.ts'
import { RegionReads } from './region-reads.ts'
import { RegionWrites } from './region-writes.ts'
import { type RekeyOptions, type RekeyProgress, rekeyRegion } from './rekey.ts'
import { type RegionTrainOptions, sampledDictionary } from './sampled-dictionary.ts'
import { Transaction } from './transaction.ts'

/**
 * A named part of the cache, with its own policy, lifetime, budget and codec. Reads and
 * writes never reject because a tier is away; they reject with a `CacheError` for what the
 * caller did wrong.
 */
export class Region<V = unknown> {
  /** The region's name. */
  readonly name: string
  readonly #parts: RegionParts
  readonly #reads: RegionReads<V>
  readonly #writes: RegionWrites<V>
  readonly #loads: RegionLoads<V>
  readonly #many: RegionMany<V>
  readonly #entries: RegionEntries<V>

  /** @internal */
  constructor(parts: RegionParts) {
    this.name = parts.name
    this.#parts = parts
    this.#reads = new RegionReads(parts)
    this.#writes = new RegionWrites(parts)
    this.#entries = new RegionEntries(parts)
    this.#loads = new RegionLoads(parts, this.#reads, this.#writes, this.#entries)
    this.#many = new RegionMany(parts, this.#reads, this.#loads)
  }

  get [Symbol.toStringTag](): string {
    return 'Region'
  }

  /** @internal */
  [INSPECT](depth: number, options: unknown, inspect: Inspect): string {
    return inspected('Region', { name: this.name }, depth, options, inspect)
  }

  /** The value under `key`, or `undefined`. */
  get(key: string): Promise<V | undefined> {
    try {
      const value = this.#reads.local(key)
      const rules = this.#parts.defaults()
      if (rules.slidingTtl > 0) return this.#sliding(key, value, rules)
      return value === undefined ? this.#reads.remote(key) : Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Stores `value` and answers whether it was stored: it is not where it is heavier than the
   * region's budget and there is no tier behind memory. What was there before is gone then.
   */
  set(key: string, value: V, options?: SetOptions): Promise<boolean> {
    return this.#writes.set(key, value, options)
  }

  /** Whether there is a value under `key`. */
  has(key: string): Promise<boolean> {
    return this.#reads.has(key)
  }

  /** Removes `key` from all tiers; answers whether there was a value. */
  delete(key: string): Promise<boolean> {
    return this.#writes.delete(key)
  }

  /** Removes every entry, at once, whatever their number; answers how many memory held. */
  clear(): Promise<number> {
    return this.#writes.clear()
  }

  /**
   * Removes every entry with one of these tags, at once, whatever their number, in all processes.
   * A value that is being made meanwhile is handed out and not stored.
   *
   * @example
   * await sessions.set('u1', session, { tags: ['user:1'] })
   * await sessions.deleteByTag('user:1')
   */
  deleteByTag(tags: string | Iterable<string>): Promise<void> {
    return this.#writes.changeTags('d', tags)
  }

  /** As `deleteByTag`, but the entries become stale: they are no hits any more, and stay where they are. */
  expireByTag(tags: string | Iterable<string>): Promise<void> {
    return this.#writes.changeTags('e', tags)
  }

  /** The values under `keys`, those that there are, with one round trip to L2 at the most. */
  getMany(keys: Iterable<string>): Promise<Map<string, V>> {
    return this.#reads.many(keys)
  }

  /**
   * Stores all pairs and answers how many were stored. It lets others run in between, so
   * any number may be given.
   */
  setMany(pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>, options?: SetOptions): Promise<number> {
    return this.#writes.setMany(pairs, options)
  }

  /** Removes all keys; answers how many had a value. */
  deleteMany(keys: Iterable<string>): Promise<number> {
    return this.#writes.deleteMany(keys)
  }

  /**
   * The value under `key`; where there is none, the one that `factory` makes, which is
   * stored. Concurrent calls for one key share one run. An error of the factory is thrown to
   * all who wait, as it is, unless there is a stale value within `grace`; `undefined` is handed
   * out and not stored, unless there is a `negativeTtl`. See docs/read-path.md.
   * A factory that asks for its own key waits for itself, and so for ever.
   *
   * @example
   * const user = await sessions.getOrSet('u1', ({ signal }) => loadUser('u1', signal), { ttl: '5m' })
   */
  getOrSet(key: string, factory: Factory<V, V>, options?: GetOrSetOptions): Promise<V>
  getOrSet(key: string, factory: Factory<V | undefined, V>, options?: GetOrSetOptions): Promise<V | undefined>
  getOrSet(request: GetOrSetRequest<V, V>): Promise<V>
  getOrSet(request: GetOrSetRequest<V | undefined, V>): Promise<V | undefined>
  getOrSet(
    key: string | GetOrSetRequest<V | undefined, V>,
    factory?: Factory<V | undefined, V>,
    options?: GetOrSetOptions,
  ): Promise<V | undefined> {
    if (factory === undefined && isRequest<V | undefined, V>(key)) {
      const { key: own, factory: ownFactory, ...rest } = key
      return this.getOrSet(own, ownFactory, rest)
    }
    return this.#getOrSet(key as string, factory as Factory<V | undefined, V>, options)
  }

  /** A read of a region whose entries live on when they are read. */
  async #sliding(key: string, local: V | undefined, rules: CallRules): Promise<V | undefined> {
    const value = local === undefined ? await this.#reads.remote(key) : local
    if (value !== undefined) this.#entries.slide(key, rules)
    return value
  }

  #getOrSet(
    key: string,
    factory: Factory<V | undefined, V>,
    options: GetOrSetOptions | undefined,
  ): Promise<V | undefined> {
    try {
      const value = options?.forceFresh || options?.l1?.skip ? undefined : this.#reads.local(key)
      if (value === undefined) return this.#loads.load(key, factory, options)
      const { eagerRefresh, slidingTtl } = this.#parts.defaults()
      if (options?.eagerRefresh ?? eagerRefresh) this.#loads.ahead(key, factory, options)
      if (options?.slidingTtl ?? slidingTtl) this.#entries.slide(key, this.#parts.rulesOf(options), options?.waitUntil)
      return Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * The values under `keys`; those that are missing are made by one call of `factory`, or one for each
   * `chunk` of them, and stored. What went wrong is told per key, in the result's `errors`: this
   * rejects only for what the caller did wrong. Calls that overlap share what they wait for.
   *
   * @example
   * const users = await sessions.getOrSetMany(['u1', 'u2'], (missing) => loadUsers(missing), { ttl: '5m' })
   * users.get('u1')
   */
  async getOrSetMany(
    keys: Iterable<string>,
    factory: ManyFactory<V>,
    options?: GetOrSetManyOptions,
  ): Promise<ManyResult<V>> {
    return this.#many.load(keys, factory, options)
  }

  /** What is known of the entry under `key`, stale or not. Asks L2 too, which knows when the value was made. */
  getEntry(key: string): Promise<EntryInfo<V>> {
    return this.#entries.info(key)
  }

  /** What is left of the TTL of the entry under `key`, in whole ms; `undefined` where there is no fresh one. */
  ttl(key: string): Promise<number | undefined> {
    return this.#entries.ttl(key)
  }

  /** Makes the entry under `key` stale: it is no hit any more, and grace still serves it. Answers whether there was one. */
  expire(key: string): Promise<boolean> {
    return this.#entries.expire(key)
  }

  /** Lets the entry under `key` be fresh for `ttl` from now on; answers whether there is one that is fresh. */
  touch(key: string, ttl: Duration): Promise<boolean> {
    return this.#entries.touch(key, ttl)
  }

  /**
   * A part of this region with keys and tags of its own, that can be cleared at once, as for one
   * tenant of many. See docs/namespaces.md.
   *
   * @throws CacheError `INVALID_OPTION` for a name that is empty, too long, or holds U+001F.
   */
  namespace(name: string): Namespace<V> {
    return this.#parts.namespaces.get(name) as Namespace<V>
  }

  /**
   * Stores what `data` holds, in batches, without holding up the event loop; answers the
   * final progress.
   */
  warm(data: WarmData<V>, options: WarmOptions = {}): Promise<WarmProgress> {
    return warm(data, (batch) => this.setMany(batch, options), options)
  }

  /**
   * Seals again all that L2 holds of this region under keys of the ring that do not write any more, in
   * batches and with pauses; answers what became of how many. When it is done, and all processes
   * write under the new key, the old ones can be dropped. Stopped or failed, it is to be called again: it
   * finds what is done. See docs/security.md.
   *
   * @throws CacheError `INVALID_OPTION` where the region does not encrypt, or its tier cannot tell its keys;
   * `TIER_UNAVAILABLE` or `TIMEOUT` where L2 stays away.
   */
  async rekey(options: RekeyOptions = {}): Promise<RekeyProgress> {
    return rekeyRegion(this.#parts, options)
  }

  /**
   * Trains a dictionary from entries that the region holds, in memory and, where that has fewer than
   * `samples`, in L2: as `trainDictionary` does from any values. Hand it to every process by the option
   * `dictionary`; with `adopt`, this one writes with it at once. See docs/compression.md.
   *
   * @throws CacheError `INVALID_OPTION` where the region encrypts, and where its entries have nothing in common.
   *
   * @example
   * const dictionary = await cache.region('users').trainDictionary({ samples: 500 })
   */
  async trainDictionary(options: RegionTrainOptions = {}): Promise<Uint8Array> {
    return sampledDictionary(this.#parts, options)
  }

  /**
   * Runs `work` with a transaction: what it writes is applied when `work` is done, all of it
   * or, if `work` or the commit fails, nothing. Answers what `work` answers. Commits of one
   * region do not interleave; between processes the last one wins.
   *
   * @throws CacheError `COMMIT_FAILED`, and `COMMIT_UNKNOWN` where L2 did not answer in time.
   */
  async transaction<T>(work: (transaction: Transaction<V>) => Promise<T> | T): Promise<T> {
    const { gate, checkKey } = this.#parts
    gate.assertOpen()
    assertFunction(work, 'work')
    const transaction = new Transaction<V>({
      get: (key) => this.get(key),
      check: (key, value) => this.#writes.check(key, value),
      checkKey,
      tagsOf: (options) => this.#writes.tagsOf(options),
    })
    let result: T
    try {
      result = await work(transaction)
    } finally {
      Transaction.end(transaction)
    }
    const writes = Transaction.end(transaction)
    if (writes.size > 0) await this.#writes.commit(writes)
    return result
  }
}
