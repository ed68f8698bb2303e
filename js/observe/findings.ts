import type { AlertKind, AlertThresholds, Limits, RegionSample } from './alerts.ts'
import { SLOW_PART } from './slow.ts'

/** One thing that was measured, and what that means. */
export interface Finding {
  readonly kind: AlertKind
  /** Whether it is bad enough to raise the alert. */
  readonly bad: boolean
  /** Whether it is good enough to resolve the alert. Between the two neither is true. */
  readonly good: boolean
  readonly value: number
  readonly message: string
}

/** The totals of a region that are looked at by how much they grew, in the order of `totalsOf`. */
export function totalsOf({ hits, misses, operations, errors, corrupt, keyMissing, durations }: RegionSample): number[] {
  const { timed, overRaise, overClear } = durations
  return [hits, misses, operations, errors, corrupt, keyMissing, timed, overRaise, overClear]
}

/**
 * What one region's growth in a window, and its state, mean.
 *
 * @param full - Whether that is a whole window. In a shorter one a region may just be filling up, and misses say nothing.
 */
export function findingsOf(
  thresholds: AlertThresholds,
  region: RegionSample,
  growth: readonly number[],
  full: boolean,
): Finding[] {
  const [
    hits = 0,
    misses = 0,
    operations = 0,
    errors = 0,
    corrupt = 0,
    keyMissing = 0,
    timed = 0,
    overRaise = 0,
    overClear = 0,
  ] = growth
  const found = [
    hitRatio(full && thresholds.hitRatio, hits, hits + misses),
    above('error-ratio', thresholds.errorRatio, errors, operations, 'of the operations met an error'),
    above('fill', thresholds.fill, region.bytes, region.maxBytes, 'of the memory is in use', region.entries),
    latency(thresholds.latency, timed, overRaise, overClear),
    thresholds.corrupt ? incident('corrupt', corrupt - keyMissing, 'stored entries that would not open') : undefined,
    thresholds.corrupt
      ? incident('key-missing', keyMissing, 'stored entries sealed under keys that are not in the ring')
      : undefined,
  ]
  return found.filter((finding) => finding !== undefined)
}

/** Something that should not happen at all: bad as soon as it did, good when the window has none. */
export function incident(kind: AlertKind, value: number, what: string): Finding {
  return { kind, bad: value > 0, good: value === 0, value, message: `${what}: ${value}` }
}

function hitRatio(limits: Limits | false, hits: number, reads: number): Finding | undefined {
  if (limits === false || reads === 0 || reads < limits.minSamples) return undefined
  const value = hits / reads
  const message = `${percent(value)} of ${reads} reads were hits${told(limits)}`
  return { kind: 'hit-ratio', bad: value < limits.raise, good: value >= limits.clear, value, message }
}

function above(
  kind: AlertKind,
  limits: Limits | false,
  part: number,
  whole: number,
  what: string,
  samples = whole,
): Finding | undefined {
  if (limits === false || whole === 0 || samples < limits.minSamples) return undefined
  const value = part / whole
  const message = `${percent(value)} ${what}${told(limits)}`
  return { kind, bad: value > limits.raise, good: value <= limits.clear, value, message }
}

function latency(limits: Limits | false, timed: number, overRaise: number, overClear: number): Finding | undefined {
  if (limits === false || timed === 0 || timed < limits.minSamples) return undefined
  const value = overRaise / timed
  const message = `${percent(value)} of the operations took longer than ${limits.raise} ms`
  return { kind: 'latency', bad: value > SLOW_PART, good: overClear / timed <= SLOW_PART, value, message }
}

function told({ raise, clear }: Limits): string {
  return `; raised at ${percent(raise)}, resolved at ${percent(clear)}`
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`
}
