import type { Clock, Timer } from '../clock.ts'

/** How many keys are remembered at the most: of more, those that failed first are tried again early. */
const LIMIT = 10_000

interface BackOff {
  readonly until: number
  /** When the entry ended for which it is. */
  readonly freshUntil: number
}

/**
 * Remembers which keys are not tried again for a while, because their factory has just failed.
 * What is over is forgotten, with one timer for all.
 */
export class BackOffs {
  readonly #clock: Clock
  readonly #backOffs = new Map<string, BackOff>()
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#backOffs.size
  }

  /**
   * Whether `key` is to be left alone at present, for the sake of an entry that was fresh until
   * `freshUntil`. A newer entry, by more than `slack` ms, is not what it was begun for.
   */
  has(key: string, freshUntil = 0, slack = 0): boolean {
    const there = this.#backOffs.get(key)
    return there !== undefined && there.until > this.#clock.now() && freshUntil <= there.freshUntil + slack
  }

  /** `key` is left alone for `ms` from now on, as long as no entry is there that is newer than this one. */
  begin(key: string, ms: number, freshUntil = Number.POSITIVE_INFINITY): void {
    this.#backOffs.delete(key)
    this.#backOffs.set(key, { until: this.#clock.now() + ms, freshUntil })
    if (this.#backOffs.size > LIMIT) {
      const [oldest] = this.#backOffs.keys()
      this.#backOffs.delete(oldest as string)
    }
    this.#arm(ms)
  }

  /** `key` may be tried at once. */
  end(key: string): void {
    if (this.#backOffs.delete(key) && this.#backOffs.size === 0) this.#stop()
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
    for (const [key, { until }] of this.#backOffs) {
      if (until <= now) this.#backOffs.delete(key)
      else next = Math.min(next, until)
    }
    this.#arm(next - now)
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
