import type { MetricsCore } from '../../../pkg/glue.js'
import type { PolicyName } from '../../config/types.ts'
import { Core } from '../../core/core.ts'
import type { BusFigures } from '../../flow/coherence/coherence.ts'
import { Counters, type Operation } from './counters.ts'
import { regionText } from './region-text.ts'

/** Figures of the durations of operations, in ms. Percentiles are within 1.6 %. */
export interface LatencyFigures {
  /** How many operations the figures stand for. */
  readonly count: number
  /** The average. 0 where there were none, as all of these. */
  readonly avgDurationMs: number
  /** Half of all took no longer. */
  readonly p50Ms: number
  /** 95 of 100 took no longer. */
  readonly p95Ms: number
  /** 99 of 100 took no longer. */
  readonly p99Ms: number
  /** The longest. */
  readonly maxMs: number
}

/** What regions and the whole cache have in common. Counts are since the start. */
export interface Figures {
  /** Reads that were answered with a value, from memory or L2. */
  readonly hits: number
  /** Reads that found none. */
  readonly misses: number
  /** Hits of all reads, from 0 to 1; 0 where there were none. */
  readonly hitRatio: number
  /** Values that were to be stored, also by factories. */
  readonly sets: number
  /** Keys that were to be removed. */
  readonly deletes: number
  /** Entries that the policy made leave memory. */
  readonly evictions: number
  /** Entries that left memory because their time was over. */
  readonly expirations: number
  /** Values that were not kept in memory: heavier than the region's budget. */
  readonly refused: number
  /** Hits whose value was stale: within `grace` or `swr`. */
  readonly staleHits: number
  /** Operations that met an error: of L2, of a factory, of the stored bytes. */
  readonly errors: number
  /** Entries that would not open. */
  readonly corrupt: number
  /** Reads of L2 that found a value, those of `getEntry` too. */
  readonly l2Hits: number
  /** Reads of L2 that found none, or a stale one. */
  readonly l2Misses: number
  /** Bytes of serialized values, before compression. */
  readonly bytesRaw: number
  /** The same values' bytes as they were stored. */
  readonly bytesStored: number
  /** `bytesRaw` for each of `bytesStored`. */
  readonly compressionRatio: number
  /** Entries in memory. */
  readonly entries: number
  /** What they weigh, in bytes. */
  readonly bytes: number
  /** What they may weigh, in bytes. */
  readonly maxBytes: number
  /** `bytes` of `maxBytes`, from 0 to 100. */
  readonly utilisationPercent: number
  /** Reads, sets and deletes. */
  readonly totalOperations: number
  /** The part of operations that met no error, from 0 to 1. */
  readonly successRate: number
  /** The average duration of operations, factories left out. 0 where none was measured, as the next three. */
  readonly avgDurationMs: number
  /** Half of them took no longer. */
  readonly p50Ms: number
  /** 95 of 100 took no longer. */
  readonly p95Ms: number
  /** 99 of 100 took no longer. */
  readonly p99Ms: number
  /** The durations by kind: reads, sets, deletes and runs of factories. */
  readonly operations: Readonly<Record<Operation, LatencyFigures>>
}

/** The figures of one region. */
export interface RegionFigures extends Figures {
  /** Which entry leaves when the region is full. */
  readonly policy: PolicyName
  /** The region's lifetime of entries in ms. */
  readonly ttl: number
  /** Whether memory holds the values themselves, or bytes. */
  readonly store: 'live' | 'packed'
  /** Values from L2 that the region's schema refused: each was a miss. */
  readonly mismatches: number
  /** Of what L2 holds sealed. */
  readonly sealing: {
    /** Entries that were sealed again under the key that writes now. */
    readonly resealed: number
    /** Entries under a key that the ring does not have. */
    readonly keyMissing: number
  }
  /** Of the locks between processes. */
  readonly locks: {
    /** How often this process had one. */
    readonly taken: number
    /** How often it waited for another process. */
    readonly waits: number
    /** How many of those took longer than `lockTimeout`. */
    readonly timeouts: number
  }
}

/** The figures of one tier. */
export type TierFigures = Pick<
  Figures,
  'hits' | 'misses' | 'sets' | 'deletes' | 'errors' | 'corrupt' | 'avgDurationMs' | 'p50Ms' | 'p95Ms' | 'p99Ms'
>

/** What `cache.metrics()` tells. Counts are since the start; regions are in the order of configuration. */
export interface CacheMetrics {
  /** Of all regions together. */
  readonly totals: Figures
  /** By region, also those that were not used. */
  readonly regions: Readonly<Record<string, RegionFigures>>
  /** By tier: 'memory', and the one behind it, such as 'redis'. */
  readonly tiers: Readonly<Record<string, TierFigures>>
  /** Of the bus; absent where there is none. */
  readonly bus?: BusFigures
}

/** What is reported of one region. */
export interface RegionReport {
  readonly counters: Counters
  readonly entries: number
  readonly bytes: number
  readonly maxBytes: number
  readonly policy: PolicyName
  readonly ttl: number
  readonly store: 'live' | 'packed'
}

/** What is reported of all regions, by name. */
export type RegionReports = ReadonlyMap<string, RegionReport>

/** What is reported of the tier behind memory. */
export interface L2Report {
  readonly name: string
  /** Operations of the tier that failed. */
  readonly errors: number
}

/** The operations by the numbers that the core knows them by. */
const OPERATIONS: Readonly<Record<Operation, number>> = { get: 0, set: 1, delete: 2, factory: 3 }

interface Named {
  readonly name: string
}

interface CoreSnapshot {
  readonly overall: Figures & Named
  readonly regions: readonly (Figures & Named)[]
  readonly tiers: readonly (TierFigures & Named)[]
}

/**
 * Counts are kept in JavaScript, where a hit costs one increment; durations, figures and the
 * Prometheus page are the core's. After a trap the durations start anew.
 */
export class MetricsReport {
  readonly #numbers = new Map<string, number>()
  readonly #ceiling: number
  #disposed = false
  readonly #regions: readonly string[]
  #core: Core | undefined
  #native: MetricsCore | undefined

  /** @param regions All regions by name, in the order of the figures. */
  constructor(ceiling: number, regions: Iterable<string>) {
    this.#ceiling = ceiling
    this.#regions = [...regions]
  }

  /** Takes a region's duration; `weight` is how many operations it stands for. */
  record(region: string, operation: Operation, ms: number, weight: number): void {
    if (this.#disposed) return
    this.#guarded((native) => native.recordRegion(this.#number(region), OPERATIONS[operation], ms * 1000, weight))
  }

  snapshot(reports: RegionReports, l2: L2Report | undefined): CacheMetrics {
    const { overall, regions, tiers } = this.#guarded((native) => {
      this.#update(native, reports, l2)
      return native.snapshot() as CoreSnapshot
    })
    return {
      totals: nameless(overall),
      regions: Object.fromEntries(
        regions.map((figures) => {
          const { policy, ttl, store, counters } = reports.get(figures.name) as RegionReport
          const { mismatches, resealed, keyMissing, locksTaken, lockWaits, lockTimeouts } = counters
          const locks = { taken: locksTaken, waits: lockWaits, timeouts: lockTimeouts }
          return [
            figures.name,
            { ...nameless(figures), policy, ttl, store, mismatches, locks, sealing: { resealed, keyMissing } },
          ]
        }),
      ),
      tiers: Object.fromEntries(tiers.map((figures) => [figures.name, nameless(figures)])),
    }
  }

  /** The figures in Prometheus' text format 0.0.4, of the regions in `reports` alone. */
  text(reports: RegionReports, l2: L2Report | undefined): string {
    return this.#guarded((native) => {
      this.#update(native, reports, l2)
      const told = native
        .text()
        .replace(/^\w+\{region="([^"]+)".*\n/gm, (line, name) => (reports.has(name) ? line : ''))
      return told + regionText(reports)
    })
  }

  dispose(): void {
    this.#disposed = true
    if (this.#core?.crashed === false) this.#native?.free()
  }

  #update(native: MetricsCore, reports: RegionReports, l2: L2Report | undefined): void {
    for (const [name, { counters, entries, bytes, maxBytes }] of reports) {
      const gauges = Float64Array.of(entries, bytes, maxBytes)
      native.updateRegion(this.#number(name), Float64Array.from(counters.totals()), gauges)
    }
    const all = [...reports.values()].map(({ counters }) => counters)
    native.updateTier(native.declareTier('memory'), memoryTotals(all))
    if (l2 !== undefined) native.updateTier(native.declareTier(l2.name), l2Totals(all, l2.errors))
  }

  #number(region: string): number {
    return this.#numbers.get(region) ?? 0
  }

  /** Runs a call into the core; after a trap once more, in a new instance. */
  #guarded<T>(call: (native: MetricsCore) => T): T {
    try {
      return call(this.#alive())
    } catch (error) {
      if (!this.#core?.trapped(error)) throw error
      return call(this.#alive())
    }
  }

  /** The core's part, made at the first use, and anew after a crash. */
  #alive(): MetricsCore {
    if (this.#native !== undefined && this.#core?.crashed === false) return this.#native
    this.#core = Core.shared()
    this.#native = new this.#core.glue.MetricsCore()
    if (this.#ceiling !== Infinity) this.#native.setCeiling(this.#ceiling)
    for (const name of this.#regions) this.#numbers.set(name, this.#native.declareRegion(name))
    return this.#native
  }
}

function nameless<T extends Named>({ name: _, ...figures }: T): Omit<T, 'name'> {
  return figures
}

function sum(all: readonly Counters[], of: (counters: Counters) => number): number {
  return all.reduce((total, counters) => total + of(counters), 0)
}

function memoryTotals(all: readonly Counters[]): Float64Array {
  const totals = new Counters()
  totals.hits = sum(all, ({ l1Hits }) => l1Hits)
  totals.misses = sum(all, ({ hits, misses, l1Hits }) => hits + misses - l1Hits)
  totals.sets = sum(all, ({ sets, refused }) => sets - refused)
  totals.deletes = sum(all, ({ deletes }) => deletes)
  return Float64Array.from(totals.totals())
}

function l2Totals(all: readonly Counters[], errors: number): Float64Array {
  const totals = new Counters()
  totals.hits = sum(all, ({ l2Hits }) => l2Hits)
  totals.misses = sum(all, ({ l2Misses }) => l2Misses)
  totals.sets = sum(all, ({ sets }) => sets)
  totals.deletes = sum(all, ({ deletes }) => deletes)
  totals.corrupt = sum(all, ({ corrupt }) => corrupt)
  totals.errors = errors
  return Float64Array.from(totals.totals())
}
