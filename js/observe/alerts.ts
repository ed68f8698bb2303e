import type { Clock } from '../clock.ts'
import { type Finding, findingsOf, incident, totalsOf } from './findings.ts'
import type { SlowCounts } from './slow.ts'
import { GrowthWindow } from './window.ts'

/** What can be wrong. */
export type AlertKind = 'hit-ratio' | 'error-ratio' | 'fill' | 'latency' | 'corrupt' | 'key-missing' | 'restart'

/** An alert that was raised, or resolved. */
export interface Alert {
  /** What is wrong. */
  readonly kind: AlertKind
  /** Whether it is wrong from now on, or right again. */
  readonly state: 'raised' | 'resolved'
  /** The region it is about; none for the cache as a whole. */
  readonly region?: string
  /** When it was raised, in ms since 1970. */
  readonly since: number
  /**
   * What was measured last: a part of 1 (for 'latency' the part of operations that
   * took longer than `raise`), or how many in the window for 'corrupt', 'key-missing' and 'restart'.
   */
  readonly value: number
  /** The same in words. */
  readonly message: string
}

/** When an alert is raised, and when it is resolved. Between the two it stays what it is. */
export interface Limits {
  readonly raise: number
  readonly clear: number
  /** With fewer samples in the window nothing changes. */
  readonly minSamples: number
}

/** The limits of every alert, times in ms; `false` where one is off. */
export interface AlertThresholds {
  /** The span over which operations are counted. */
  readonly window: number
  /** The part of reads that are hits: raised below, resolved from `clear` up. Not before a region was used for a window. */
  readonly hitRatio: Limits | false
  /** The part of operations that met an error: raised above, resolved from `clear` down. */
  readonly errorRatio: Limits | false
  /** The part of `maxBytes` in use: raised above, resolved from `clear` down. Samples are entries. */
  readonly fill: Limits | false
  /** The 95th percentile of durations: raised above, resolved from `clear` down. */
  readonly latency: Limits | false
  /** Entries that would not open, or whose key is not in the ring: raised by one, resolved when the window has none. */
  readonly corrupt: boolean
  /** Restarts of the core: raised by one, resolved when the window has none. */
  readonly restart: boolean
}

/** A region at one moment: totals since it was made, and what it holds. */
export interface RegionSample {
  readonly hits: number
  readonly misses: number
  /** Calls in all. */
  readonly operations: number
  /** Calls that met an error. */
  readonly errors: number
  /** Entries that would not open. */
  readonly corrupt: number
  /** Those of them whose key is not in the ring. */
  readonly keyMissing: number
  /** From the region's `SlowOperations`. */
  readonly durations: SlowCounts
  readonly entries: number
  readonly bytes: number
  readonly maxBytes: number
}

/** The cache at one moment. */
export interface Sample {
  readonly regions: ReadonlyMap<string, RegionSample>
  /** How often the core was started anew. */
  readonly restarts: number
}

/**
 * Finds out what is wrong, from samples of the counters that its owner takes now and then.
 * It has no timer and counts nothing itself. An alert is told when it is raised and when it
 * is resolved, does not flutter in between, and says what was measured last.
 */
export class Alerts {
  readonly #thresholds: AlertThresholds
  readonly #clock: Clock
  readonly #windows = new Map<string, GrowthWindow>()
  readonly #restarts: GrowthWindow
  readonly #active = new Map<string, Alert>()

  constructor(thresholds: AlertThresholds, clock: Clock) {
    this.#thresholds = thresholds
    this.#clock = clock
    this.#restarts = new GrowthWindow(thresholds.window)
  }

  /** The alerts that are raised and not resolved yet. */
  active(): Alert[] {
    return [...this.#active.values()]
  }

  /** Takes a sample; answers the alerts that it raised or resolved. */
  check({ regions, restarts }: Sample): Alert[] {
    const now = this.#clock.now()
    const [started = 0] = this.#restarts.grow(now, [restarts])
    const changes = [
      this.#thresholds.restart ? this.#judge(incident('restart', started, 'restarts of the core')) : undefined,
    ]
    for (const [name, region] of regions) {
      const window = this.#window(name)
      const growth = window.grow(now, totalsOf(region))
      const findings = findingsOf(this.#thresholds, region, growth, window.full)
      for (const finding of findings) changes.push(this.#judge(finding, name))
    }
    return changes.filter((change) => change !== undefined)
  }

  #judge({ kind, bad, good, value, message }: Finding, region?: string): Alert | undefined {
    const id = `${kind} ${region ?? ''}`
    const before = this.#active.get(id)
    if (before === undefined && !bad) return undefined
    const where = region === undefined ? {} : { region }
    const text = region === undefined ? message : `region '${region}': ${message}`
    const state = before !== undefined && good ? 'resolved' : 'raised'
    const alert: Alert = { kind, state, ...where, since: before?.since ?? this.#clock.wall(), value, message: text }
    if (state === 'resolved') this.#active.delete(id)
    else this.#active.set(id, alert)
    return before === undefined || state === 'resolved' ? alert : undefined
  }

  #window(region: string): GrowthWindow {
    const window = this.#windows.get(region) ?? new GrowthWindow(this.#thresholds.window)
    this.#windows.set(region, window)
    return window
  }
}
