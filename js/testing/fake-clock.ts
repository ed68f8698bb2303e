import { type Clock, type Timer, yieldToEventLoop } from '../clock.ts'

interface Pending {
  readonly due: number
  readonly order: number
  readonly callback: () => void
}

/**
 * A clock that moves only when told: hand it to a cache as its `clock`, and hours pass at once.
 * `advance` moves both times and fires what is due, `sleep` does so at one go; `set` makes the wall clock jump alone, as a
 * correction by NTP or by hand does.
 *
 * @example
 * const clock = new FakeClock()
 * const cache = new CacheManager({ clock })
 * await cache.set('metrics', 'key', 1)
 * await clock.advance(300_000)
 * await cache.get('metrics', 'key') // undefined: it has expired
 */
export class FakeClock implements Clock {
  readonly #timers = new Set<Pending>()
  #now: number
  #wall: number
  #order = 0

  /** Starts at `now` (monotonic) and `wall` (ms since 1970); neither is zero by default. */
  constructor({
    now = 1000,
    wall = Date.UTC(2026, 0, 1),
  }: {
    /** The monotonic time at first, in ms. Default: 1000. */
    now?: number | undefined
    /** The wall clock at first, in ms since 1970. Default: the first of January 2026. */
    wall?: number | undefined
  } = {}) {
    this.#now = now
    this.#wall = wall
  }

  /** Monotonic time, in ms. */
  now(): number {
    return this.#now
  }

  /** The same: it is never old here. */
  exact(): number {
    return this.#now
  }

  /** Wall-clock time, in ms since 1970. */
  wall(): number {
    return this.#wall
  }

  /** Calls back once, when the clock has been advanced by `ms`. */
  after(ms: number, callback: () => void): Timer {
    const timer = { due: this.#now + Math.max(ms, 0), order: this.#order++, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** How many timers wait. A test that ends with some has found a leak. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets everything run that waits for no time: microtasks, however deep their chains. */
  async settle(): Promise<void> {
    await yieldToEventLoop()
  }

  /** Moves both clocks by `ms`: due timers fire in order, and microtasks settle before and after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#move(next.due)
      next.callback()
      await this.settle()
    }
    this.#move(end)
  }

  /** Moves both clocks by `ms` at once, as while a machine is suspended: what was due meanwhile fires afterwards. */
  async sleep(ms: number): Promise<void> {
    await this.settle()
    this.#move(this.#now + ms)
    await this.advance(0)
  }

  /** Jumps the wall clock to `wall` (ms since 1970), forwards or backwards; monotonic time and timers stay. */
  set(wall: number): void {
    this.#wall = wall
  }

  /** The same time line as another process sees it whose wall clock is `ms` ahead (or behind). */
  skewed(ms: number): Clock {
    return {
      now: () => this.now(),
      exact: () => this.now(),
      wall: () => this.wall() + ms,
      after: (delay, callback) => this.after(delay, callback),
    }
  }

  #move(to: number): void {
    if (to <= this.#now) return
    this.#wall += to - this.#now
    this.#now = to
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined
    for (const timer of this.#timers) {
      if (timer.due > end) continue
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) {
        first = timer
      }
    }
    return first
  }
}
