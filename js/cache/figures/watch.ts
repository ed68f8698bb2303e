import type { Clock, Timer } from '../../clock.ts'

/** How often samples are taken while the cache is used, in ms. */
const INTERVAL = 5_000

/**
 * Takes a sample now and then while something happens, and one more after it ended. A cache
 * that nobody uses has no timer.
 */
export class Watch {
  readonly #clock: Clock
  readonly #sample: (() => void) | undefined
  #timer: Timer | undefined
  #active = false
  #stopped = false

  /** @param sample `undefined` where nobody wants any: then there is never a timer. */
  constructor(clock: Clock, sample: (() => void) | undefined) {
    this.#clock = clock
    this.#sample = sample
  }

  /** Something happened that a sample would show. */
  wake(): void {
    this.#active = true
    if (this.#timer === undefined && this.#sample !== undefined && !this.#stopped) this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #schedule(): void {
    try {
      this.#timer = this.#clock.after(INTERVAL, () => this.#tick())
    } catch {
      // workerd has no timers at module scope; the next call in a request starts one.
    }
  }

  #tick(): void {
    this.#timer = undefined
    const again = this.#active
    this.#active = false
    this.#sample?.()
    if (again && !this.#stopped) this.#schedule()
  }
}
