import { unlessAborted } from '../../flow/aborts.ts'
import type { BackOffs } from '../../flow/back-offs.ts'
import { type Flight, type Fly, LATE, type SingleFlight } from '../../flow/single-flight.ts'
import { whenOver } from '../../requests.ts'
import { isRequestBound } from '../../runtime.ts'
import { isClosedError } from '../closed.ts'
import type { Read } from '../entries/l2-reads.ts'
import type { Factory, GetOrSetOptions } from '../types.ts'
import { assertFactory, assertFunction, assertSignal } from './arguments.ts'
import type { CallRules } from './call-rules.ts'
import { Makes } from './makes.ts'
import type { RegionEntries } from './region-entries.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionReads } from './region-reads.ts'
import type { RegionWrites } from './region-writes.ts'
import type { Flown } from './under-way.ts'

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

type Flights<V> = SingleFlight<string, Flown<V>, Read>
type CallFlight<V> = Flight<Flown<V>, Read>

/** After how long a flight may have gone with the request that began it, where that is so, in ms. */
const GONE_AFTER = 5000

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
  readonly #flights: Flights<V>
  /** Flights whose callers want a value that was made after they called. */
  readonly #forced: Flights<V>

  constructor(parts: RegionParts, reads: RegionReads<V>, writes: RegionWrites<V>, entries: RegionEntries<V>) {
    this.#parts = parts
    this.#reads = reads
    this.#entries = entries
    this.#makes = new Makes(parts, writes)
    this.#backOffs = parts.underWay.backOffs
    this.#flights = parts.underWay.flights as Flights<V>
    this.#forced = parts.underWay.forced as Flights<V>
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
    if (signal !== undefined) assertSignal(signal)
    if (waitUntil !== undefined) assertFunction(waitUntil, 'waitUntil')
    if (signal?.aborted) throw signal.reason
    if (!forceFresh && !rules.l1Skip && this.#knownMissing(key)) return this.#reads.served(key, undefined, 'memory')
    const call = { key, factory, rules, options, find: find ?? (() => this.#find(key, rules)) }
    const flights = forceFresh ? this.#forced : this.#flights
    const there = this.#current(flights, key)
    const joined = there !== undefined && isRequestBound ? await this.#outwait(call, flights, there) : there
    const flight = joined ?? this.#begin(flights, key, (own) => this.#fly(call, own))
    waitUntil?.(settled(flight.promise))
    return this.#answer(call, flight)
  }

  /** After a hit in memory: has the factory run ahead of time where the entry has lived for long enough. */
  ahead(
    key: string,
    factory: Factory<V | undefined, V>,
    options: GetOrSetOptions = NO_OPTIONS,
    found = this.#parts.entries.held(key),
  ): void {
    const rules = this.#parts.rulesOf(options)
    // What lives for ever has no age.
    if (found === undefined || rules.ttl === Infinity) return
    const left = found.freshUntil - this.#parts.clock.now()
    if (rules.ttl - left < rules.ttl * rules.eagerRefresh) return
    if (this.#current(this.#flights, key) !== undefined || this.#backsOff(key, found.freshUntil)) return
    assertFactory(factory)
    const call = { key, factory, rules, options, find: async () => found }
    const flight = this.#begin(this.#flights, key, (own) => {
      own.hold()
      own.stale = found
      own.look()
      return this.#once(call, own)
    })
    options.waitUntil?.(settled(flight.promise))
  }

  /** The flight that a call may join. */
  #current(flights: Flights<V>, key: string): CallFlight<V> | undefined {
    const flight = flights.get(key)
    if (flight === undefined || flight.isOld()) return undefined
    return isRequestBound && this.#parts.clock.now() - flight.begun >= GONE_AFTER ? undefined : flight
  }

  /**
   * A flight that another request may have begun: once it has ended, or something stale will do. None where
   * it takes so long that it may have gone with its request; then the call begins one of its own.
   */
  async #outwait(call: Call<V>, flights: Flights<V>, flight: CallFlight<V>): Promise<CallFlight<V> | undefined> {
    const { key, rules, options } = call
    const { clock } = this.#parts
    let current: CallFlight<V> | undefined = flight
    while (current !== undefined) {
      const stale = flights === this.#forced ? undefined : staleOf(current)
      if (stale !== undefined && this.#within(stale, rules.swr)) return current
      const soft = stale !== undefined && this.#within(stale, rules.grace) ? rules.softTimeout : Infinity
      const left = GONE_AFTER - (clock.now() - current.begun)
      const over = whenOver(current.promise, Math.min(left, soft), clock)
      if ((await unlessAborted(over, options.signal)) || soft < left) return current
      current = this.#current(flights, key)
    }
    return undefined
  }

  /** Begins a flight that is old once the key was written or removed, or a tag of what is stale deleted. */
  #begin(flights: Flights<V>, key: string, fly: Fly<Flown<V>, Read>): CallFlight<V> {
    const { entries } = this.#parts
    // What is made for a call that wants it new is not to be taken for older than what is made already.
    if (flights === this.#forced) this.#flights.get(key)?.overtake()
    let fill = entries.beginWrite(key)
    const flight = flights.begin(key, (own) => {
      own.renew = () => {
        entries.endFill(key, fill)
        fill = entries.beginWrite(key)
      }
      own.isOld = () => fill.changed || (own.stale?.tags !== undefined && entries.isDeleted(own.stale.tags))
      return fly(own)
    })
    const end = () => entries.endFill(key, fill)
    flight.promise.then(end, end)
    return flight
  }

  /** Whether memory knows that there is no value. */
  #knownMissing(key: string): boolean {
    const found = this.#parts.entries.fresh(key)
    return found !== undefined && found.value === undefined
  }

  /** One call's answer out of a flight. */
  async #answer(call: Call<V>, flight: CallFlight<V>): Promise<V | undefined> {
    const { key, rules, options } = call
    const joined = flight.join(options.signal)
    try {
      let flown = await this.#awaited(call, flight, joined)
      if (flown === LATE) {
        if (flight.stale !== undefined) return this.#stale(key, flight, flight.stale)
        flown = await joined
      }
      if ('made' in flown) {
        this.#reads.missed(key)
        return flown.made
      }
      const { found } = flown
      // The flight has left its factory alone for a while, and this call has no use for what is stale.
      if (found.stale && !this.#within(found, rules.grace)) return this.load(key, call.factory, options)
      if (!found.stale && found.value !== undefined) {
        // A large value of memory is found here, too.
        if (rules.eagerRefresh > 0 && found.tier === 'memory') this.ahead(key, call.factory, options, found)
        if (rules.slidingTtl > 0) this.#entries.slide(key, rules, options.waitUntil)
      }
      return this.#reads.served(key, found.value, found.tier, found.stale)
    } catch (error) {
      const left = options.signal?.aborted === true && error === options.signal.reason
      const stale = staleOf(flight)
      if (!left && stale !== undefined && this.#mayServe(call, stale, rules.grace))
        return this.#stale(key, flight, stale)
      this.#reads.missed(key)
      throw error
    }
  }

  /** What the flight comes to, or `LATE` where the stale value is to be handed out before. */
  async #awaited(call: Call<V>, flight: CallFlight<V>, joined: Promise<Flown<V>>): Promise<Flown<V> | typeof LATE> {
    const { grace, swr, softTimeout } = call.rules
    if (call.options.forceFresh || (grace === 0 && swr === 0)) return joined
    if (flight.looked !== undefined) await Promise.race([flight.looked, joined.then(nothing, nothing)])
    const stale = staleOf(flight)
    if (stale === undefined || call.options.signal?.aborted) return joined
    if (this.#within(stale, swr)) return LATE
    if (softTimeout === Infinity || !this.#within(stale, grace)) return joined
    return Promise.race([joined, flight.after(softTimeout)])
  }

  /** Hands out what is stale; the flight goes on without this call. */
  #stale(key: string, flight: CallFlight<V>, { value, tier }: Read): V {
    flight.hold()
    return this.#reads.served(key, value, tier, true)
  }

  async #fly(call: Call<V>, flight: CallFlight<V>): Promise<Flown<V>> {
    const { key, rules, options } = call
    const { entries } = this.#parts
    const found = options.forceFresh ? entries.held(key) : await call.find()
    if (found !== undefined && !found.stale && !options.forceFresh) return { found }
    flight.stale = found
    flight.look()
    if (found !== undefined && this.#mayServe(call, found, rules.grace)) {
      if (this.#backsOff(key, found.freshUntil, seeming(rules.ttl))) return { found }
    }
    return this.#once(call, flight)
  }

  #backsOff(key: string, freshUntil: number, slack?: number): boolean {
    return this.#backOffs.size > 0 && this.#backOffs.has(this.#storedKey(key), freshUntil, slack)
  }

  /** What is remembered of a key for longer than a call takes: of an encrypted region, nothing that can be read. */
  #storedKey(key: string): string {
    return this.#parts.entries.context.codec.storedKey(key)
  }

  async #find(key: string, rules: CallRules): Promise<Read | undefined> {
    const { entries, timings } = this.#parts
    const start = timings.start()
    const found = await entries.read(key, rules)
    timings.end('get', start)
    return found
  }

  /** Makes the value, or waits for another process that does, where the rules say so. */
  #once(call: Call<V>, flight: CallFlight<V>): Promise<Flown<V>> {
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

  async #make(call: Call<V>, flight: CallFlight<V>): Promise<Flown<V>> {
    const { key, rules } = call
    if (flight.abandoned) throw flight.signal.reason
    flight.stale = staleOf(flight)
    flight.renew()
    try {
      const made = await this.#makes.make(key, call.factory, rules, call.options.tags, flight, flight.renew)
      if (this.#backOffs.size > 0 && !this.#parts.gate.closed) this.#backOffs.end(this.#storedKey(key))
      return { made }
    } catch (error) {
      // That it was aborted, or nobody waited any more, says nothing of whether it would fail again.
      if (flight.abandoned) throw error
      const stale = staleOf(flight)
      const graceful = this.#mayServe(call, stale, rules.grace)
      if (graceful && rules.graceBackoff > 0)
        this.#backOffs.begin(this.#storedKey(key), rules.graceBackoff, stale?.freshUntil)
      if (graceful || flight.held || this.#mayServe(call, stale, rules.swr)) this.#tellOfFailure(key, error)
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
    if (isClosedError(error)) return
    emitter.emit('refresh-failed', { region: name, key: publicKey(key), error })
  }
}

const nothing = (): void => undefined

/** Whether an entry is a fresh one that was made since. The same one may seem to end a little later. */
function isNewer(found: Read, before: Read | undefined, ttl: number): boolean {
  return !found.stale && (before === undefined || found.freshUntil > before.freshUntil + seeming(ttl))
}

/** By how much the end of one entry may seem to differ between two reads of L2, in ms. */
function seeming(ttl: number): number {
  return ttl === Infinity ? 0 : ttl / 20
}

/** What is stale and may still be handed out. */
function staleOf<T>(flight: Flight<T, Read>): Read | undefined {
  return flight.isOld() ? undefined : flight.stale
}

/** Settles with a promise, and never rejects. */
function settled(work: Promise<unknown>): Promise<void> {
  return work.then(nothing, nothing)
}
