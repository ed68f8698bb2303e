import { CacheError } from '../../errors.ts'
import { BackOffs } from '../../flow/back-offs.ts'
import { type Flight, LATE, SingleFlight } from '../../flow/single-flight.ts'
import type { Read } from '../entries/l2-reads.ts'
import type { Factory, GetOrSetOptions } from '../types.ts'
import { assertFactory } from './arguments.ts'
import type { CallRules } from './call-rules.ts'
import { Makes } from './makes.ts'
import type { RegionEntries } from './region-entries.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionReads } from './region-reads.ts'
import type { RegionWrites } from './region-writes.ts'

/** What one flight came to: an entry that was found after all, or a value that was made. */
type Flown<V> = { readonly found: Read } | { readonly made: V | undefined }

/** One call of `getOrSet` that memory could not answer at once. */
interface Call<V> {
  readonly key: string
  readonly factory: Factory<V | undefined, V>
  readonly rules: CallRules
  readonly options: GetOrSetOptions
  /** Reads on behind memory. */
  readonly find: Find
}

/** What there is behind memory. */
type Find = () => Promise<Read | undefined>

const NO_OPTIONS: GetOrSetOptions = {}

/**
 * The way of `getOrSet` where memory has no fresh value. One flight per key reads on, and runs
 * the factory; each call decides by its own options how long it waits for that, and whether a
 * stale value will do.
 */
export class RegionLoads<V> {
  readonly #parts: RegionParts
  readonly #reads: RegionReads<V>
  readonly #entries: RegionEntries<V>
  readonly #makes: Makes<V>
  readonly #backOffs: BackOffs
  readonly #flights: SingleFlight<string, Flown<V>, Read>
  /** Flights whose callers want a value that was made after they called. */
  readonly #forced: SingleFlight<string, Flown<V>, Read>

  constructor(parts: RegionParts, reads: RegionReads<V>, writes: RegionWrites<V>, entries: RegionEntries<V>) {
    this.#parts = parts
    this.#reads = reads
    this.#entries = entries
    this.#makes = new Makes(parts, writes)
    this.#backOffs = new BackOffs(parts.clock)
    this.#flights = new SingleFlight(parts.clock)
    this.#forced = new SingleFlight(parts.clock)
  }

  async load(
    key: string,
    factory: Factory<V | undefined, V>,
    options: GetOrSetOptions = NO_OPTIONS,
    find?: Find,
  ): Promise<V | undefined> {
    this.#parts.checkKey(key)
    assertFactory(factory)
    const rules = this.#parts.rulesOf(options)
    const { forceFresh, signal, waitUntil } = options
    if (signal?.aborted) throw signal.reason
    if (!forceFresh && !rules.l1Skip && this.#knownMissing(key)) return this.#reads.served(key, undefined, 'memory')
    const call = { key, factory, rules, options, find: find ?? (() => this.#find(key, rules)) }
    const flights = forceFresh ? this.#forced : this.#flights
    const flight = flights.get(key) ?? flights.begin(key, (own) => this.#fly(call, own))
    waitUntil?.(settled(flight.promise))
    return this.#answer(call, flight)
  }

  /** After a hit in memory: has the factory run ahead of time where the entry has lived for long enough. */
  ahead(key: string, factory: Factory<V | undefined, V>, options: GetOrSetOptions = NO_OPTIONS): void {
    const rules = this.#parts.rulesOf(options)
    const found = this.#parts.entries.held(key)
    // What lives for ever has no age.
    if (found === undefined || rules.ttl === Infinity) return
    const left = found.freshUntil - this.#parts.clock.now()
    if (rules.ttl - left < rules.ttl * rules.eagerRefresh) return
    if (this.#flights.get(key) !== undefined || this.#backOffs.has(key)) return
    assertFactory(factory)
    const call = { key, factory, rules, options, find: async () => found }
    const flight = this.#flights.begin(key, (own) => {
      own.hold()
      own.stale = found
      own.look()
      return this.#once(call, own)
    })
    options.waitUntil?.(settled(flight.promise))
  }

  /** Whether memory knows that there is no value. */
  #knownMissing(key: string): boolean {
    const found = this.#parts.entries.fresh(key)
    return found !== undefined && found.value === undefined
  }

  /** One call's answer out of a flight. */
  async #answer(call: Call<V>, flight: Flight<Flown<V>, Read>): Promise<V | undefined> {
    const { key, rules, options } = call
    const joined = flight.join(options.signal)
    try {
      const flown = await this.#awaited(call, flight, joined)
      if (flown === LATE) return this.#stale(key, flight)
      if ('made' in flown) {
        this.#reads.missed(key)
        return flown.made
      }
      const { found } = flown
      // The flight has left its factory alone for a while, and this call has no use for what is stale.
      if (found.stale && !this.#within(found, rules.grace)) return this.load(key, call.factory, options)
      if (!found.stale && found.value !== undefined && rules.slidingTtl > 0) this.#entries.slide(key, rules.slidingTtl)
      return this.#reads.served(key, found.value, found.tier, found.stale)
    } catch (error) {
      const left = options.signal?.aborted === true && error === options.signal.reason
      if (!left && this.#mayServe(call, flight.stale, rules.grace)) return this.#stale(key, flight)
      this.#reads.missed(key)
      throw error
    }
  }

  /** What the flight comes to, or `LATE` where the stale value is to be handed out before. */
  async #awaited(
    call: Call<V>,
    flight: Flight<Flown<V>, Read>,
    joined: Promise<Flown<V>>,
  ): Promise<Flown<V> | typeof LATE> {
    const { grace, swr, softTimeout } = call.rules
    if (call.options.forceFresh || (grace === 0 && swr === 0)) return joined
    if (flight.looked !== undefined) await Promise.race([flight.looked, joined.then(nothing, nothing)])
    const { stale } = flight
    if (stale === undefined || call.options.signal?.aborted) return joined
    if (this.#within(stale, swr)) return LATE
    if (softTimeout === Infinity || !this.#within(stale, grace)) return joined
    return Promise.race([joined, flight.after(softTimeout)])
  }

  /** Hands out what is stale; the flight goes on without this call. */
  #stale(key: string, flight: Flight<Flown<V>, Read>): V {
    flight.hold()
    const { value, tier } = flight.stale as Read
    return this.#reads.served(key, value, tier, true)
  }

  async #fly(call: Call<V>, flight: Flight<Flown<V>, Read>): Promise<Flown<V>> {
    const { key, rules, options } = call
    const { entries } = this.#parts
    const found = options.forceFresh ? entries.held(key) : await call.find()
    if (found !== undefined && !found.stale && !options.forceFresh) return { found }
    flight.stale = found
    flight.look()
    if (this.#mayServe(call, found, rules.grace) && this.#backOffs.has(key)) return { found: found as Read }
    return this.#once(call, flight)
  }

  async #find(key: string, rules: CallRules): Promise<Read | undefined> {
    const { entries, timings } = this.#parts
    const start = timings.start()
    const found = await entries.read(key, rules)
    timings.end('get', start)
    return found
  }

  /** Makes the value, or waits for another process that does, where the rules say so. */
  #once(call: Call<V>, flight: Flight<Flown<V>, Read>): Promise<Flown<V>> {
    const { key, rules, options } = call
    if (rules.lockTimeout === 0 || rules.l2Skip || options.forceFresh) return this.#make(call, flight)
    const look = async () => {
      const found = await this.#find(key, rules)
      return found !== undefined && isNewer(found, flight.stale, rules.ttl) ? { found } : undefined
    }
    const { signal } = flight
    return this.#parts.lock.run<Flown<V>>({
      key,
      wait: rules.lockTimeout,
      signal,
      look,
      make: () => this.#make(call, flight),
    })
  }

  async #make(call: Call<V>, flight: Flight<Flown<V>, Read>): Promise<Flown<V>> {
    const { key, rules } = call
    try {
      const made = await this.#makes.make(key, call.factory, rules, call.options.tags, flight)
      this.#backOffs.end(key)
      return { made }
    } catch (error) {
      // That it was aborted, or nobody waited any more, says nothing of whether it would fail again.
      if (flight.abandoned) throw error
      const graceful = this.#mayServe(call, flight.stale, rules.grace)
      if (graceful && rules.graceBackoff > 0) this.#backOffs.begin(key, rules.graceBackoff)
      if (graceful || flight.held || this.#mayServe(call, flight.stale, rules.swr)) this.#tellOfFailure(key, error)
      throw error
    }
  }

  #mayServe({ options }: Call<V>, stale: Read | undefined, span: number): boolean {
    return stale !== undefined && !options.forceFresh && this.#within(stale, span)
  }

  /** Whether what was found ended no longer than `span` ms ago. */
  #within({ freshUntil, staleUntil }: Read, span: number): boolean {
    const now = this.#parts.clock.now()
    return span > 0 && now < staleUntil && now < freshUntil + span
  }

  #tellOfFailure(key: string, error: unknown): void {
    const { emitter, name, publicKey } = this.#parts
    if (error instanceof CacheError && error.code === 'CLOSED') return
    emitter.emit('refresh-failed', { region: name, key: publicKey(key), error })
  }
}

const nothing = (): void => undefined

/** Whether an entry is a fresh one that was made since. The same one may seem to end a little later. */
function isNewer(found: Read, before: Read | undefined, ttl: number): boolean {
  const seeming = ttl === Infinity ? 0 : ttl / 20
  return !found.stale && (before === undefined || found.freshUntil > before.freshUntil + seeming)
}

/** Settles with a promise, and never rejects. */
function settled(work: Promise<unknown>): Promise<void> {
  return work.then(nothing, nothing)
}
