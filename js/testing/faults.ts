import { seeded } from './random.ts'

/** Decides what happens to the call number `count` (from 1) of `target`; `undefined` lets it pass. */
export type FaultPlan<Target, Fault> = (target: Target, count: number) => Fault | undefined

/** What is to go wrong at present: always, once, now and then, or by a plan of one's own. */
export class Faults<Target, Fault extends string | number> {
  readonly #unit: () => number
  #plan: FaultPlan<Target, Fault> = () => undefined
  #count = 0

  /** @param seed Decides what meets a fault where that is left to chance. */
  constructor(seed: number) {
    this.#unit = seeded(seed)
  }

  /** How many calls were decided about. */
  get count(): number {
    return this.#count
  }

  always(fault: Fault | FaultPlan<Target, Fault>): void {
    this.#plan = typeof fault === 'function' ? fault : () => fault
  }

  once(target: Target, fault: Fault): void {
    let over = false
    this.#plan = (called) => {
      if (over || called !== target) return undefined
      over = true
      return fault
    }
  }

  sometimes(probability: number, faults: readonly Fault[]): void {
    this.#plan = () => (this.#unit() < probability ? faults[Math.floor(this.#unit() * faults.length)] : undefined)
  }

  never(): void {
    this.#plan = () => undefined
  }

  next(target: Target): Fault | undefined {
    this.#count++
    return this.#plan(target, this.#count)
  }
}
