/**
 * Time and timers, read in one place so that a fake clock can drive everything.
 * All values are milliseconds.
 */
export interface Clock {
  /**
   * Monotonic time. Its origin means nothing. It is cheap, since it may be old: by up to
   * 1 ms, and while one piece of code runs without a pause, by as long as that takes.
   */
  now(): number
  /** Monotonic time of this very moment, on the same scale as `now`: to measure durations. */
  exact(): number
  /** Wall-clock time, as `Date.now()`. */
  wall(): number
  /** Calls back once after `ms`. Until then it keeps the process alive only where it `holds` it. */
  after(ms: number, callback: () => void, holds?: boolean): Timer
}

/** A pending callback of `Clock.after`. */
export interface Timer {
  cancel(): void
}

/** `setTimeout` fires at once for longer delays than this, 24.8 days: they are waited for in pieces. */
const MAX_DELAY = 2 ** 31 - 1

class SystemClock implements Clock {
  #cached = 0
  readonly #expire = () => {
    this.#cached = 0
  }

  now(): number {
    return this.#cached === 0 ? this.#refresh() : this.#cached
  }

  exact(): number {
    return performance.now()
  }

  wall(): number {
    return Date.now()
  }

  after(ms: number, callback: () => void, holds = false): Timer {
    let handle: ReturnType<typeof setTimeout>
    const wait = (left: number) => {
      handle = left > MAX_DELAY ? setTimeout(() => wait(left - MAX_DELAY), MAX_DELAY) : setTimeout(callback, left)
      if (!holds) unref(handle)
    }
    wait(Math.max(ms, 0))
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

interface Turns {
  setImmediate?(callback: () => void): unknown
  readonly document?: object
}

/** Lets everything else that waits have its turn: timers, sockets, rendering. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate, document } = globalThis as Turns
    if (setImmediate !== undefined) setImmediate(resolve)
    else if (document !== undefined && typeof MessageChannel === 'function') awaitMessage(resolve)
    else setTimeout(resolve, 0)
  })
}

/** In a page that nobody looks at a timer may wait for a second; a message does not. */
function awaitMessage(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    resolve()
  }
  port2.postMessage(undefined)
}
