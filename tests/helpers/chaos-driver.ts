import type { Clock } from '../../js/clock.ts'
import { CacheError } from '../../js/errors.ts'
import type { Driver, DriverEntry, Exchange } from '../../js/tiers/driver.ts'

/** The methods that a fault may hit. */
export type DriverMethod = Exclude<keyof Driver, 'name' | 'shared'>

/** Those that a full tier refuses. */
const WRITES: ReadonlySet<DriverMethod> = new Set([
  'setMany',
  'exchangeMany',
  'exchangeTogether',
  'setIfAbsent',
  'commit',
])

/**
 * What happens to a call. 'fail': rejected, nothing done. 'hang': nothing done, never answered.
 * 'late': it reaches the tier only at `release`, as what a network held back does. 'lose':
 * done, never answered. 'refuse': a write is refused, as by a full tier. A number: done after so
 * many ms.
 */
export type Fault = 'fail' | 'refuse' | 'hang' | 'late' | 'lose' | number

/** Decides about each call; `undefined` lets it pass. */
export type FaultPlan = (method: DriverMethod, call: number) => Fault | undefined

/** One process's way to a tier that others use too, with faults on it. Closing it leaves the tier alone. */
export class ChaosDriver implements Driver {
  readonly name = 'chaos'
  readonly shared: boolean
  /** How often the connection was given up. */
  resets = 0
  /** The names of the methods called so far, without `connect`, `now` and `close`. */
  readonly calls: DriverMethod[] = []
  /** How many calls there were of everything. */
  total = 0
  closed = false
  /** What the tier's own clock says, where it is not that of the driver below. */
  time: (() => number) | undefined
  readonly #tier: Driver
  readonly #clock: Clock
  #plan: FaultPlan = () => undefined
  #held: (() => void)[] = []

  constructor(tier: Driver, clock: Clock, shared = true) {
    this.#tier = tier
    this.#clock = clock
    this.shared = shared
  }

  /** From now on every call meets `fault`, or what a plan says. */
  break(fault: Fault | FaultPlan): void {
    this.#plan = typeof fault === 'function' ? fault : () => fault
  }

  /** Only the next call of `method` meets `fault`. */
  breakOnce(method: DriverMethod, fault: Fault): void {
    let over = false
    this.break((called) => {
      if (called !== method || over) return undefined
      over = true
      return fault
    })
  }

  /** Later calls pass again. What is held back stays so. */
  heal(): void {
    this.#plan = () => undefined
  }

  /** What was held back reaches the tier now, in order. */
  release(): void {
    const held = this.#held
    this.#held = []
    for (const go of held) go()
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#call('getMany', () => this.#tier.getMany(keys))
  }

  setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    assertTtls(entries)
    return this.#call('setMany', () => this.#tier.setMany(entries, guard))
  }

  exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    assertTtls(entries)
    return this.#call('exchangeMany', () => this.#tier.exchangeMany(entries, onlyNewer, guard))
  }

  exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    assertTtls(entries)
    return this.#call('exchangeTogether', () => this.#tier.exchangeMany(entries, true, guard))
  }

  setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#call('setIfAbsent', () => this.#tier.setIfAbsent(key, value))
  }

  commit(entries: readonly DriverEntry[]): Promise<void> {
    assertTtls(entries)
    return this.#call('commit', () => this.#tier.commit(entries))
  }

  deleteMany(keys: readonly string[]): Promise<number> {
    return this.#call('deleteMany', () => this.#tier.deleteMany(keys))
  }

  deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return this.#call('deletePrefix', () => this.#tier.deletePrefix(prefix, signal))
  }

  now(): Promise<number> {
    return this.#call('now', async () => this.time?.() ?? this.#tier.now())
  }

  connect(): Promise<void> {
    return this.#call('connect', () => this.#tier.connect())
  }

  reset(): void {
    this.resets++
  }

  async close(): Promise<void> {
    this.closed = true
  }

  async #call<T>(method: DriverMethod, work: () => Promise<T>): Promise<T> {
    this.total++
    if (method !== 'connect' && method !== 'now') this.calls.push(method)
    const fault = this.#plan(method, this.total)
    if (typeof fault === 'number') {
      await new Promise<void>((resolve) => this.#clock.after(fault, resolve))
      return work()
    }
    switch (fault) {
      case undefined:
        return work()
      case 'fail':
        throw new CacheError('TIER_UNAVAILABLE', 'chaos: the connection is gone')
      case 'refuse':
        if (WRITES.has(method)) throw new CacheError('WRITE_REFUSED', 'chaos: out of memory')
        return work()
      case 'lose':
        await work()
        return new Promise(() => undefined)
      case 'hang':
        return new Promise(() => undefined)
      case 'late':
        await new Promise<void>((resolve) => this.#held.push(resolve))
        return work()
    }
  }
}

/** A real tier refuses what the memory driver takes for expired. */
function assertTtls(entries: readonly DriverEntry[]): void {
  for (const { key, ttl } of entries) {
    if (!(ttl > 0)) throw new RangeError(`the TTL of ${key} is ${ttl}`)
  }
}
