import type { Clock, Timer } from '../../js/clock.ts'
import type { FakeClock } from '../../js/testing/fake-clock.ts'

/** What reaches a process from outside, in the order in which it came. */
type Arrival = () => void

/**
 * The life of one process as the world sees it. While it is paused, nothing reaches it: no timer,
 * no answer, no message; all that has come meanwhile reaches it when it goes on. A dead one is
 * never reached again. Its wall clock is wrong by `skew` ms.
 */
export class Life {
  readonly clock: Clock
  readonly #world: FakeClock
  #paused = false
  #dead = false
  #waiting: Arrival[] = []
  /** How long it has stood still in all, in ms. */
  #stood = 0
  #since = 0

  constructor(world: FakeClock, skew: number) {
    this.#world = world
    this.clock = {
      now: () => world.now(),
      exact: () => world.now(),
      wall: () => world.wall() + skew,
      after: (ms, callback) => this.#after(ms, callback),
    }
  }

  get dead(): boolean {
    return this.#dead
  }

  get paused(): boolean {
    return this.#paused
  }

  /** How long it has stood still in all, in ms. */
  get stood(): number {
    return this.#stood + (this.#paused ? this.#world.now() - this.#since : 0)
  }

  /** Something has come from outside. */
  arrive(arrival: Arrival): void {
    if (this.#dead) return
    if (this.#paused) this.#waiting.push(arrival)
    else arrival()
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#since = this.#world.now()
  }

  /** Goes on. What has come meanwhile reaches it one by one; `backwards` the last first: answers before the timers. */
  resume(backwards: boolean): void {
    if (!this.#paused) return
    this.#stood += this.#world.now() - this.#since
    this.#paused = false
    const waiting = this.#waiting.splice(0)
    if (backwards) waiting.reverse()
    for (const arrival of waiting) this.#world.after(0, () => this.arrive(arrival))
  }

  die(): void {
    this.#dead = true
    this.#waiting = []
  }

  /** Only so that it can be tidied away when all is over. */
  revive(): void {
    this.#dead = false
    this.#paused = false
  }

  #after(ms: number, callback: () => void): Timer {
    let over = false
    const timer = this.#world.after(ms, () =>
      this.arrive(() => {
        if (!over) callback()
      }),
    )
    return {
      cancel: () => {
        over = true
        timer.cancel()
      },
    }
  }
}
