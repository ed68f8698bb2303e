import type { Clock, Timer } from '../clock.ts'

/** What a sweeper visits. */
export interface Sweepable {
  /** When there is something to expire next, on the clock of the deadlines; `Infinity` is never. */
  readonly nextExpiry: number
  expire(): number
}

interface Reference {
  deref(): Sweepable | undefined
}

/**
 * Older compatibility dates of workerd have no weak references: there a store is held for as long as
 * it has entries that will expire.
 */
function referenceTo(store: Sweepable): Reference {
  return typeof WeakRef === 'undefined' ? { deref: () => store } : new WeakRef(store)
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
  readonly #stores = new Set<Reference>()
  #known = new WeakSet<Sweepable>()
  #timer: Timer | undefined
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Visits `store` from now on, for as long as it has entries with a deadline. */
  watch(store: Sweepable): void {
    if (this.#stopped || this.#known.has(store)) return
    this.#known.add(store)
    this.#stores.add(referenceTo(store))
    this.#schedule()
  }

  /** Visits `store` no more: for one that is about to be disposed. */
  forget(store: Sweepable): void {
    this.#known.delete(store)
    for (const reference of this.#stores) {
      if (reference.deref() === store) this.#stores.delete(reference)
    }
  }

  /** Stops the timer and forgets all stores, for good. */
  stop(): void {
    this.#stopped = true
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
    const failures: unknown[] = []
    for (const reference of this.#stores) {
      const store = reference.deref()
      let next = Infinity
      try {
        store?.expire()
        next = store?.nextExpiry ?? Infinity
      } catch (error) {
        failures.push(error)
        next = 0
      }
      if (store === undefined || next === Infinity) {
        this.#stores.delete(reference)
        if (store !== undefined) this.#known.delete(store)
      }
    }
    this.#schedule()
    // What a listener throws belongs to its author; it stops no other store from being swept.
    for (const error of failures) reportError(error)
  }
}

interface Reporting {
  reportError?(error: unknown): void
}

/** Throws where nobody can catch it, as the runtime does with errors of timers. */
function reportError(error: unknown): void {
  const { reportError: report } = globalThis as Reporting
  if (report !== undefined) report(error)
  else
    queueMicrotask(() => {
      throw error
    })
}
