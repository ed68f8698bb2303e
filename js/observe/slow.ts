import type { Limits } from './alerts.ts'

/** How many operations were timed, and how many took longer than each limit of the latency alert. */
export interface SlowCounts {
  readonly timed: number
  readonly overRaise: number
  readonly overClear: number
}

/** The part of operations that may be slower than a 95th percentile. */
export const SLOW_PART = 0.05

/**
 * Counts slow operations. The latency alert needs no more: the 95th percentile is above a
 * limit exactly when more than 5 % of the operations are.
 */
export class SlowOperations implements SlowCounts {
  timed = 0
  overRaise = 0
  overClear = 0
  readonly #raise: number
  readonly #clear: number

  /** @param limits The limits of the latency alert, in ms. */
  constructor(limits: Limits | false) {
    this.#raise = limits === false ? Infinity : limits.raise
    this.#clear = limits === false ? Infinity : limits.clear
  }

  /** Counts `weight` operations that took `ms` each. */
  record(ms: number, weight = 1): void {
    this.timed += weight
    if (ms > this.#raise) this.overRaise += weight
    if (ms > this.#clear) this.overClear += weight
  }
}
