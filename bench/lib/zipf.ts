import type { Random } from '../../demo/random.ts'

/**
 * Draws ranks by Zipf's law, rank r with a probability proportional to r^-s, in constant time
 * and without a table, so that there may be any number of ranks.
 *
 * Rejection-inversion (W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates
 * from monotone discrete distributions", 1996): a point below the integral of the continuous
 * density is inverted and rounded to a rank, and turned down where it lies above the step of
 * that rank, which is rare.
 */
export class ZipfSampler {
  readonly #exponent: number
  readonly #ranks: number
  readonly #low: number
  readonly #high: number
  /** Closer than this below a rank, no point is turned down. */
  readonly #sure: number

  /** @param exponent Not 1, where the integral is another. */
  constructor(ranks: number, exponent: number) {
    this.#exponent = exponent
    this.#ranks = ranks
    this.#low = this.#integral(1.5) - 1
    this.#high = this.#integral(ranks + 0.5)
    this.#sure = 2 - this.#inverse(this.#integral(2.5) - 2 ** -exponent)
  }

  /** The next rank, from 1 up. */
  draw(random: Random): number {
    for (;;) {
      const point = this.#high + random.next() * (this.#low - this.#high)
      const x = this.#inverse(point)
      const rank = Math.min(Math.max(Math.round(x), 1), this.#ranks)
      if (rank - x <= this.#sure || point >= this.#integral(rank + 0.5) - rank ** -this.#exponent) return rank
    }
  }

  /** The integral of x^-s. */
  #integral(x: number): number {
    return x ** (1 - this.#exponent) / (1 - this.#exponent)
  }

  #inverse(area: number): number {
    return (area * (1 - this.#exponent)) ** (1 / (1 - this.#exponent))
  }
}
