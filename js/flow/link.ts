import type { Clock } from '../clock.ts'
import { CacheError, type CacheErrorCode } from '../errors.ts'
import type { Driver } from '../tiers/driver.ts'
import { tierError } from '../tiers/tier-error.ts'
import { Circuit, type CircuitOptions, type CircuitState } from './circuit.ts'
import { L2Clock } from './l2-clock.ts'
import type { RandomSource } from './random.ts'
import { timeoutError, withLimit } from './time-limit.ts'

/** What a `Link` is made of. */
export interface LinkOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly random: RandomSource
  /** How long one operation may take, in ms. */
  readonly limit: number
  /** A key to read when probing. */
  readonly probeKey: string
  readonly circuit?: Pick<CircuitOptions, 'threshold' | 'firstDelay' | 'maxDelay'>
  readonly onCircuit: (state: CircuitState, cause: unknown) => void
  readonly onError: (operation: string, error: CacheError) => void
}

/** One operation under way, which may take several steps. */
export interface Attempt {
  /** The tier, for the next step. Throws once the time is over: what nobody waits for goes no further. */
  readonly driver: Driver
}

/** How long `ready` waits after it failed, in ms. */
const READY_PAUSE = 100

/** Errors that are about one call: the tier itself is well. */
const REFUSALS: ReadonlySet<CacheErrorCode> = new Set(['COMMIT_FAILED', 'INVALID_KEY', 'INVALID_OPTION'])

/**
 * The way to one tier: every operation goes through `run`, which connects first, limits the
 * time, and opens the circuit at a failure. So a tier that hangs costs one time limit, and
 * afterwards nothing.
 */
export class Link {
  /** The tier's own time. */
  readonly tierClock: L2Clock
  readonly #driver: Driver
  readonly #clock: Clock
  readonly #limit: number
  readonly #probeKey: string
  readonly #circuit: Circuit
  readonly #onError: (operation: string, error: CacheError) => void
  readonly #onChange = new Set<() => void>()
  #connected = false
  #connecting: Promise<void> | undefined
  #running = 0
  #closed = false
  #lastError: CacheError | undefined
  #since: number | undefined

  constructor(options: LinkOptions) {
    this.#driver = options.driver
    this.#clock = options.clock
    this.#limit = options.limit
    this.#probeKey = options.probeKey
    this.#onError = options.onError
    this.tierClock = new L2Clock({ clock: options.clock, read: () => options.driver.now() })
    this.#circuit = new Circuit({
      ...options.circuit,
      clock: options.clock,
      random: options.random,
      probe: () => this.#probe(),
      onChange: (state, cause) => {
        this.#since = this.#clock.wall()
        if (state === 'closed') this.#lastError = undefined
        options.onCircuit(state, cause)
        for (const notice of this.#onChange) notice()
      },
    })
  }

  /** Whether an operation would be tried now. */
  get available(): boolean {
    return !this.#closed && this.#circuit.allow()
  }

  get state(): CircuitState {
    return this.#circuit.state
  }

  /** Since when the circuit is in its state, in ms since 1970; `undefined` before its first change. */
  get since(): number | undefined {
    return this.#since
  }

  /** What failed last; `undefined` again once the circuit has closed. */
  get lastError(): CacheError | undefined {
    return this.#lastError
  }

  /**
   * Runs an operation under a time limit. Rejects with a `CacheError`: `TIER_UNAVAILABLE`, at
   * once where the circuit is open; `TIMEOUT`; or as the driver did. A limit shorter than the
   * tier's own, when it runs out, opens nothing.
   */
  async run<T>(operation: string, work: (attempt: Attempt) => Promise<T>, limit = this.#limit): Promise<T> {
    if (!this.available) throw unavailable(this.#driver.name)
    const what = `${this.#driver.name}: ${operation}`
    const pass = this.#circuit.pass
    const driver = this.#driver
    let late = false
    const attempt: Attempt = {
      get driver() {
        if (late) throw timeoutError(what, limit)
        return driver
      },
    }
    this.#running++
    try {
      const result = await withLimit(this.#start(attempt, work), limit, this.#clock, what)
      this.#circuit.succeed(pass)
      return result
    } catch (cause) {
      late = true
      const error = tierError(driver.name, cause)
      this.#lastError = error
      this.#onError(operation, error)
      if (this.#isFailure(error, limit)) this.#circuit.fail(error, pass)
      throw error
    } finally {
      this.#running--
      if (this.#running === 0) this.#notify()
    }
  }

  /** Probes an open circuit now. */
  probe(): Promise<boolean> {
    return this.#circuit.probe()
  }

  /** Resolves once the tier could be reached, with true; with false when it was closed or `limit` ms are over. */
  async ready(limit: number): Promise<boolean> {
    const end = this.#clock.now() + limit
    const left = () => end - this.#clock.now()
    while (!this.#closed && left() > 0) {
      if (!this.available) await this.#nextChange(() => this.available || this.#closed, left())
      else if (await this.#reach(Math.min(this.#limit, left()))) return true
      else await this.#nextChange(() => this.#closed, Math.min(READY_PAUSE, left()))
    }
    return false
  }

  /** Resolves when no operation is under way, or after `limit` ms. */
  idle(limit: number): Promise<void> {
    return this.#nextChange(() => this.#running === 0, limit)
  }

  /** Stops everything, and closes the driver within the limit of an operation. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#circuit.stop()
    this.#notify()
    await withLimit(
      settled(() => this.#driver.close()),
      this.#limit,
      this.#clock,
      `${this.#driver.name}: close`,
    ).catch((cause: unknown) => this.#onError('close', tierError(this.#driver.name, cause)))
  }

  #isFailure({ code }: CacheError, limit: number): boolean {
    return code === 'TIMEOUT' ? limit >= this.#limit : !REFUSALS.has(code)
  }

  async #start<T>(attempt: Attempt, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    if (!this.#connected) await this.#connect()
    else if (this.tierClock.due) this.#measure()
    return work(attempt)
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#driver
      .connect()
      .then(() => {
        this.#connected = true
        this.#measure()
      })
      .finally(() => {
        this.#connecting = undefined
      })
    return this.#connecting
  }

  /** In the background: where it fails, the operations say so soon enough. */
  #measure(): void {
    settled(() => this.tierClock.measure()).catch(() => undefined)
  }

  async #probe(): Promise<void> {
    const steps = settled(async () => {
      await this.#driver.connect()
      await this.#driver.getMany([this.#probeKey])
      await this.tierClock.measure()
    })
    await withLimit(steps, this.#limit, this.#clock, `${this.#driver.name}: probe`)
    this.#connected = true
  }

  #reach(limit: number): Promise<boolean> {
    const steps = async (attempt: Attempt) => {
      await attempt.driver.getMany([this.#probeKey])
      await this.tierClock.measure()
    }
    return this.run('ready', steps, limit).then(
      () => true,
      () => false,
    )
  }

  /** Resolves when `met` holds, which is looked at after each change, or after `limit` ms. */
  #nextChange(met: () => boolean, limit: number): Promise<void> {
    if (met()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = limit === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(limit, () => end())
      const look = () => {
        if (met()) end()
      }
      const end = () => {
        timer?.cancel()
        this.#onChange.delete(look)
        resolve()
      }
      this.#onChange.add(look)
    })
  }

  #notify(): void {
    for (const notice of this.#onChange) notice()
  }
}

/** The error of a call that was not even tried. */
function unavailable(tier: string): CacheError {
  return new CacheError('TIER_UNAVAILABLE', `${tier}: the tier is not available`, { context: { tier } })
}

/** Turns a synchronous throw into a rejection. */
async function settled<T>(work: () => Promise<T>): Promise<T> {
  return work()
}
