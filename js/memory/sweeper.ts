import type { Clock, Timer } from '../clock.ts'

/** What a sweeper visits. */
export interface Sweepable {
  /** When there is something to expire next, on the clock of the deadlines; `Infinity` is never. */
  readonly nextExpiry: number
  expire(): number
}

/** How often expired entries are removed, in ms. */
const INTERVAL = 1_000

/**
 * Removes what has expired, with one timer for all stores that it watches. There is a timer
 * only while some entry has a deadline, it keeps no process alive, and a store that nobody
 * holds any more is forgotten.
 */
export class Sweeper {
  readonly #clock: Clock
  readonly #stores = new Set<WeakRef<Sweepable>>()
  #known = new WeakSet<Sweepable>()
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Visits `store` from now on, for as long as it has entries with a deadline. */
  watch(store: Sweepable): void {
    if (this.#known.has(store)) return
    this.#known.add(store)
    this.#stores.add(new WeakRef(store))
    this.#schedule()
  }

  /** Visits `store` no more: for one that is about to be disposed. */
  forget(store: Sweepable): void {
    this.#known.delete(store)
    for (const reference of this.#stores) {
      if (reference.deref() === store) this.#stores.delete(reference)
    }
  }

  /** Stops the timer and forgets all stores. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#stores.clear()
    this.#known = new WeakSet()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#stores.size === 0) return
    try {
      this.#timer = this.#clock.after(INTERVAL, () => this.#sweep())
    } catch {
      // No timers at workerd's module scope: entries expire on reads and writes there.
    }
  }

  #sweep(): void {
    this.#timer = undefined
    for (const reference of this.#stores) {
      const store = reference.deref()
      if (store !== undefined) store.expire()
      if (store === undefined || store.nextExpiry === Infinity) {
        this.#stores.delete(reference)
        if (store !== undefined) this.#known.delete(store)
      }
    }
    this.#schedule()
  }
}
