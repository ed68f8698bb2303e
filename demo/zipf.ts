import type { Random } from './random.ts'

/**
 * The demo's skew. 0.99 is YCSB's default; measured web traffic lies between 0.64 and
 * 0.83 (Breslau et al., 1999), in-memory caches often above 1 (Yang et al., 2020).
 */
export const ZIPF_EXPONENT = 0.99

/**
 * Draws ranks 1 to `count` where rank r comes with a probability proportional to
 * 1 / r^exponent. The cumulative weights are tabulated once: a draw is one binary search.
 */
export class Zipf {
  readonly #cumulative: Float64Array

  constructor(count: number, exponent: number = ZIPF_EXPONENT) {
    this.#cumulative = new Float64Array(count)
    let sum = 0
    for (let rank = 1; rank <= count; rank++) {
      sum += rank ** -exponent
      this.#cumulative[rank - 1] = sum
    }
  }

  /** The next rank. */
  draw(random: Random): number {
    const table = this.#cumulative
    const target = random.next() * (table[table.length - 1] ?? 0)
    let low = 0
    let high = table.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((table[middle] ?? 0) > target) high = middle
      else low = middle + 1
    }
    return low + 1
  }
}
