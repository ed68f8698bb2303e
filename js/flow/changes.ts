import type { Clock } from '../clock.ts'

/** Lets callers wait until something has changed in the way they want. */
export class Changes {
  readonly #clock: Clock
  readonly #looks = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** To be called after each change. */
  notify(): void {
    for (const look of this.#looks) look()
  }

  /** Resolves when `met` holds, which is looked at after each change, or after `limit` ms. */
  next(met: () => boolean, limit: number): Promise<void> {
    if (met()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = limit === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(limit, () => end())
      const look = () => {
        if (met()) end()
      }
      const end = () => {
        timer?.cancel()
        this.#looks.delete(look)
        resolve()
      }
      this.#looks.add(look)
    })
  }
}
