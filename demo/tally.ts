import type { Answer } from './load.ts'
import { percentile } from './percentile.ts'

/** What was measured of the answers of one region, or of all. */
export interface Measured {
  readonly requests: number
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  readonly p99Ms: number | undefined
}

/** Adds up the answers of one phase of the demo, as the client saw them. */
export class Tally {
  readonly #latencies = new Map<string, number[]>()
  readonly #digests = new Map<string, string>()
  #answers = 0
  #failed = 0

  /** Answers so far, refusals included. */
  get answers(): number {
    return this.#answers
  }

  /** Answers with a status other than 200. */
  get failed(): number {
    return this.#failed
  }

  add(answer: Answer): void {
    this.#answers++
    if (answer.status !== 200) {
      this.#failed++
      return
    }
    this.#digests.set(answer.target, answer.digest)
    const latencies = this.#latencies.get(answer.region)
    if (latencies === undefined) this.#latencies.set(answer.region, [answer.ms])
    else latencies.push(answer.ms)
  }

  /** The figures of `region`, or of all regions together. */
  of(region?: string): Measured {
    const all = region === undefined ? [...this.#latencies.values()].flat() : (this.#latencies.get(region) ?? [])
    const sorted = Float64Array.from(all).sort()
    return {
      requests: sorted.length,
      p50Ms: percentile(sorted, 0.5),
      p95Ms: percentile(sorted, 0.95),
      p99Ms: percentile(sorted, 0.99),
    }
  }

  /** How many targets both phases asked for, and how many of them were answered differently. */
  compare(other: Tally): { readonly same: number; readonly different: number } {
    let same = 0
    let different = 0
    for (const [target, digest] of this.#digests) {
      const expected = other.#digests.get(target)
      if (expected === digest) same++
      else if (expected !== undefined) different++
    }
    return { same, different }
  }
}
