import type { Clock, Timer } from '../clock.ts'

/** How many keys are remembered at the most: of more, those that failed first are tried again early. */
const LIMIT = 10_000

/**
 * Remembers which keys are not tried again for a while, because their factory has just failed.
 * What is over is forgotten, with one timer for all.
 */
export class BackOffs {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#until.size
  }

  /** Whether `key` is to be left alone at present. */
  has(key: string): boolean {
    const until = this.#until.get(key)
    return until !== undefined && until > this.#clock.now()
  }

  /** `key` is left alone for `ms` from now on. */
  begin(key: string, ms: number): void {
    this.#until.delete(key)
    this.#until.set(key, this.#clock.now() + ms)
    if (this.#until.size > LIMIT) {
      const [oldest] = this.#until.keys()
      this.#until.delete(oldest as string)
    }
    this.#arm(ms)
  }

  /** `key` may be tried at once. */
  end(key: string): void {
    if (this.#until.delete(key) && this.#until.size === 0) this.#stop()
  }

  #arm(ms: number): void {
    if (this.#timer !== undefined || ms === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = undefined
      this.#forget()
    })
  }

  #forget(): void {
    const now = this.#clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const [key, until] of this.#until) {
      if (until <= now) this.#until.delete(key)
      else next = Math.min(next, until)
    }
    this.#arm(next - now)
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
