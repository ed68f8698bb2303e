import type { Clock } from '../../clock.ts'
import { type Change, KINDS } from '../../flow/coherence/message.ts'

/** One who waits for a key to be changed by another process. */
export interface Watch {
  /** Resolves when the key was changed since the last wait, after `ms`, or when `signal` aborts. */
  next(ms: number, signal: AbortSignal): Promise<void>
  /** Watches no longer. */
  end(): void
}

/** Wakes those who wait for a key, when the bus tells that it was changed. */
export class Wakeups {
  readonly #clock: Clock
  readonly #watches = new Map<string, Set<OpenWatch>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Watches a stored key from now on. */
  watch(key: string): Watch {
    const all = this.#watches.get(key) ?? new Set()
    this.#watches.set(key, all)
    const watch = new OpenWatch(this.#clock, () => {
      all.delete(watch)
      if (all.size === 0 && this.#watches.get(key) === all) this.#watches.delete(key)
    })
    all.add(watch)
    return watch
  }

  /** Others changed these stored keys. */
  hear(changes: readonly Change[]): void {
    if (this.#watches.size === 0) return
    for (const { kind, key } of changes) {
      if (kind === KINDS.set || kind === KINDS.delete) for (const watch of this.#watches.get(key) ?? []) watch.wake()
      else if (kind === KINDS.clear) for (const all of this.#watches.values()) for (const watch of all) watch.wake()
    }
  }
}

class OpenWatch implements Watch {
  readonly #clock: Clock
  readonly end: () => void
  #changed = false
  #resume: (() => void) | undefined

  constructor(clock: Clock, end: () => void) {
    this.#clock = clock
    this.end = end
  }

  wake(): void {
    this.#changed = true
    this.#resume?.()
  }

  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.after(ms, () => resume(), true)
        const resume = () => {
          timer.cancel()
          signal.removeEventListener('abort', resume)
          this.#resume = undefined
          resolve()
        }
        this.#resume = resume
        signal.addEventListener('abort', resume)
      })
    }
    this.#changed = false
  }
}
