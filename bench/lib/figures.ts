import type { Measured } from './measure.ts'
import type { Report } from './reports.ts'

/** One contender's line in a table. */
export interface Line {
  readonly name: string
  /** The median of all rounds, in nanoseconds per operation. */
  readonly ns: number
  /** The quartiles of the rounds. */
  readonly low: number
  readonly high: number
  /** Time relative to the baseline: the median of the rounds' ratios, since both worked in the same round. */
  readonly ratio: number
  /** The part of operations that found a value. */
  readonly found: number
}

/** A work's figures, the fastest first. */
export interface Figures {
  readonly report: Report
  /** The contender that the ratios refer to. */
  readonly baseline: string
  readonly lines: readonly Line[]
}

export function figures(report: Report): Figures {
  const { measured, against } = report
  const candidates = measured.filter(({ name }) => against.includes(name))
  const baseline = candidates.reduce((best, other) => (median(other.samples) < median(best.samples) ? other : best))
  const lines = measured.map((one) => line(one, baseline)).sort((a, b) => a.ns - b.ns)
  return { report, baseline: baseline.name, lines }
}

function line(one: Measured, baseline: Measured): Line {
  const { name, samples, found } = one
  return {
    name,
    ns: median(samples),
    low: quantile(samples, 0.25),
    high: quantile(samples, 0.75),
    ratio: ratioOf(one, baseline),
    found,
  }
}

/** The time of one relative to another's: the median of the rounds' ratios. */
export function ratioOf(one: Measured, other: Measured): number {
  return median(one.samples.map((sample, round) => sample / (other.samples[round] as number)))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Below which this part of the values is. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] as number
  const above = sorted[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}
