import { type Clock, systemClock, type Timer } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import { isRequestBound } from '../runtime.ts'
import { tierError } from '../tiers/tier-error.ts'
import { type ClearResult, Clears } from './clears.ts'
import { type CommitResult, Commits } from './commits.ts'
import { Generations } from './generations.ts'
import { Holdings } from './holdings.ts'
import { isIndexedBy } from './index-mark.ts'
import { Journal } from './journal.ts'
import { Link } from './link.ts'
import { Locks } from './locks.ts'
import type { RemoteParts } from './parts.ts'
import { systemRandom } from './random.ts'
import { type Answer, Reader } from './reader.ts'
import { Reaper } from './reaper.ts'
import type { RemoteOptions, RemoteStatus } from './remote-options.ts'
import { Replay, type Replayed } from './replay.ts'
import { compareStamps, StampClock, stampAfter, ZERO_STAMP } from './stamp.ts'
import { isTombstone, type StoredWrite } from './stored-bytes.ts'
import { withLimit } from './time-limit.ts'
import { type WriteOutcome, type WriteResult, Writer } from './writer.ts'

/** The deletion of one key: its stored key, and the tombstone's bytes. */
export type Tombstone = Pick<StoredWrite, 'key' | 'envelope'>

/** A replay may take longer than an operation: nobody waits for it. */
const REPLAY_LIMIT = 1000

/** How long the process is kept alive at a time, in ms, while something is waited for. */
const HOLD = 1000

/** How long closing waits before it tries again to send what waits, in ms. */
const CLOSE_PAUSE = 50

/**
 * The L2 side of a cache, over one tier. It deals in stored keys and envelopes: what they say
 * is the business of the layer above.
 *
 * No method rejects, and none takes longer than its time limit. While the tier is down,
 * reads find what waits in the journal and nothing else, writes go into the journal, and both
 * cost no call of the tier. When it is back, the journal is replayed.
 */
export class Remote {
  /** Stamps for envelopes, newer than all that were read, on the tier's clock. */
  readonly stamps: StampClock
  /** Locks between the processes that share the tier. */
  readonly locks: Locks
  /** How long tombstones are kept, in ms. */
  readonly maxAge: number
  /** How long one operation may take, in ms. */
  readonly limit: number
  readonly #parts: RemoteParts
  readonly #namespace: string
  readonly #clock: Clock
  readonly #shared: boolean
  readonly #link: Link
  readonly #journal: Journal
  readonly #generations: Generations
  readonly #reaper: Reaper
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #clears: Clears
  readonly #commits: Commits
  readonly #replay: Replay
  readonly #onWritten: (written: Replayed) => void
  readonly #onUse: () => void
  readonly #onClosing: (left: number) => Promise<void>
  /** Commits that L2 did not answer: it may take them after all. Memory, here and elsewhere, is told when it is back. */
  readonly #unknown: Replayed[] = []
  readonly #retell: () => void
  #closing: Promise<{ unsent: number }> | undefined

  constructor(options: RemoteOptions) {
    const { driver, clock = systemClock, random = systemRandom, limit = 250, onEvent = () => undefined } = options
    const { maxAge = 3_600_000, onReplayed = () => undefined } = options
    const onError = (operation: string, error: CacheError) => onEvent({ type: 'error', operation, error })
    const now = () => clock.now()
    const link = new Link({
      driver,
      clock,
      random,
      limit,
      probePrefix: `${options.namespace}:probe`,
      circuit: options.circuit ?? {},
      onCircuit: (part, state, cause) => {
        onEvent({ type: 'circuit', part, state, cause })
        if (state !== 'closed') return
        this.#retell()
        void this.#replay.run()
      },
      onMeasured: () => {
        if (!stamps.stepBack()) return
        journal.restamp(stamps)
        generations.restamp()
      },
      onError,
    })
    const onOverflow = (region: string) => onEvent({ type: 'overflow', region })
    const journal = new Journal({ ...options.journal, now, onOverflow })
    const reaper = new Reaper(driver, (cause) => onError('reap', tierError(driver.name, cause)))
    const stamps = new StampClock({ wall: () => link.tierClock.now(), random })
    const onJournaled = () => void this.#replay.run()
    const generations = new Generations({
      namespace: options.namespace,
      random,
      stamps,
      onChange: (prefix) => reaper.spare(prefix),
      onLost: (region, cleared) => {
        journal.clear(region, cleared)
        onJournaled()
      },
    })
    const ordered = options.ordered ?? driver.shared
    const held = { link, generations, journal, stamps, reaper }
    const onWritten = options.onWritten ?? (() => undefined)
    const onOutdated = (region: string, { key, envelope }: Tombstone) =>
      onWritten({ kind: 'writes', region, writes: [{ key, envelope, ttl: 0 }] })
    const parts: RemoteParts = { ...held, clock, now, ordered, maxAge, onJournaled, onOutdated }
    this.#onWritten = onWritten
    this.#retell = () => this.#unknown.splice(0).forEach(onReplayed)
    this.#onUse = () => {
      options.onUse?.()
      // A replay may have ended with the request that began it.
      if (isRequestBound) void this.#replay.run()
    }
    this.#onClosing = options.onClosing ?? (async () => undefined)
    this.#parts = parts
    this.#namespace = options.namespace
    this.stamps = stamps
    this.locks = new Locks({ link, clock, random, namespace: options.namespace })
    this.#clock = clock
    this.#shared = driver.shared
    this.maxAge = maxAge
    this.limit = limit
    this.#link = link
    this.#journal = journal
    this.#generations = generations
    this.#reaper = reaper
    this.#reader = new Reader(parts)
    this.#clears = new Clears(parts)
    this.#writer = new Writer(parts, this.#clears)
    this.#commits = new Commits(parts, this.#clears)
    this.#replay = new Replay({
      parts,
      clock,
      random,
      limit: Math.max(limit, REPLAY_LIMIT),
      onNotice: (notice) => onEvent({ type: 'replay', ...notice }),
      onReplayed,
    })
  }

  /** Whether the tier would be asked now. */
  get available(): boolean {
    return this.#link.available
  }

  /** There is a sign that the tier is back, as of a bus on the same servers: a tier that is away is asked at once. */
  hasten(): void {
    this.#link.hasten()
  }

  /** The tier's time, in ms since 1970, as far as it is known; for the times in envelopes. */
  now(): number {
    return this.#link.tierClock.now()
  }

  /** Whether `now` and the stamps follow the tier's clock: it was measured, or nobody else writes to the tier. */
  get clockKnown(): boolean {
    return !this.#shared || this.#link.tierClock.known
  }

  /**
   * Connects and measures the tier's clock, unless it is known; to be awaited before the first
   * envelope is made, else its times and stamp are those of the local clock. Never rejects:
   * where the tier is down, or does not answer within `limit` ms (as for `getMany`), the clock
   * stays unknown. Stamps given then keep their order among themselves when it is known at last,
   * so a process whose own clock was ahead is ahead until that time has come; by more than an
   * hour, the others do not believe its stamps and overwrite them.
   */
  async learnClock(limit?: number): Promise<void> {
    this.#onUse()
    if (this.clockKnown || !this.available) return
    // A tier that serves but does not tell its time is no outage.
    const learnt = () => this.#link.tierClock.learn().catch(() => undefined)
    await this.#link.run('connect', learnt, limit).catch(() => undefined)
  }

  /** How often a region was seen to have another generation than before: it was cleared, or L2 lost it. */
  renewals(region: string): number {
    return this.#generations.renewals(region)
  }

  /**
   * The envelopes under `keys`, in their order; `undefined` where there is none, or where it
   * was deleted or cleared; 'unavailable' where the tier does not answer in time and nothing
   * waits for it in the journal. Calls of one tick share one round trip, whatever their regions;
   * a call with a `limit` of its own (ms) makes one alone, and where that is shorter than the
   * tier's, running out of it does not count as an outage.
   */
  getMany(region: string, keys: readonly string[], limit?: number): Promise<Answer[]> {
    this.#onUse()
    return this.#reader.getMany(region, keys, limit)
  }

  /** Stores envelopes; what became of each, in order. `limit` as for `getMany`. */
  async setMany(region: string, writes: readonly StoredWrite[], limit?: number): Promise<WriteOutcome[]> {
    const results = await this.#write(region, writes, limit)
    return results.map(({ outcome }) => outcome)
  }

  /** Stores a tombstone under each key; what became of each, and whether there was a value. `limit` as for `getMany`. */
  deleteMany(region: string, tombstones: readonly Tombstone[], limit?: number): Promise<WriteResult[]> {
    const writes = tombstones.map(({ key, envelope }) => ({ key, envelope, ttl: this.maxAge }))
    return this.#write(region, writes, limit)
  }

  /** Clears a region of everything older than `stamp`. What that leaves behind is removed in the background. */
  async clear(region: string, stamp: Uint8Array): Promise<ClearResult> {
    this.#onUse()
    const result = await this.#clears.clear(region, stamp)
    this.#onWritten({ kind: 'clear', region, stamp: result.stamp })
    return result
  }

  /**
   * Stores envelopes and tombstones of one region all together, or nothing. Left out are those
   * that `outdated` tells of, by their index, when they are about to be sent.
   */
  async commit(
    region: string,
    writes: readonly StoredWrite[],
    outdated?: (index: number) => boolean,
  ): Promise<CommitResult> {
    this.#onUse()
    const timed = writes.map((write) => (isTombstone(write.envelope) ? { ...write, ttl: this.maxAge } : write))
    const result = await this.#commits.commit(region, timed, outdated)
    if (result.outcome === 'failed' || result.outcome === 'superseded') return result
    this.#onWritten({ kind: 'writes', region, writes: timed })
    if (result.outcome !== 'unknown') return result
    this.#unknown.push({ kind: 'writes', region, writes: timed, undone: timed })
    // Where one failure leaves the circuit closed: what is answered next was asked after the commit.
    if (this.#link.state === 'closed') void this.#link.ready(HOLD).then((up) => up && this.#retell())
    return result
  }

  /**
   * The smallest stamp that a clear of `region` has left room for. What is written under it
   * replaces nothing: it is there only where nothing was.
   */
  firstStamp(region: string): Uint8Array {
    const stored = this.#generations.known(region)?.cleared ?? ZERO_STAMP
    const pending = this.#journal.clearOf(region) ?? ZERO_STAMP
    return stampAfter(compareStamps(stored, pending) > 0 ? stored : pending)
  }

  /** What L2 holds of a region, whoever wrote it. */
  holdings(region: string): Holdings {
    this.#onUse()
    return new Holdings(this.#parts, region)
  }

  /**
   * Whether the stored keys of an encrypted region are made with the secret that `check` comes from, as far as
   * L2 knows. Rejects with a `CacheError` where it does not say.
   */
  isIndexedBy(region: string, check: Uint8Array): Promise<boolean> {
    return isIndexedBy(this.#parts, this.#namespace, region, check)
  }

  /** As of the journal: where a write of the key, or a clear of its region, waits for the tier. */
  newerThanWaiting(region: string, key: string): Uint8Array | undefined {
    return this.#journal.has(region) ? this.#journal.newerThanWaiting(region, key) : undefined
  }

  /** How the tier is doing, and what waits for it. */
  status(): RemoteStatus {
    const { state, takesWrites, since, lastError } = this.#link
    const { length, bytes, age } = this.#journal
    return { state, takesWrites, since, lastError, journal: { length, bytes, age } }
  }

  /** Waits until the tier serves, with true; false where that took more than `limit` ms, or it was closed. */
  ready(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    this.#onUse()
    return this.#held(this.#link.ready(limit))
  }

  /**
   * Waits for what is under way, sends what waits, removes what clears left behind, and closes
   * the driver. While the tier is away it is tried again and again,
   * unless it can't come. Answers how many writes and clears could not be sent within `limit` ms; they
   * are lost.
   */
  close(limit = 1000): Promise<{ unsent: number }> {
    this.#closing ??= this.#held(this.#close(limit))
    return this.#closing
  }

  async #close(limit: number): Promise<{ unsent: number }> {
    const end = this.#clock.now() + limit
    await this.#link.idle(limit)
    this.#replay.hurry()
    const left = () => end - this.#clock.now()
    while (this.#journal.length > 0 && !this.#link.hopeless && left() > 0) {
      const flushed = this.#link.probe().then(() => this.#replay.run())
      await withLimit(flushed, left(), this.#clock, 'close').catch(() => undefined)
      if (this.#journal.length > 0) await this.#wait(Math.min(CLOSE_PAUSE, left()))
    }
    const reaped = this.#link.available ? this.#reaper.idle() : Promise.resolve()
    await withLimit(reaped, left(), this.#clock, 'close').catch(() => undefined)
    this.#replay.stop()
    this.#reaper.stop()
    await this.#onClosing(Math.max(left(), 0))
    await this.#link.close()
    return { unsent: this.#journal.length }
  }

  /** Nothing else may be left that keeps the process alive: it must not end before this has. */
  async #held<T>(work: Promise<T>): Promise<T> {
    const hold = (): Timer =>
      this.#clock.after(
        HOLD,
        () => {
          timer = hold()
        },
        true,
      )
    let timer = hold()
    try {
      return await work
    } finally {
      timer.cancel()
    }
  }

  async #write(region: string, writes: readonly StoredWrite[], limit?: number): Promise<WriteResult[]> {
    this.#onUse()
    const results = await this.#writer.write(region, writes, limit)
    const taken = writes.filter((_, i) => results[i]?.outcome !== 'superseded')
    if (taken.length > 0) this.#onWritten({ kind: 'writes', region, writes: taken })
    return results
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }
}
