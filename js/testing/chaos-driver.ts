import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Driver, DriverEntry, Exchange, Replacement, ScanStep } from '../tiers/driver.ts'
import { noScan } from '../tiers/tier-error.ts'
import { type FaultPlan, Faults } from './faults.ts'

/** The methods of a driver that a fault may hit. */
export type DriverMethod = Exclude<
  keyof Driver,
  'name' | 'shared' | 'lags' | 'atomic' | 'parallel' | 'lastError' | 'bus' | 'onConnected' | 'reset' | 'close'
>

/**
 * What happens to a call of a driver.
 *
 * - `'fail'`: it is rejected, and nothing was done.
 * - `'refuse'`: so is a write, as by a tier that is full or read-only; reads are answered.
 * - `'hang'`: nothing is done, and no answer comes.
 * - `'lose'`: it is done, and the answer is lost.
 * - `'late'`: it is held back, and reaches the tier at `release`, as what a network kept does.
 * - `'twice'`: it is done twice, as a client does that sends again what was not answered.
 * - a number: it reaches the tier after so many ms. Different delays reorder calls.
 */
export type DriverFault = 'fail' | 'refuse' | 'hang' | 'lose' | 'late' | 'twice' | number

/** What a full tier refuses. */
const WRITES: ReadonlySet<DriverMethod> = new Set([
  'setMany',
  'exchangeMany',
  'exchangeTogether',
  'setIfAbsent',
  'commit',
  'replaceMany',
  'lock',
])

/** Options of `ChaosDriver`. */
export interface ChaosDriverOptions {
  /** What delays are measured by. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
  /** Whether the driver says that others can write to its tier. Default: as the tier says. */
  readonly shared?: boolean | undefined
  /** Decides which calls meet a fault where that is left to chance. Default: 1. */
  readonly seed?: number | undefined
}

/**
 * A way to a tier on which things go wrong as they are told to. Several can lead to one tier, as
 * several processes use one Redis; closing one leaves the tier alone.
 *
 * @example
 * const tier = memoryDriver({ shared: true })
 * const driver = new ChaosDriver(tier)
 * const cache = new CacheManager({ l2: driver })
 * driver.break('fail')                            // always
 * driver.breakSometimes(0.1, ['lose', 'twice'])   // one call of ten
 * driver.heal()                                   // never
 */
export class ChaosDriver implements Driver {
  readonly name = 'chaos'
  readonly shared: boolean
  readonly lags: boolean | undefined
  readonly atomic: boolean | undefined
  readonly parallel: number | undefined
  /** The names of the methods called so far, without `connect` and `now`. */
  readonly calls: DriverMethod[] = []
  /** How often the connection was given up. */
  resets = 0
  /** Whether `close` was called. */
  closed = false
  /** Why there is no connection, where it is to say so. */
  lastError: CacheError | undefined
  /** What the tier's clock says, where it is not that of the tier: ms since 1970. */
  time: (() => number) | undefined
  readonly #tier: Driver
  readonly #clock: Clock
  readonly #faults: Faults<DriverMethod, DriverFault>
  #held: (() => void)[] = []

  constructor(tier: Driver, { clock = systemClock, shared = tier.shared, seed = 1 }: ChaosDriverOptions = {}) {
    this.#tier = tier
    this.#clock = clock
    this.shared = shared
    this.lags = tier.lags
    this.atomic = tier.atomic
    this.parallel = tier.parallel
    this.#faults = new Faults(seed)
  }

  /** How many calls there were of everything. */
  get total(): number {
    return this.#faults.count
  }

  /** From now on every call meets `fault`, or what a plan says. */
  break(fault: DriverFault | FaultPlan<DriverMethod, DriverFault>): void {
    this.#faults.always(fault)
  }

  /** The next call of `method` meets `fault`, and nothing else does. */
  breakOnce(method: DriverMethod, fault: DriverFault): void {
    this.#faults.once(method, fault)
  }

  /** From now on each call meets one of `faults` with this probability (0 to 1). */
  breakSometimes(probability: number, faults: readonly DriverFault[]): void {
    this.#faults.sometimes(probability, faults)
  }

  /** Later calls pass again. What is held back stays so. */
  heal(): void {
    this.#faults.never()
  }

  /** What was held back reaches the tier now, in order. */
  release(): void {
    const held = this.#held
    this.#held = []
    for (const go of held) go()
  }

  getMany(keys: readonly string[], current?: number): Promise<(Uint8Array | undefined)[]> {
    return this.#call('getMany', () => this.#tier.getMany(keys, current))
  }

  setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return this.#write('setMany', entries, () => this.#tier.setMany(entries, guard))
  }

  exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    return this.#write('exchangeMany', entries, () => this.#tier.exchangeMany(entries, onlyNewer, guard))
  }

  exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.#write('exchangeTogether', entries, () => this.#tier.exchangeMany(entries, true, guard))
  }

  setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#call('setIfAbsent', () => this.#tier.setIfAbsent(key, value))
  }

  commit(entries: readonly DriverEntry[], onlyNewer?: boolean): Promise<boolean> {
    return this.#write('commit', entries, () => this.#tier.commit(entries, onlyNewer))
  }

  deleteMany(keys: readonly string[]): Promise<number> {
    return this.#call('deleteMany', () => this.#tier.deleteMany(keys))
  }

  deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return this.#call('deletePrefix', () => this.#tier.deletePrefix(prefix, signal))
  }

  scan(prefix: string, cursor?: string): Promise<ScanStep> {
    return this.#call('scan', async () => this.#tier.scan?.(prefix, cursor) ?? Promise.reject(noScan(this.name)))
  }

  replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    return this.#call(
      'replaceMany',
      async () => this.#tier.replaceMany?.(replacements) ?? Promise.reject(noScan(this.name)),
    )
  }

  lock(entry: DriverEntry): Promise<boolean> {
    return this.#call('lock', async () => (await this.#tier.lock?.(entry)) ?? true)
  }

  unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#call('unlock', async () => (await this.#tier.unlock?.(key, token)) ?? false)
  }

  now(): Promise<number> {
    return this.#call('now', async () => this.time?.() ?? this.#tier.now())
  }

  connect(): Promise<void> {
    return this.#call('connect', () => this.#tier.connect())
  }

  onConnected(told: () => void): void {
    this.#tier.onConnected?.(told)
  }

  /** Counts that the connection was given up; what is under way stays so. */
  reset(): void {
    this.resets++
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** A real tier refuses a TTL that the memory driver takes for expired. */
  async #write<T>(method: DriverMethod, entries: readonly DriverEntry[], work: () => Promise<T>): Promise<T> {
    for (const { key, ttl } of entries) {
      if (!(ttl > 0)) throw new RangeError(`the TTL of ${key} is ${ttl}`)
    }
    return this.#call(method, work)
  }

  async #call<T>(method: DriverMethod, work: () => Promise<T>): Promise<T> {
    if (method !== 'connect' && method !== 'now') this.calls.push(method)
    const fault = this.#faults.next(method)
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
      case 'twice':
        await work()
        return work()
    }
  }
}
