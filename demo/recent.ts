import { percentile } from './percentile.ts'

/** One second of the service's recent past. */
export interface Second {
  readonly requests: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
}

/** Latencies of the last `seconds` seconds (the current one included), second by second, in a ring. */
export class RecentLatency {
  readonly #buckets: { second: number; samples: number[] }[]
  readonly #now: () => number
  #total = 0

  constructor(seconds: number, now: () => number = () => performance.now()) {
    this.#buckets = Array.from({ length: seconds }, () => ({ second: -1, samples: [] }))
    this.#now = now
  }

  /** Answers since the start. */
  get total(): number {
    return this.#total
  }

  /** Records one answer that took `ms`. */
  add(ms: number): void {
    this.#total++
    const second = this.#second()
    const bucket = this.#buckets[second % this.#buckets.length]
    if (bucket === undefined) return
    if (bucket.second !== second) {
      bucket.second = second
      bucket.samples = []
    }
    bucket.samples.push(ms)
  }

  /** The seconds that are over, oldest first; a second without a request has no latency. */
  history(): Second[] {
    const current = this.#second()
    const length = this.#buckets.length
    return Array.from({ length: length - 1 }, (_, i) => {
      const second = current - length + 1 + i
      const bucket = this.#buckets[((second % length) + length) % length]
      const samples = bucket?.second === second ? Float64Array.from(bucket.samples).sort() : new Float64Array(0)
      return {
        requests: samples.length,
        p50Ms: percentile(samples, 0.5) ?? null,
        p95Ms: percentile(samples, 0.95) ?? null,
      }
    })
  }

  #second(): number {
    return Math.floor(this.#now() / 1_000)
  }
}
