import type { Batch } from '../trace/batch.ts'
import type { Cell } from './cell.ts'
import type { Intervals } from './intervals.ts'

/** Prices of 2^-32 up to 2^64 are told apart by a 64th of an octave: 1.1 %. */
const LEAST_OCTAVE = -32
const OCTAVES = 96
const STEPS = 64

/**
 * What no cache of so many bytes can exceed. The optimum for objects of different sizes takes
 * too long to compute; this is the relaxation in D. S. Berger et al., "Practical Bounds on
 * Optimal Caching with Variable Object Sizes", SIGMETRICS 2018 (PFOO-L). To hit, an object
 * takes its bytes for as long as it waits for its next request. The cache has its capacity
 * times the length of the trace to give, and gives it to the cheapest hits, as if it could be
 * larger at one time for being smaller at another. Objects and bytes have a bound each: no one
 * cache need reach both.
 */
export class BoundCell implements Cell {
  readonly #capacity: number
  readonly #intervals: Intervals
  readonly #objects = new Prices()
  readonly #bytes = new Prices()
  #requests = 0

  /** @param intervals Has been told of each batch before this is. */
  constructor(capacity: number, intervals: Intervals) {
    this.#capacity = capacity
    this.#intervals = intervals
  }

  get hits(): number {
    return Math.floor(this.#objects.most(this.#capacity * this.#requests))
  }

  get hitBytes(): number {
    return Math.floor(this.#bytes.most(this.#capacity * this.#requests))
  }

  run({ sizes, length }: Batch): void {
    const { lengths, weights } = this.#intervals
    this.#requests += length
    for (let i = 0; i < length; i++) {
      const weight = weights[i] as number
      if (lengths[i] === 0 || weight > this.#capacity) continue
      const cost = weight * (lengths[i] as number)
      this.#objects.add(cost, 1)
      if (sizes[i] !== 0) this.#bytes.add(cost, sizes[i] as number)
    }
  }

  dispose(): void {}
}

/** What can be bought, by its price. */
class Prices {
  readonly #gains = new Float64Array(OCTAVES * STEPS)
  readonly #costs = new Float64Array(OCTAVES * STEPS)

  add(cost: number, gain: number): void {
    const step = Math.floor((Math.log2(cost / gain) - LEAST_OCTAVE) * STEPS)
    const at = Math.max(0, Math.min(step, this.#gains.length - 1))
    this.#gains[at] = (this.#gains[at] as number) + gain
    this.#costs[at] = (this.#costs[at] as number) + cost
  }

  /** The most that `budget` buys. */
  most(budget: number): number {
    let left = budget
    let bought = 0
    for (let at = 0; at < this.#gains.length; at++) {
      const gain = this.#gains[at] as number
      const cost = this.#costs[at] as number
      if (cost > left) return bought + Math.min(gain, left / lowestPrice(at))
      bought += gain
      left -= cost
    }
    return bought
  }
}

function lowestPrice(step: number): number {
  return 2 ** (LEAST_OCTAVE + step / STEPS)
}
