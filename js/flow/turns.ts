/** Lets work on one key begin when the work on it that came before has ended. Keys do not wait for one another. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** How many keys are being worked on. */
  get size(): number {
    return this.#last.size
  }

  /** Runs `work` when it is its turn; answers what it answers. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const own = before === undefined ? work() : before.then(work, work)
    this.#last.set(key, own)
    try {
      return await own
    } finally {
      if (this.#last.get(key) === own) this.#last.delete(key)
    }
  }
}
