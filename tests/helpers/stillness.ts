/** How often it looks, and what passes for punctual, in ms. */
const TICK = 5
const PUNCTUAL = 15

/** For how long a process did not run though it wanted to: the machine was busy, or it was. */
export class Stillness {
  readonly #timer: NodeJS.Timeout
  #last = performance.now()
  #total = 0

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK)
  }

  /** How long altogether, until now, in ms. */
  total(): number {
    this.#tick()
    return this.#total
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performance.now()
    if (now - this.#last > PUNCTUAL) this.#total += now - this.#last - TICK
    this.#last = now
  }
}
