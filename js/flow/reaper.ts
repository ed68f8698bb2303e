import type { Driver } from '../tiers/driver.ts'

/**
 * Removes in the background what no generation leads to any more. What it misses, because the
 * tier fails or the process ends, expires by itself: it only saves the tier's memory.
 */
export class Reaper {
  readonly #driver: Driver
  readonly #onError: (cause: unknown) => void
  readonly #reaping = new Map<string, AbortController>()
  readonly #running = new Set<Promise<void>>()
  #stopped = false

  constructor(driver: Driver, onError: (cause: unknown) => void) {
    this.#driver = driver
    this.#onError = onError
  }

  /** Removes all keys that start with `prefix`. */
  reap(prefix: string): void {
    if (this.#stopped || this.#reaping.has(prefix)) return
    const controller = new AbortController()
    this.#reaping.set(prefix, controller)
    void this.#background(async () => {
      await this.#driver.deletePrefix(prefix, controller.signal)
    }).then(() => this.#reaping.delete(prefix))
  }

  /** Removes single keys. */
  remove(keys: readonly string[]): void {
    if (!this.#stopped && keys.length > 0) void this.#background(async () => this.#driver.deleteMany(keys))
  }

  /** `prefix` is in use again: two clears met, and the older one won. */
  spare(prefix: string): void {
    this.#reaping.get(prefix)?.abort()
  }

  /** Resolves when all that is under way is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#running)
  }

  /** Ends what is under way, and begins nothing any more. */
  stop(): void {
    this.#stopped = true
    for (const controller of this.#reaping.values()) controller.abort()
  }

  #background(work: () => Promise<unknown>): Promise<void> {
    const running = work().then(
      () => undefined,
      (cause: unknown) => {
        if (!this.#stopped) this.#onError(cause)
      },
    )
    this.#running.add(running)
    return running.finally(() => this.#running.delete(running))
  }
}
