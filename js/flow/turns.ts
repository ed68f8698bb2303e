import type { Clock } from '../clock.ts'
import { whenOver } from '../requests.ts'

/** How long work waits for its turn at the most where what comes before may never end, in ms. */
const PATIENCE = 1000

/** Lets work on one key begin when the work on it that came before has ended. Keys do not wait for one another. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many keys are being worked on. */
  get size(): number {
    return this.#last.size
  }

  /** Runs `work` when it is its turn; answers what it answers. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const own = before === undefined ? work() : whenOver(before, PATIENCE, this.#clock).then(work)
    this.#last.set(key, own)
    try {
      return await own
    } finally {
      if (this.#last.get(key) === own) this.#last.delete(key)
    }
  }
}
