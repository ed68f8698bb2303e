/**
 * Time and timers, read in one place so that a fake clock can drive everything.
 * All values are milliseconds.
 */
export interface Clock {
  /** Monotonic time. Its origin means nothing; it may be up to 1 ms old. */
  now(): number
  /** Wall-clock time, as `Date.now()`. */
  wall(): number
  /** Calls back once after `ms`. Never keeps a process alive. */
  after(ms: number, callback: () => void): Timer
}

/** A pending callback of `Clock.after`. */
export interface Timer {
  cancel(): void
}

/** `setTimeout` fires at once for longer delays than this. */
const MAX_DELAY = 2 ** 31 - 1

class SystemClock implements Clock {
  #cached = 0
  readonly #expire = () => {
    this.#cached = 0
  }

  now(): number {
    return this.#cached === 0 ? this.#refresh() : this.#cached
  }

  wall(): number {
    return Date.now()
  }

  after(ms: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_DELAY))
    unref(handle)
    return { cancel: () => clearTimeout(handle) }
  }

  #refresh(): number {
    const now = performance.now()
    try {
      unref(setTimeout(this.#expire, 1))
      this.#cached = now
    } catch {
      // workerd allows no timers at module scope; there the clock is read each time.
    }
    return now
  }
}

function unref(handle: unknown): void {
  ;(handle as { unref?: () => void }).unref?.()
}

/** The clock of the runtime. */
export const systemClock: Clock = new SystemClock()
