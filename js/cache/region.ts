import { SingleFlight } from '../flow/single-flight.ts'
import { assertFunction, assertKeys } from './arguments.ts'
import { closedError } from './closed.ts'
import type { Entries } from './entries.ts'
import type { RegionParts } from './region-parts.ts'
import { storeMany } from './store-many.ts'
import { Mutex, Transaction, type TransactionWrite } from './transaction.ts'
import type {
  Factory,
  FactoryContext,
  GetOrSetOptions,
  SetOptions,
  WarmData,
  WarmOptions,
  WarmProgress,
} from './types.ts'
import { warm } from './warm.ts'

/** What one flight came back with: a value, and whether its factory made it. */
interface Flown<V> {
  readonly value: V
  readonly made: boolean
}

/**
 * A named part of the cache, with its own policy, lifetime, budget and codec. Reads and
 * writes never reject because a tier is away; they reject with a `CacheError` for what the
 * caller did wrong.
 */
export class Region<V = unknown> {
  /** The region's name. */
  readonly name: string
  readonly #parts: RegionParts
  readonly #flights = new SingleFlight<string, Flown<V | undefined>>()
  /** Flights whose callers want a value that was made after they called. */
  readonly #forcedFlights = new SingleFlight<string, Flown<V | undefined>>()
  readonly #commits = new Mutex()
  #closed = false

  /** @internal */
  constructor(parts: RegionParts) {
    this.name = parts.name
    this.#parts = parts
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError(this.name)
  }

  /**
   * Lets no call begin any more.
   *
   * @internal
   */
  static close(region: Region): void {
    region.#closed = true
  }

  /** The value under `key`, or `undefined`. */
  get(key: string): Promise<V | undefined> {
    try {
      const value = this.#local(key)
      return value === undefined ? this.#read(key) : Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Stores `value` and answers whether it was stored: it is not where it is heavier than the
   * region's budget and there is no tier behind memory. What was there before is gone then.
   */
  async set(key: string, value: V, options?: SetOptions): Promise<boolean> {
    const { entries, timings } = this.#parts
    const weight = timings.writeWeight(entries.context.l2 === undefined)
    const start = timings.start(weight)
    this.#check(key, value)
    const ttl = this.#parts.ttlOf(options)
    if (!entries.clockKnown) await entries.learnClock()
    const { stored, pending } = entries.put(key, value, ttl)
    const sent = pending !== undefined && (await entries.send([pending]))
    timings.end('set', start, weight)
    return stored || sent
  }

  /** Whether there is a value under `key`. */
  async has(key: string): Promise<boolean> {
    this.#assertOpen()
    this.#parts.checkKey(key)
    return this.#parts.entries.fresh(key) !== undefined || (await this.#parts.entries.read(key)) !== undefined
  }

  /** Removes `key` from all tiers; answers whether there was a value. */
  async delete(key: string): Promise<boolean> {
    return (await this.#remove([key]))[0] === true
  }

  /** Removes every entry, at once, whatever their number; answers how many memory held. */
  async clear(): Promise<number> {
    this.#assertOpen()
    const { emitter, entries, name } = this.#parts
    if (!entries.clockKnown) await entries.learnClock()
    const removed = await entries.clear()
    if (emitter.has('clear')) emitter.emit('clear', { region: name, removed })
    return removed
  }

  /** The values under `keys`, those that there are, with one round trip to L2 at the most. */
  async getMany(keys: Iterable<string>): Promise<Map<string, V>> {
    this.#assertOpen()
    assertKeys(keys)
    const { entries, checkKey, timings } = this.#parts
    const start = timings.start()
    const wanted = [...new Set(keys)]
    for (const key of wanted) checkKey(key)
    const found = new Map<string, V>()
    const missing: string[] = []
    for (const key of wanted) {
      const entry = entries.fresh(key)
      if (entry === undefined) missing.push(key)
      else found.set(key, this.#served(key, entry.value, 'memory'))
    }
    const reads = await entries.readMany(missing)
    for (const key of missing) {
      const read = reads.get(key)
      if (read === undefined) this.#missed(key)
      else found.set(key, this.#served(key, read.value, read.tier))
    }
    timings.end('get', start)
    return found
  }

  /**
   * Stores all pairs and answers how many were stored. It lets others run in between, so
   * any number may be given.
   */
  async setMany(
    pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
    options?: SetOptions,
  ): Promise<number> {
    const { entries, clock, ttlOf, timings } = this.#parts
    const ttl = ttlOf(options)
    const start = timings.start()
    const store = (key: string, value: V) => {
      this.#check(key, value)
      return entries.put(key, value, ttl)
    }
    if (!entries.clockKnown) await entries.learnClock()
    const stored = await storeMany(pairs, store, (pending) => entries.send(pending), clock)
    timings.end('set', start)
    return stored
  }

  /** Removes all keys; answers how many had a value. */
  async deleteMany(keys: Iterable<string>): Promise<number> {
    assertKeys(keys)
    const removed = await this.#remove([...new Set(keys)])
    return removed.filter((was) => was).length
  }

  /**
   * The value under `key`; where there is none, the one that `factory` makes, which is
   * stored. Concurrent calls for one key share one run. An error of the factory is thrown to
   * all who wait, as it is; `undefined` is handed out and not stored.
   * A factory that asks for its own key waits for itself, and so for ever.
   *
   * @example
   * const user = await sessions.getOrSet('u1', ({ signal }) => loadUser('u1', signal), { ttl: '5m' })
   */
  getOrSet(key: string, factory: Factory<V>, options?: GetOrSetOptions): Promise<V>
  getOrSet(key: string, factory: Factory<V | undefined>, options?: GetOrSetOptions): Promise<V | undefined>
  getOrSet(key: string, factory: Factory<V | undefined>, options?: GetOrSetOptions): Promise<V | undefined> {
    try {
      const value = options?.forceFresh ? undefined : this.#local(key)
      return value === undefined ? this.#load(key, factory, options) : Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Stores what `data` holds, in batches, without holding up the event loop; answers the
   * final progress.
   */
  warm(data: WarmData<V>, options: WarmOptions = {}): Promise<WarmProgress> {
    return warm(data, (batch) => this.setMany(batch, options), options)
  }

  /**
   * Runs `work` with a transaction: what it writes is applied when `work` is done, all of it
   * or, if `work` or the commit fails, nothing. Answers what `work` answers. Commits of one
   * region do not interleave; between processes the last one wins.
   *
   * @throws CacheError `COMMIT_FAILED`, and `COMMIT_UNKNOWN` where L2 did not answer in time.
   */
  async transaction<T>(work: (transaction: Transaction<V>) => Promise<T> | T): Promise<T> {
    this.#assertOpen()
    assertFunction(work, 'work')
    const { checkKey } = this.#parts
    const transaction = new Transaction<V>({
      get: (key) => this.get(key),
      check: (key, value) => this.#check(key, value),
      checkKey,
    })
    let result: T
    try {
      result = await work(transaction)
    } finally {
      Transaction.end(transaction)
    }
    const writes = Transaction.end(transaction)
    if (writes.size > 0) await this.#commits.run(() => this.#commit(writes))
    return result
  }

  async #commit(writes: ReadonlyMap<string, TransactionWrite<unknown>>): Promise<void> {
    const { entries, commit } = this.#parts
    if (!entries.clockKnown) await entries.learnClock()
    await commit(writes)
  }

  /** The hit in memory: what both `get` and `getOrSet` begin with. */
  #local(key: string): V | undefined {
    this.#assertOpen()
    const { timings, entries } = this.#parts
    if (timings.sampled()) {
      const start = timings.start()
      const value = this.#localNow(key, entries)
      if (value !== undefined) timings.endSample(start)
      return value
    }
    return this.#localNow(key, entries)
  }

  #localNow(key: string, entries: Entries): V | undefined {
    const found = entries.fresh(key)
    return found === undefined ? undefined : this.#served(key, found.value, 'memory')
  }

  async #read(key: string): Promise<V | undefined> {
    const { entries, checkKey, timings } = this.#parts
    checkKey(key)
    const start = timings.start()
    const read = await entries.read(key)
    timings.end('get', start)
    if (read !== undefined) return this.#served(key, read.value, read.tier)
    this.#missed(key)
    return undefined
  }

  async #load(
    key: string,
    factory: Factory<V | undefined>,
    options: GetOrSetOptions | undefined,
  ): Promise<V | undefined> {
    this.#parts.checkKey(key)
    assertFunction(factory, 'factory')
    const ttl = this.#parts.ttlOf(options)
    let led = false
    const fly = async (signal: AbortSignal): Promise<Flown<V | undefined>> => {
      led = true
      const value = options?.forceFresh ? undefined : await this.#read(key)
      if (value !== undefined) return { value, made: false }
      return { value: await this.#produce(key, factory, ttl, { key, signal }), made: true }
    }
    const flights = options?.forceFresh ? this.#forcedFlights : this.#flights
    let made = true
    try {
      const flown = await flights.run(key, fly, options?.signal)
      made = flown.made
      return flown.value
    } finally {
      if (!led) this.#joined(made)
    }
  }

  /** A read that waited for another one's answer counts as what that one was. */
  #joined(made: boolean): void {
    if (made) this.#parts.counters.misses++
    else this.#parts.counters.hits++
  }

  /** Runs the factory, and stores its value unless the key was written or removed meanwhile. */
  async #produce(
    key: string,
    factory: Factory<V | undefined>,
    ttl: number,
    context: FactoryContext,
  ): Promise<V | undefined> {
    const { entries, counters, timings } = this.#parts
    const fill = entries.beginFill(key)
    const start = timings.start()
    try {
      const value = await factory(context)
      timings.end('factory', start)
      if (value === undefined || fill.outdated || context.signal.aborted) return value
      this.#check(key, value)
      if (!entries.clockKnown) await entries.learnClock()
      if (fill.outdated) return value
      const { pending } = entries.put(key, value, ttl)
      if (pending !== undefined) await entries.send([pending])
      return value
    } catch (error) {
      counters.errors++
      throw error
    } finally {
      entries.endFill(key, fill)
    }
  }

  /** The one place where a found value becomes a result, with its count and its event. */
  #served(key: string, value: unknown, tier: string): V {
    const { counters, emitter } = this.#parts
    counters.hits++
    if (tier === 'memory') counters.l1Hits++
    if (emitter.has('hit')) emitter.emit('hit', { region: this.name, key: this.#parts.publicKey(key), tier })
    return value as V
  }

  #missed(key: string): void {
    const { counters, emitter, active } = this.#parts
    counters.misses++
    active()
    if (emitter.has('miss')) emitter.emit('miss', { region: this.name, key: this.#parts.publicKey(key) })
  }

  async #remove(keys: readonly string[]): Promise<boolean[]> {
    this.#assertOpen()
    const { entries, checkKey, emitter, timings } = this.#parts
    const start = timings.start()
    for (const key of keys) checkKey(key)
    if (!entries.clockKnown) await entries.learnClock()
    const removed = await entries.remove(keys)
    if (emitter.has('delete')) {
      for (const key of keys) emitter.emit('delete', { region: this.name, key: this.#parts.publicKey(key) })
    }
    timings.end('delete', start)
    return removed
  }

  #check(key: string, value: V): void {
    this.#assertOpen()
    this.#parts.active()
    this.#parts.checkKey(key)
    this.#parts.checkValue(key, value)
  }
}
