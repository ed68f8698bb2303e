import { isRequestBound } from './runtime.ts'

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
  /** It will not call back. */
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
      // Some runtimes allow no timers at module scope; there the clock is read each time.
    }
    return now
  }
}

function unref(handle: unknown): void {
  ;(handle as { unref?: () => void }).unref?.()
}

/** How late the timer of a request is, in ms, when it counts as gone with its request. */
const OVERDUE = 50

interface Waiting {
  readonly due: number
  readonly callback: () => void
  readonly handle: ReturnType<typeof setTimeout> | undefined
}

/**
 * The clock where timers end with the request that set them, and cannot be set outside of one. What is overdue is
 * called back when somebody asks for the time: so the work of a cache goes on with its operations.
 */
export class RequestClock implements Clock {
  readonly #waiting = new Set<Waiting>()
  /** No timer is due before. */
  #next = Number.POSITIVE_INFINITY
  /** What the runtime's clock said when it was first seen to run. */
  #origin = 0

  now(): number {
    const now = this.exact()
    if (now > this.#next + OVERDUE) {
      this.#next = Number.POSITIVE_INFINITY
      // Not in the middle of what asks for the time.
      queueMicrotask(() => this.#callBack())
    }
    return now
  }

  /** It stands at 0 until the first request: what is stored at module scope does not age before. */
  exact(): number {
    const time = performance.now()
    if (this.#origin === 0) this.#origin = time
    return time - this.#origin
  }

  wall(): number {
    return Date.now()
  }

  after(ms: number, callback: () => void): Timer {
    const due = this.exact() + Math.max(ms, 0)
    const end = (waiting: Waiting) => {
      if (this.#waiting.delete(waiting)) callback()
    }
    const waiting: Waiting = { due, callback, handle: timeout(() => end(waiting), ms) }
    this.#waiting.add(waiting)
    this.#next = Math.min(this.#next, due)
    return {
      cancel: () => {
        this.#waiting.delete(waiting)
        clearTimeout(waiting.handle)
      },
    }
  }

  #callBack(): void {
    const now = this.exact()
    const overdue = [...this.#waiting].filter(({ due }) => now > due + OVERDUE)
    for (const waiting of overdue) this.#waiting.delete(waiting)
    for (const { due } of this.#waiting) this.#next = Math.min(this.#next, due)
    for (const { callback, handle } of overdue) {
      clearTimeout(handle)
      callback()
    }
  }
}

/** A timer of the request that runs; none at module scope. What is too long for one is overdue one day. */
function timeout(callback: () => void, ms: number): ReturnType<typeof setTimeout> | undefined {
  if (ms > MAX_DELAY) return undefined
  try {
    return setTimeout(callback, Math.max(ms, 0))
  } catch {
    return undefined
  }
}

/** The clock of the runtime. */
export const systemClock: Clock = isRequestBound ? new RequestClock() : new SystemClock()

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
