import type { Clock } from '../clock.ts'
import { CacheError, type CacheErrorCode } from '../errors.ts'
import { isRequestBound } from '../runtime.ts'
import type { Driver } from '../tiers/driver.ts'
import { notAsked, tierError } from '../tiers/tier-error.ts'
import { Changes } from './changes.ts'
import { Circuit, type CircuitOptions, type CircuitState } from './circuit.ts'
import { leave, use } from './driver-users.ts'
import { L2Clock } from './l2-clock.ts'
import { limitOfKeys, limitOfWrites } from './limits.ts'
import { Probe } from './probe.ts'
import type { RandomSource } from './random.ts'
import { timeoutError, withLimit } from './time-limit.ts'

/** What a `Link` is made of. */
export interface LinkOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly random: RandomSource
  /** How long one operation may take, in ms. */
  readonly limit: number
  /** What the key begins with that is written and read when probing. */
  readonly probePrefix: string
  readonly circuit?: Pick<CircuitOptions, 'threshold' | 'firstDelay' | 'maxDelay'>
  readonly onCircuit: (part: CircuitPart, state: CircuitState, cause: CacheError | undefined) => void
  /** The tier's clock was measured. */
  readonly onMeasured: () => void
  readonly onError: (operation: string, error: CacheError) => void
}

/** What a circuit is about: the whole tier, or only whether it takes writes. */
export type CircuitPart = 'tier' | 'writes'

/** One operation under way, which may take several steps. */
export interface Attempt {
  /** The tier, for the next step. Throws once the time is over: what nobody waits for goes no further. */
  readonly driver: Driver
}

/** How long `ready` waits after it failed, in ms. */
const READY_PAUSE = 100

/** Errors that are about one call: the tier itself is well. */
const OF_THE_CALL: ReadonlySet<CacheErrorCode> = new Set(['COMMIT_FAILED', 'INVALID_KEY', 'INVALID_OPTION'])

/** Errors that last as long as the process: no pause heals them. */
const LASTING: ReadonlySet<CacheErrorCode> = new Set(['MISSING_PEER', 'UNSUPPORTED_RUNTIME'])

/**
 * The way to one tier: every operation goes through `run`, which connects first, limits the
 * time, and opens the circuit at a failure. So a tier that hangs costs one time limit, and
 * afterwards nothing. A tier that refuses writes, because it is full or read-only, has a second
 * circuit for them: it goes on serving reads, and writes are tried again at growing intervals.
 */
export class Link {
  /** The tier's own time. */
  readonly tierClock: L2Clock
  /** How long one operation may take, in ms. */
  readonly limit: number
  readonly #driver: Driver
  readonly #clock: Clock
  readonly #probe: Probe
  readonly #circuit: Circuit
  readonly #writes: Circuit
  readonly #onError: (operation: string, error: CacheError) => void
  readonly #changes: Changes
  #connected = false
  #connecting: Promise<void> | undefined
  #running = 0
  #closed = false
  #lastError: CacheError | undefined
  #since: number | undefined

  constructor(options: LinkOptions) {
    const { driver, clock, random } = options
    this.#driver = driver
    this.#clock = clock
    this.limit = options.limit
    this.#onError = options.onError
    this.#changes = new Changes(clock)
    this.tierClock = new L2Clock({ clock, read: () => driver.now(), onMeasured: options.onMeasured })
    this.#probe = new Probe({ driver, tierClock: this.tierClock, random, prefix: options.probePrefix })
    const onChange = (part: CircuitPart) => (state: CircuitState, given: unknown) => {
      const cause = given === undefined ? undefined : tierError(driver.name, given)
      if (part === 'tier') this.#since = clock.wall()
      // A probe that fails may know more than the call before it.
      if (part === 'tier' && state === 'open') this.#lastError = cause
      if (this.takesWrites) this.#lastError = undefined
      options.onCircuit(part, state, cause)
      this.#changes.notify()
    }
    const shared = { ...options.circuit, clock, random }
    use(driver)
    driver.onConnected?.(() => this.hasten())
    this.#circuit = new Circuit({ ...shared, probe: () => this.#tryTier(), onChange: onChange('tier') })
    // A refusal is an answer: there is nothing to be gained from a second one.
    this.#writes = new Circuit({
      ...shared,
      threshold: 1,
      probe: () => this.#tryWrites(),
      onChange: onChange('writes'),
    })
  }

  /** Whether an operation would be tried now. */
  get available(): boolean {
    return !this.#closed && this.#circuit.allow()
  }

  /** Whether nothing will be tried ever again. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether a write would be tried now. */
  get writable(): boolean {
    return this.available && this.#writes.allow()
  }

  /** Whether writes are sent: it is not away, and has refused none since it took one. */
  get takesWrites(): boolean {
    return this.state === 'closed' && this.#writes.state === 'closed'
  }

  get state(): CircuitState {
    return this.#circuit.state
  }

  /** Since when the circuit is in its state, in ms since 1970; `undefined` before its first change. */
  get since(): number | undefined {
    return this.#since
  }

  /** What failed last; `undefined` again once both circuits are closed. */
  get lastError(): CacheError | undefined {
    return this.#lastError
  }

  /** Whether the tier can't come as long as this process lives: its package is missing, say. */
  get hopeless(): boolean {
    return this.#lastError !== undefined && LASTING.has(this.#lastError.code)
  }

  /**
   * Runs an operation under a time limit. Rejects with a `CacheError`: `TIER_UNAVAILABLE`, at once where the circuit
   * is open; `TIMEOUT`, which opens it, but for a limit below the tier's own and in the `background`; or as the driver did.
   */
  async run<T>(
    operation: string,
    work: (attempt: Attempt) => Promise<T>,
    limit = this.limit,
    background = false,
  ): Promise<T> {
    if (!this.available) throw notAsked(this.#driver.name, this.#lastError)
    const what = `${this.#driver.name}: ${operation}`
    const pass = this.#circuit.pass
    const driver = this.#driver
    const attempt = new OpenAttempt(driver, what, limit)
    this.#running++
    try {
      const result = await withLimit(this.#start(attempt, work), limit, this.#clock, what, true)
      this.#circuit.succeed(pass)
      // Where no timer tries whether it takes writes again, its calls do.
      if (isRequestBound && this.#writes.state !== 'closed' && this.#writes.allow()) void this.#writes.probe()
      return result
    } catch (cause) {
      attempt.late = true
      const failure = tierError(driver.name, cause)
      const error = this.#explained(failure)
      this.#report(operation, error)
      if (error.code === 'WRITE_REFUSED') this.#writes.fail(error, this.#writes.pass)
      else if (this.#isFailure(failure, background ? 0 : limit)) this.#circuit.fail(error, pass)
      throw error
    } finally {
      this.#running--
      if (this.#running === 0) this.#changes.notify()
    }
  }

  /** The limit for a call of so many keys. */
  limitOfKeys(keys: number): number {
    return limitOfKeys(this.#driver, keys, this.limit)
  }

  /** The limit for writes that are sent in one piece, from that for one. */
  limitOf(writes: Iterable<{ readonly envelope: Uint8Array }>, limit = this.limit): number {
    return limitOfWrites(this.#driver, writes, limit)
  }

  /** The tier refused a write in the course of an operation that goes on without it. */
  refused(operation: string, error: CacheError): void {
    this.#report(operation, error)
    this.#writes.fail(error, this.#writes.pass)
  }

  /** Probes what is open now; answers whether the tier takes writes afterwards. */
  async probe(): Promise<boolean> {
    return (await this.#circuit.probe()) && (await this.#writes.probe())
  }

  /** There is a sign that the tier is back: it is not left to the next probe. */
  hasten(): void {
    this.#circuit.hasten()
  }

  /** Resolves once the tier could be reached, with true; with false when it was closed, can't come, or `limit` ms are over. */
  async ready(limit: number): Promise<boolean> {
    const end = this.#clock.now() + limit
    const left = () => end - this.#clock.now()
    while (!this.#closed && !this.hopeless && left() > 0) {
      if (!this.available) await this.#changes.next(() => this.available || this.#closed, left())
      else if (await this.#reach(Math.min(this.limit, left()))) return true
      else await this.#changes.next(() => this.#closed, Math.min(READY_PAUSE, left()))
    }
    return false
  }

  /** Resolves when no operation is under way, or after `limit` ms. */
  idle(limit: number): Promise<void> {
    return this.#changes.next(() => this.#running === 0, limit)
  }

  /** Stops everything, and closes the driver, unless others use it still, within the limit of an operation. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#circuit.stop()
    this.#writes.stop()
    this.#changes.notify()
    if (!leave(this.#driver)) return
    await withLimit(
      settled(() => this.#driver.close()),
      this.limit,
      this.#clock,
      `${this.#driver.name}: close`,
    ).catch((cause: unknown) => this.#onError('close', tierError(this.#driver.name, cause)))
  }

  #isFailure({ code }: CacheError, limit: number): boolean {
    return code === 'TIMEOUT' ? limit >= this.limit : !OF_THE_CALL.has(code)
  }

  #start<T>(attempt: Attempt, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    if (!this.#connected) return this.#connect().then(() => work(attempt))
    if (this.tierClock.due) this.#measure()
    return work(attempt)
  }

  #connect(): Promise<void> {
    if (this.#connecting !== undefined) return this.#connecting
    const connecting = this.#driver
      .connect()
      .then(() => {
        this.#connected = true
        this.#measure()
      })
      .finally(() => {
        this.#connecting = undefined
      })
    // Where it may end with a request, each has one of its own.
    if (!isRequestBound) this.#connecting = connecting
    return connecting
  }

  /** In the background: where it fails, the operations say so soon enough. */
  #measure(): void {
    settled(() => this.tierClock.measure()).catch(() => undefined)
  }

  async #tryTier(): Promise<void> {
    const refusal = await this.#limited(() => this.#probe.all())
    this.#connected = true
    if (refusal !== undefined) this.refused('probe', refusal)
    else this.#writes.close()
  }

  /** While the whole tier is away, the circuit of that says when it is back. */
  async #tryWrites(): Promise<void> {
    if (!this.available) throw notAsked(this.#driver.name, this.#lastError)
    const pass = this.#circuit.pass
    try {
      await this.#limited(() => this.#probe.write())
    } catch (cause) {
      const error = tierError(this.#driver.name, cause)
      if (error.code !== 'WRITE_REFUSED') this.#circuit.fail(error, pass)
      throw error
    }
  }

  /** On a connection where a probe had no answer in time, there may never be one. */
  async #limited<T>(steps: () => Promise<T>): Promise<T> {
    try {
      return await withLimit(settled(steps), this.limit, this.#clock, `${this.#driver.name}: probe`)
    } catch (cause) {
      const error = tierError(this.#driver.name, cause)
      if (error.code !== 'TIMEOUT') throw error
      const explained = this.#explained(error)
      this.#driver.reset?.()
      throw explained
    }
  }

  /** No answer in time: where the driver knows why there is no connection, it is that. */
  #explained(error: CacheError): CacheError {
    if (error.code !== 'TIMEOUT') return error
    return this.#driver.lastError ?? new CacheError('TIMEOUT', error.message, { context: { tier: this.#driver.name } })
  }

  #report(operation: string, error: CacheError): void {
    this.#lastError = error
    this.#onError(operation, error)
  }

  #reach(limit: number): Promise<boolean> {
    return this.run('ready', () => this.#probe.read(), limit).then(
      () => true,
      () => false,
    )
  }
}

class OpenAttempt implements Attempt {
  late = false
  readonly #driver: Driver
  readonly #what: string
  readonly #limit: number

  constructor(driver: Driver, what: string, limit: number) {
    this.#driver = driver
    this.#what = what
    this.#limit = limit
  }

  get driver(): Driver {
    if (this.late) throw timeoutError(this.#what, this.#limit)
    return this.#driver
  }
}

/** Turns a synchronous throw into a rejection. */
async function settled<T>(work: () => Promise<T>): Promise<T> {
  return work()
}
