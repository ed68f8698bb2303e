/**
 * The order of writes of which some wait before they begin: for tokens of tags, or for L2's clock.
 * One that waits while a later call writes or removes its key has nothing left to do: whoever
 * calls last, wins, also where nobody awaits.
 */
export class CallOrder {
  /** The last write of each key, where it waits. */
  readonly #waiting = new Map<string, object>()

  /** How many keys have one. */
  get size(): number {
    return this.#waiting.size
  }

  /** A write of `key` begins to wait. Answers what ends that, and whether it is still the last one. */
  wait(key: string): () => boolean {
    const own = {}
    this.#waiting.set(key, own)
    return () => this.#waiting.get(key) === own && this.#waiting.delete(key)
  }

  /** `key` is written or removed without a wait. */
  overtake(key: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(key)
  }

  /** All keys are removed. */
  overtakeAll(): void {
    this.#waiting.clear()
  }
}
