import type { Clock, Timer } from '../clock.ts'
import { isRequestBound } from '../runtime.ts'
import { type RandomSource, randomUnit } from './random.ts'

/** Closed: calls pass. Open: they don't. Half-open: they don't either, and a probe is under way. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** What a `Circuit` is made of. */
export interface CircuitOptions {
  readonly clock: Clock
  readonly random: RandomSource
  /** Tries whether the tier serves again. It must end: it is to have a time limit of its own. */
  readonly probe: () => Promise<void>
  /** How many failures in a row open the circuit. Default: 1. */
  readonly threshold?: number
  /** The pause before the first probe, in ms; it doubles with each that fails. Default: 100. */
  readonly firstDelay?: number
  /** The longest pause, in ms. Default: 5000. */
  readonly maxDelay?: number
  /**
   * Whether calls try the tier themselves once a pause is over, since a probe may never end that outlives the call
   * which began it. Default: as the runtime is.
   */
  readonly byCalls?: boolean
  /** Told of every change, after it. It must not throw. */
  readonly onChange?: (state: CircuitState, cause: unknown) => void
}

/** Between two probes because of signs lies so much time, in ms: one that means nothing must not make a storm of them. */
const HASTE = 500

/** Says that a call may be made, and in which closed period that was. */
export type Pass = number

/**
 * A circuit breaker. While it is open a call costs one comparison. It probes after a pause
 * that doubles, from which a random part of up to a half is taken off, so that many processes
 * don't come back at once; by a timer, and where timers don't run by the calls themselves.
 */
export class Circuit {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #probe: () => Promise<void>
  readonly #threshold: number
  readonly #firstDelay: number
  readonly #maxDelay: number
  readonly #byCalls: boolean
  readonly #onChange: (state: CircuitState, cause: unknown) => void
  #state: CircuitState = 'closed'
  /** Counts closed periods, so that the late failure of a call from an earlier one says nothing. */
  #period = 0
  #failures = 0
  /** How many times it opened with no calm time in between. */
  #trips = 0
  #since: number
  #retryAt = 0
  /** When it probes, or did, because of a sign. */
  #hastened = Number.NEGATIVE_INFINITY
  /** How many signs have led to nothing since it opened. */
  #fruitless = 0
  #timer: Timer | undefined
  #probing: Promise<boolean> | undefined
  #stopped = false

  constructor(options: CircuitOptions) {
    this.#clock = options.clock
    this.#random = options.random
    this.#probe = options.probe
    this.#threshold = options.threshold ?? 1
    this.#firstDelay = options.firstDelay ?? 100
    this.#maxDelay = options.maxDelay ?? 5000
    this.#byCalls = options.byCalls ?? isRequestBound
    this.#onChange = options.onChange ?? (() => undefined)
    this.#since = Number.NEGATIVE_INFINITY
  }

  get state(): CircuitState {
    return this.#state
  }

  /** Whether a call may be made now. An open circuit whose pause is over begins a probe, or lets calls be one. */
  allow(): boolean {
    if (this.#stopped) return false
    if (this.#state === 'closed' || this.#isTried) return true
    if (this.#state === 'open' && this.#clock.now() >= this.#retryAt) void this.probe()
    return false
  }

  /** To be taken before a call, and handed in with its failure or success. */
  get pass(): Pass {
    return this.#period
  }

  /** A call was answered. */
  succeed(pass: Pass): void {
    if (pass !== this.#period) return
    this.#failures = 0
    if (this.#isTried) this.close()
  }

  /** A call failed. */
  fail(cause: unknown, pass: Pass): void {
    if (pass !== this.#period || this.#stopped) return
    if (this.#state !== 'closed' && !this.#isTried) return
    if (this.#state === 'closed' && ++this.#failures < this.#threshold) return
    if (this.#clock.now() - this.#since >= this.#maxDelay) this.#trips = 0
    this.#open(cause)
  }

  /** Probes now, unless it is closed; answers whether it is closed afterwards. Concurrent probes are one. */
  probe(): Promise<boolean> {
    if (this.#stopped || this.#state === 'closed') return Promise.resolve(!this.#stopped)
    if (this.#probing !== undefined) return this.#probing
    const probing = this.#tryAgain().finally(() => {
      this.#probing = undefined
    })
    // One that may never end is nobody else's.
    if (!this.#byCalls) this.#probing = probing
    return probing
  }

  /**
   * There is a sign that the tier serves again: probes at once, or half a second after the last time that
   * there was one. The pauses that follow are no shorter for it. Signs that meant nothing count for less
   * and less: a tier too slow for its limit is connected to anew after each probe, and says so.
   */
  hasten(): void {
    if (this.#stopped || this.#state === 'closed') return
    const now = this.#clock.now()
    const pause = Math.min(HASTE * 2 ** Math.max(this.#fruitless - 1, 0), this.#maxDelay)
    if (this.#state === 'half-open') {
      this.#hastened = now + pause
      this.#fruitless++
      return
    }
    const at = Math.max(now, this.#hastened + pause)
    if (at >= this.#retryAt) return
    this.#hastened = at
    this.#fruitless++
    this.#waitUntil(at)
  }

  /** It is known from elsewhere that the tier serves again. */
  close(): void {
    if (this.#stopped || this.#state === 'closed') return
    this.#timer?.cancel()
    this.#period++
    this.#failures = 0
    this.#fruitless = 0
    this.#change('closed', undefined)
  }

  /** No calls pass any more, and no probe begins. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** Whether it is open, and its calls are made all the same to see what comes of them. */
  get #isTried(): boolean {
    return this.#byCalls && this.#state !== 'closed' && this.#clock.now() >= this.#retryAt
  }

  async #tryAgain(): Promise<boolean> {
    this.#timer?.cancel()
    this.#change('half-open', undefined)
    try {
      await this.#probe()
    } catch (cause) {
      if (!this.#stopped && this.#state === 'half-open') this.#open(cause)
      return this.#state === 'closed'
    }
    this.close()
    return !this.#stopped
  }

  #open(cause: unknown): void {
    const now = this.#clock.now()
    const delay = Math.min(this.#firstDelay * 2 ** this.#trips, this.#maxDelay) * (1 - randomUnit(this.#random) / 2)
    this.#trips++
    // A sign that came in the course of a probe may have come too late for it.
    this.#waitUntil(this.#hastened > now ? Math.min(this.#hastened, now + delay) : now + delay)
    this.#change('open', cause)
  }

  #waitUntil(time: number): void {
    this.#timer?.cancel()
    this.#retryAt = time
    if (this.#byCalls) return
    this.#timer = this.#clock.after(time - this.#clock.now(), () => void this.probe())
  }

  #change(state: CircuitState, cause: unknown): void {
    this.#state = state
    this.#since = this.#clock.now()
    this.#onChange(state, cause)
  }
}
