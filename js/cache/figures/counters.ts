import type { Clock } from '../../clock.ts'

/** What is counted per region. Plain fields: a hit may cost no more than an increment. */
export class Counters {
  hits = 0
  misses = 0
  l1Hits = 0
  l2Hits = 0
  l2Misses = 0
  sets = 0
  deletes = 0
  evictions = 0
  expirations = 0
  refused = 0
  staleHits = 0
  errors = 0
  corrupt = 0
  bytesRaw = 0
  bytesStored = 0
  /** Values from L2 that the schema refused. */
  mismatches = 0
  /** Entries in L2 that were sealed again, under the key that writes now. */
  resealed = 0
  /** Those of `corrupt` that are sealed under a key that the ring does not have. */
  keyMissing = 0
  locksTaken = 0
  lockWaits = 0
  lockTimeouts = 0

  /** Reads, sets and deletes. */
  get operations(): number {
    return this.hits + this.misses + this.sets + this.deletes
  }

  /** The totals in the order in which the core numbers them. */
  totals(): number[] {
    return [
      this.hits,
      this.misses,
      this.sets,
      this.deletes,
      this.evictions,
      this.expirations,
      this.refused,
      this.staleHits,
      this.errors,
      this.corrupt,
      this.l2Hits,
      this.l2Misses,
      this.bytesRaw,
      this.bytesStored,
    ]
  }
}

/** The operations whose durations are recorded. */
export type Operation = 'get' | 'set' | 'delete' | 'factory'

/** Takes one duration in ms; `weight` is how many operations it stands for. */
export type RecordDuration = (operation: Operation, ms: number, weight: number) => void

/** One in so many hits in memory is timed, and stands for all of them. */
const SAMPLE = 64

/**
 * Times operations. Hits in memory are so short that reading the clock would cost more than
 * the hit: one in 64 of all reads is timed whatever comes of it, and every read that left
 * memory is timed from there on. Sets that stay in memory are sampled alike.
 */
export class Timings {
  readonly #clock: Clock
  readonly #record: RecordDuration | undefined
  /** Counted apart: where reads and sets alternate, one count for both would only ever time one of them. */
  #reads = 0
  #writes = 0

  constructor(clock: Clock, record: RecordDuration | undefined) {
    this.#clock = clock
    this.#record = record
  }

  /** Whether this read in memory is one of those to be timed. */
  sampled(): boolean {
    return this.#record !== undefined && (++this.#reads & (SAMPLE - 1)) === 0
  }

  /** For how many a write stands that begins now; 0 where it is not timed. `local`: memory is all it changes. */
  writeWeight(local: boolean): number {
    if (!local) return 1
    return this.#record !== undefined && (++this.#writes & (SAMPLE - 1)) === 0 ? SAMPLE : 0
  }

  /** The start of something to be timed. */
  start(weight = 1): number {
    return this.#record === undefined || weight === 0 ? 0 : this.#clock.exact()
  }

  /** The end of a hit in memory that was sampled. */
  endSample(start: number): void {
    this.#record?.('get', this.#clock.exact() - start, SAMPLE)
  }

  /** The end of anything else. */
  end(operation: Operation, start: number, weight = 1): void {
    if (weight > 0) this.#record?.(operation, this.#clock.exact() - start, weight)
  }
}
