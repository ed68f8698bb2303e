import type { Clock } from '../../clock.ts'

/**
 * How long an entry counts as checked at the most while the bus lives, in ms. A writer may die
 * between its write and its message, and a tier that loses everything tells nobody: what no
 * message can tell is found out after that time.
 */
export const MAX_TRUST = 300_000

/** The smallest step between two marks, in ms. */
const STEP = 0.001

/**
 * How far entries in memory can be trusted that others may have changed in L2. While the bus
 * lives, an entry that was checked since then is good until a message says otherwise, for `MAX_TRUST` at the most. What was
 * checked before is suspect: messages about it may have been missed. Without a bus an entry is
 * good for as long as its region's `l1.ttl` says, counted from when it was last known to be right.
 *
 * An outage of the bus costs nothing here, whatever the number of entries: they hold the mark
 * of when they were checked, and are looked at when they are read.
 */
export class Trust {
  readonly #clock: Clock
  /** Since when everything was heard; `Infinity` before the first time. */
  #since = Number.POSITIVE_INFINITY
  /** Until when everything was heard; `Infinity` while the bus lives. */
  #until = Number.POSITIVE_INFINITY
  /** No mark is below. */
  #floor = 0
  readonly #lags: boolean
  #used = false
  /** Told where memory is asked for while nothing is heard. */
  onDoubt: () => void = () => undefined

  /** @param lags - Whether L2 may answer from copies that lag behind: no message says when they have caught up. */
  constructor(clock: Clock, lags = false) {
    this.#clock = clock
    this.#lags = lags
  }

  /** The mark of an entry that is checked now, in ms of the monotonic clock. */
  mark(): number {
    return Math.max(this.#clock.now(), this.#floor)
  }

  /** Everything is heard from now on, and something may have been missed: what was checked before is suspect. */
  begin(): void {
    this.#since = Math.max(this.#clock.exact(), this.#floor) + STEP
    this.#floor = this.#since
    this.#until = Number.POSITIVE_INFINITY
  }

  /** Something may be missed since then, in ms of the monotonic clock. Default: since now. */
  end(since = this.mark()): void {
    if (this.live) this.#until = since
  }

  /** Nothing was missed since `end`, and everything is heard. */
  resume(): void {
    this.#until = Number.POSITIVE_INFINITY
  }

  /** Whether it was asked about entries since the last time. */
  takeUse(): boolean {
    const used = this.#used
    this.#used = false
    return used
  }

  /** Whether everything is heard. */
  get live(): boolean {
    return this.#since !== Number.POSITIVE_INFINITY && this.#until === Number.POSITIVE_INFINITY
  }

  /** Whether an entry with this mark may be served without a look at L2; `ttl` is its region's `l1.ttl`, in ms. */
  covers(mark: number, ttl: number): boolean {
    const { live } = this
    this.#used = true
    if (!live) this.onDoubt()
    if (this.#lags && mark + ttl <= this.#clock.now()) return false
    if (mark + Math.max(ttl, MAX_TRUST) <= this.#clock.now()) return false
    if (live) return mark >= this.#since
    const known = mark >= this.#since ? Math.max(mark, this.#until) : mark
    return known + ttl > this.#clock.now()
  }
}
