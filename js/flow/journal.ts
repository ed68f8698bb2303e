import { Arrivals } from './arrivals.ts'
import { compareStamps, LAST_STAMP, newerStamp, type StampClock, stampAfter, ZERO_STAMP } from './stamp.ts'
import { isAfter, type StoredWrite, stampOf, tombstoneOf } from './stored-bytes.ts'
import { bytesOf, type ClearUnit, type PendingWrite, type WriteUnit } from './units.ts'

/** What a `Journal` may hold. */
export interface JournalOptions {
  /** How many writes and clears. Default: 10,000. */
  readonly maxEntries?: number
  /** How many bytes of keys and envelopes. Default: 16 MB. */
  readonly maxBytes?: number
  /** Monotonic time, in ms. */
  readonly now: () => number
  /** A region's writes became too many, and one clear took their place. */
  readonly onOverflow?: (region: string) => void
}

/** What waits for one region. */
class RegionJournal {
  readonly units = new Map<string, WriteUnit>()
  clear: ClearUnit | undefined
  bytes = 0
}

/**
 * What could not be sent to L2: the last write of each key, and the last clear of each region.
 * Which of two is the last is said by their stamps, not by the order of their arrival. It is
 * bounded: when it is full, the region that holds the most gives up its writes for one clear
 * under the newest of their stamps. That loses values, but shows nothing old.
 */
export class Journal {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #now: () => number
  readonly #onOverflow: (region: string) => void
  /** In the order in which they are to be sent. */
  readonly #units = new Set<WriteUnit | ClearUnit>()
  readonly #regions = new Map<string, RegionJournal>()
  readonly #arrivals = new Arrivals()
  #length = 0
  #bytes = 0

  constructor({ maxEntries = 10_000, maxBytes = 16 * 1024 * 1024, now, onOverflow }: JournalOptions) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#now = now
    this.#onOverflow = onOverflow ?? (() => undefined)
  }

  /** How many writes and clears wait. */
  get length(): number {
    return this.#length
  }

  /** How many bytes of keys and envelopes wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** How long the oldest has waited, in whole ms; 0 where nothing waits. */
  get age(): number {
    const [oldest] = this.#units
    return oldest === undefined ? 0 : Math.round(this.#now() - oldest.since)
  }

  /** Whether anything waits for `region`. */
  has(region: string): boolean {
    return this.#regions.has(region)
  }

  /** The write that waits for a key. */
  find(region: string, key: string): PendingWrite | undefined {
    return this.#regions.get(region)?.units.get(key)?.writes.get(key)
  }

  /** The stamp of the clear that waits for `region`. */
  clearOf(region: string): Uint8Array | undefined {
    return this.#regions.get(region)?.clear?.stamp
  }

  /**
   * The oldest stamp of what L2 may answer for `key`, and that is newer than what waits here; `LAST_STAMP` where a
   * clear waits, under which all that L2 has goes. `undefined` where nothing waits.
   */
  newerThanWaiting(region: string, key: string): Uint8Array | undefined {
    if (this.clearOf(region) !== undefined) return LAST_STAMP
    const waiting = this.find(region, key)
    return waiting && stampAfter(stampOf(waiting.envelope))
  }

  /** Sends writes, and journals them where that fails: meanwhile it is known which of their keys L2 has something newer of. */
  async whileSending<T>(region: string, writes: readonly StoredWrite[], work: () => Promise<T>): Promise<T> {
    this.#arrivals.begin(region, writes)
    try {
      return await work()
    } finally {
      this.#arrivals.end(region, writes)
    }
  }

  /**
   * Journals writes that are to be sent together. Those that are older than what waits already
   * change nothing. Where they alone are more than the journal may hold, only tombstones under
   * their stamps are kept: that loses these values, and nothing else.
   */
  write(region: string, writes: readonly StoredWrite[]): void {
    const journal = this.#region(region)
    const now = this.#now()
    const unit: WriteUnit = {
      kind: 'writes',
      region,
      writes: new Map(),
      transaction: writes.length > 1,
      since: now,
      failures: 0,
    }
    for (const { key, envelope, ttl, renew } of this.#fitting(writes)) {
      if (this.#isOutdated(region, key, envelope)) continue
      this.#drop(journal, key)
      const kept = ownCopy(envelope)
      unit.writes.set(key, { key, envelope: kept, deadline: now + ttl, ...(renew && { renew }) })
      journal.units.set(key, unit)
      this.#count(journal, 1, sizeOf(key, envelope))
    }
    if (unit.writes.size > 0) this.#units.add(unit)
    this.#forgetIfEmpty(region)
    this.#shrink()
  }

  /** Journals a clear: everything of `region` that is not newer than `stamp` goes, here as well. */
  clear(region: string, stamp: Uint8Array): void {
    const waiting = this.clearOf(region)
    if (waiting !== undefined && compareStamps(waiting, stamp) >= 0) return
    this.settleClear(region, stamp)
    const journal = this.#region(region)
    journal.clear = { kind: 'clear', region, stamp, since: this.#now() }
    this.#units.add(journal.clear)
    this.#count(journal, 1, 0)
  }

  /** L2 holds a write of `key` at least as new as `stamp`: what waits and is not newer goes. */
  settle(region: string, key: string, stamp: Uint8Array): void {
    this.#arrivals.arrived(region, key, stamp)
    const journal = this.#regions.get(region)
    const waiting = this.find(region, key)
    if (journal === undefined || waiting === undefined || isAfter(waiting.envelope, stamp)) return
    this.#drop(journal, key)
    this.#forgetIfEmpty(region)
  }

  /** L2 knows that `region` was cleared at `stamp`: what waits and is not newer goes. */
  settleClear(region: string, stamp: Uint8Array): void {
    const journal = this.#regions.get(region)
    if (journal === undefined) return
    for (const [key, unit] of journal.units) {
      const write = unit.writes.get(key)
      if (write !== undefined && !isAfter(write.envelope, stamp)) this.#drop(journal, key)
    }
    if (journal.clear !== undefined && compareStamps(journal.clear.stamp, stamp) <= 0) {
      this.#units.delete(journal.clear)
      journal.clear = undefined
      this.#count(journal, -1, 0)
    }
    this.#forgetIfEmpty(region)
  }

  /**
   * The clock that gave the stamps was wrong by so much that nobody believes them, and has
   * stepped back: what waits under such gets a new one. An envelope is sealed with its stamp, so
   * a tombstone takes its place.
   */
  restamp(stamps: StampClock): void {
    for (const journal of this.#regions.values()) {
      const { clear } = journal
      if (clear !== undefined && !stamps.receive(clear.stamp)) clear.stamp = stamps.next()
      for (const [key, unit] of journal.units) {
        const write = unit.writes.get(key)
        if (write === undefined || stamps.receive(stampOf(write.envelope))) continue
        const envelope = tombstoneOf(write.envelope, stamps.next())
        unit.writes.set(key, { key, envelope, deadline: 0 })
        this.#count(journal, 0, envelope.byteLength - write.envelope.byteLength)
      }
    }
  }

  /**
   * What is to be sent next: units from the oldest on, up to so many writes and bytes, but
   * always one. A unit that may have failed a batch before is sent alone.
   */
  next(maxWrites: number, maxBytes: number): (WriteUnit | ClearUnit)[] {
    const batch: (WriteUnit | ClearUnit)[] = []
    let writes = 0
    let bytes = 0
    for (const unit of this.#units) {
      writes += unit.kind === 'clear' ? 1 : unit.writes.size
      bytes += bytesOf(unit)
      const alone = unit.kind === 'writes' && unit.failures > 0
      if (batch.length > 0 && (alone || writes > maxWrites || bytes > maxBytes)) break
      batch.push(unit)
      if (alone) break
    }
    return batch
  }

  #region(region: string): RegionJournal {
    let journal = this.#regions.get(region)
    if (journal === undefined) {
      journal = new RegionJournal()
      this.#regions.set(region, journal)
    }
    return journal
  }

  /** A tombstone has no time left as a value: so it is kept in L2 as long as tombstones are, not as the value was. */
  #fitting(writes: readonly StoredWrite[]): readonly StoredWrite[] {
    const bytes = writes.reduce((sum, { key, envelope }) => sum + sizeOf(key, envelope), 0)
    if (bytes <= this.#maxBytes) return writes
    return writes.map(({ key, envelope }) => ({ key, envelope: tombstoneOf(envelope), ttl: 0 }))
  }

  #isOutdated(region: string, key: string, envelope: Uint8Array): boolean {
    const waiting = this.find(region, key)
    if (waiting !== undefined && !isAfter(envelope, stampOf(waiting.envelope))) return true
    const cleared = newerStamp(this.clearOf(region), this.#arrivals.newest(region, key) ?? ZERO_STAMP)
    return !isAfter(envelope, cleared)
  }

  #drop(journal: RegionJournal, key: string): void {
    const unit = journal.units.get(key)
    const write = unit?.writes.get(key)
    if (unit === undefined || write === undefined) return
    journal.units.delete(key)
    unit.writes.delete(key)
    if (unit.writes.size === 0) this.#units.delete(unit)
    this.#count(journal, -1, -sizeOf(key, write.envelope))
  }

  #count(journal: RegionJournal, entries: number, bytes: number): void {
    this.#length += entries
    this.#bytes += bytes
    journal.bytes += bytes
  }

  #forgetIfEmpty(region: string): void {
    const journal = this.#regions.get(region)
    if (journal?.units.size === 0 && journal.clear === undefined) this.#regions.delete(region)
  }

  #shrink(): void {
    while (this.#length > this.#maxEntries || this.#bytes > this.#maxBytes) {
      const largest = this.#largest(
        this.#bytes > this.#maxBytes ? (journal) => journal.bytes : (journal) => journal.units.size,
      )
      if (largest === undefined) return
      const [region, journal] = largest
      const newest = [...journal.units].map(([key, unit]) => unit.writes.get(key)).reduce(newer)
      if (newest === undefined) return
      this.clear(region, stampOf(newest.envelope).slice())
      this.#onOverflow(region)
    }
  }

  #largest(size: (journal: RegionJournal) => number): [string, RegionJournal] | undefined {
    let largest: [string, RegionJournal] | undefined
    for (const entry of this.#regions) {
      if (entry[1].units.size === 0) continue
      if (largest === undefined || size(entry[1]) > size(largest[1])) largest = entry
    }
    return largest
  }
}

function newer(a: PendingWrite | undefined, b: PendingWrite | undefined): PendingWrite | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return isAfter(a.envelope, stampOf(b.envelope)) ? a : b
}

/** An envelope may be cut from a slab: what waits for long must not keep all of that. */
function ownCopy(envelope: Uint8Array): Uint8Array {
  return envelope.byteLength === envelope.buffer.byteLength ? envelope : new Uint8Array(envelope)
}

function sizeOf(key: string, envelope: Uint8Array): number {
  return key.length + envelope.byteLength
}
