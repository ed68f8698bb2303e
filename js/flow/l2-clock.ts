import type { Clock } from '../clock.ts'
import { isRequestBound } from '../runtime.ts'

/** What an `L2Clock` is made of. */
export interface L2ClockOptions {
  readonly clock: Clock
  /** Asks the tier for its wall clock, in ms since 1970. */
  readonly read: () => Promise<number>
  /** Called after each measurement. */
  readonly onMeasured?: () => void
  /** After how many ms a measurement is `due` again. Default: one minute. */
  readonly interval?: number
}

/** How far two times that are the same may be apart because both are rounded, in ms. */
const ROUNDING = 1

/**
 * The wall clock of the tier, told from here. It runs on monotonic time, so that a jump of the
 * local wall clock moves nothing; before the first measurement it is the local wall clock.
 */
export class L2Clock {
  readonly #clock: Clock
  readonly #read: () => Promise<number>
  readonly #interval: number
  readonly #onMeasured: () => void
  /** The tier's time minus monotonic time, and how far off that may be. */
  #offset: number | undefined
  #uncertainty = Number.POSITIVE_INFINITY
  #measuredAt = Number.NEGATIVE_INFINITY
  #latest: Promise<void> | undefined

  constructor({ clock, read, interval = 60_000, onMeasured = () => undefined }: L2ClockOptions) {
    this.#onMeasured = onMeasured
    this.#clock = clock
    this.#read = read
    this.#interval = interval
  }

  /** The tier's time, in ms since 1970. */
  now(): number {
    return this.#offset === undefined ? this.#clock.wall() : this.#clock.exact() + this.#offset
  }

  /** Whether it was measured; else it is the local wall clock. */
  get known(): boolean {
    return this.#offset !== undefined
  }

  /** Whether the last measurement is too old, or there was none. */
  get due(): boolean {
    return this.#clock.now() - this.#measuredAt >= this.#interval
  }

  /**
   * Measures the offset at the middle of a round trip, which is wrong by half of it at most
   * (Cristian, 1989). A less exact measurement replaces a more exact one only where it
   * contradicts it: then one of the clocks has moved.
   */
  measure(): Promise<void> {
    this.#latest = this.#measure()
    return this.#latest
  }

  /**
   * Resolves when the first measurement is done, and at once after it. One that failed is not
   * repeated before the next is due: a tier that does not tell its time is not asked at each call.
   */
  async learn(): Promise<void> {
    // The measurement of another request may never end.
    if (!this.known) await (this.due || isRequestBound ? this.measure() : this.#latest)
  }

  async #measure(): Promise<void> {
    const sent = this.#clock.exact()
    this.#measuredAt = sent
    const tier = await this.#read()
    if (!Number.isFinite(tier)) return
    const uncertainty = (this.#clock.exact() - sent) / 2
    const offset = tier - (sent + uncertainty)
    const doubt = uncertainty + this.#uncertainty + ROUNDING
    const agrees = this.#offset !== undefined && Math.abs(offset - this.#offset) <= doubt
    if (agrees && uncertainty > this.#uncertainty) return
    this.#offset = offset
    this.#uncertainty = uncertainty
    this.#onMeasured()
  }
}
