import { SingleFlight } from '../flow/single-flight.ts'
import { assertFunction } from './arguments.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionReads } from './region-reads.ts'
import type { RegionWrites } from './region-writes.ts'
import type { Factory, FactoryContext, GetOrSetOptions } from './types.ts'

/** What one flight came back with: a value, and whether its factory made it. */
interface Flown<V> {
  readonly value: V
  readonly made: boolean
}

/** The way of `getOrSet` where memory has no value: one flight per key reads on, and runs the factory. */
export class RegionLoads<V> {
  readonly #parts: RegionParts
  readonly #reads: RegionReads<V>
  readonly #writes: RegionWrites<V>
  readonly #flights = new SingleFlight<string, Flown<V | undefined>>()
  /** Flights whose callers want a value that was made after they called. */
  readonly #forcedFlights = new SingleFlight<string, Flown<V | undefined>>()

  constructor(parts: RegionParts, reads: RegionReads<V>, writes: RegionWrites<V>) {
    this.#parts = parts
    this.#reads = reads
    this.#writes = writes
  }

  async load(
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
      const value = options?.forceFresh ? undefined : await this.#reads.remote(key)
      if (value !== undefined) return { value, made: false }
      return { value: await this.#produce(key, factory, ttl, options, { key, signal }), made: true }
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
    options: GetOrSetOptions | undefined,
    context: FactoryContext,
  ): Promise<V | undefined> {
    const { entries, counters, timings } = this.#parts
    const fill = entries.beginFill(key)
    let start = 0
    try {
      const tags = options?.tags === undefined ? undefined : await this.#parts.tagsOf(options)
      start = timings.start()
      const value = await factory(context)
      timings.end('factory', start)
      if (value === undefined || fill.outdated || context.signal.aborted) return value
      this.#writes.check(key, value)
      if (!entries.clockKnown) await entries.learnClock()
      if (fill.outdated || !entries.valid(tags)) return value
      const { pending } = entries.put(key, value, ttl, tags)
      if (pending !== undefined) await entries.send([pending])
      return value
    } catch (error) {
      counters.errors++
      throw error
    } finally {
      entries.endFill(key, fill)
    }
  }
}
