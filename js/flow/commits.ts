import { CacheError } from '../errors.ts'
import type { DriverEntry } from '../tiers/driver.ts'
import type { Clears } from './clears.ts'
import type { Attempt } from './link.ts'
import type { RemoteParts } from './parts.ts'
import { underPrefix } from './store.ts'
import { hasStamp, isAfter, type StoredWrite, stampOf, tombstoneOf } from './stored-bytes.ts'

/**
 * What became of a transaction. 'committed': L2 holds all of it. 'journaled': L2 is down, and
 * all of it is sent together when it is back. 'superseded': nothing was stored, as L2 holds
 * something newer under one of the keys; the stamp clock knows of that now, so the same writes
 * under new stamps would be. 'failed': nothing of it is in L2 or ever will be. 'unknown': it was
 * sent, and the answer was lost.
 */
export type CommitResult =
  | { readonly outcome: 'committed' | 'journaled' | 'superseded' }
  | { readonly outcome: 'failed' | 'unknown'; readonly error: CacheError }

/** A commit under way. */
interface Sending {
  readonly writes: readonly StoredWrite[]
  readonly outdated: (index: number) => boolean
  /** 'there': the tier has all of it, maybe under a dead generation. */
  progress: 'unsent' | 'sent' | 'there'
  /** Whether the tier took it: not where it has something newer. */
  stored: boolean
}

/** Commits transactions to L2, or to the journal. */
export class Commits {
  readonly #parts: RemoteParts
  readonly #clears: Clears

  constructor(parts: RemoteParts, clears: Clears) {
    this.#parts = parts
    this.#clears = clears
  }

  /**
   * Writes all, each over something older, or nothing; but for those that `outdated` tells of at the last moment: this
   * process wrote their keys again meanwhile, and that is the newer write. Never rejects.
   */
  async commit(
    region: string,
    writes: readonly StoredWrite[],
    outdated: (index: number) => boolean = () => false,
  ): Promise<CommitResult> {
    const { link, journal } = this.#parts
    const sends = link.writable && !writes.some(({ renew }) => renew !== undefined)
    if (!sends) return this.#journal(region, writes)
    return journal.whileSending(
      region,
      writes,
      async () => (await this.#send(region, writes, outdated)) ?? this.#journal(region, writes),
    )
  }

  #journal(region: string, writes: readonly StoredWrite[]): CommitResult {
    this.#parts.journal.write(region, writes)
    this.#parts.onJournaled()
    return { outcome: 'journaled' }
  }

  /**
   * Answers nothing where L2 is down and nothing was sent, or where it has all of it and could not
   * be asked whether under the present generation. The meta key is read just before the commit, so
   * that none goes to a tier that hangs: it would arrive late, and undo newer writes. It is read
   * again after it: where another process has cleared the region in between, what was written lies
   * in a dead generation, and what is newer than the clear is written again.
   */
  async #send(
    region: string,
    writes: readonly StoredWrite[],
    outdated: (index: number) => boolean,
  ): Promise<CommitResult | undefined> {
    const { link, journal } = this.#parts
    const sending: Sending = { writes, outdated, progress: 'unsent', stored: true }
    try {
      await link.run('commit', (attempt) => this.#attempt(attempt, region, sending), link.limitOf(writes))
    } catch (cause) {
      return sending.progress === 'there' ? undefined : outcomeOf(cause as CacheError, sending.progress === 'sent')
    }
    if (!sending.stored) return { outcome: 'superseded' }
    for (const { key, envelope } of writes) journal.settle(region, key, stampOf(envelope))
    return { outcome: 'committed' }
  }

  /** Under one generation after the other, until it is the present one afterwards, or the time is over. */
  async #attempt(attempt: Attempt, region: string, sending: Sending): Promise<void> {
    const { generations, ordered, reaper } = this.#parts
    const { writes, outdated } = sending
    await this.#clears.settled(region)
    let valid = await generations.read(attempt, region)
    for (;;) {
      const { token, cleared } = valid
      if (writes.some(({ envelope }) => !isAfter(envelope, cleared))) throw clearedMeanwhile(region)
      const newest = writes.filter((_, i) => !outdated(i))
      if (newest.length === 0) return
      const { driver } = attempt
      const entries = underPrefix(generations.prefix(region, token), newest)
      sending.progress = 'sent'
      sending.stored = await driver.commit(entries, ordered).catch((cause: unknown) => {
        // It says by its code whether the entries may be there.
        sending.progress = 'unsent'
        throw cause
      })
      if (!sending.stored) return this.#face(attempt, entries)
      sending.progress = 'there'
      valid = await generations.read(attempt, region)
      if (valid.token === token) return
      reaper.remove(entries.map(({ key }) => key))
      sending.progress = 'unsent'
    }
  }

  /**
   * Learns the stamps of what refused the writes. One that cannot be right orders nothing, and
   * would refuse every write until its time has come: a tombstone takes its place.
   */
  async #face(attempt: Attempt, entries: readonly DriverEntry[]): Promise<void> {
    const { stamps } = this.#parts
    const found = await attempt.driver.getMany(entries.map(({ key }) => key))
    const absurd = entries.filter((_, i) => {
      const there = found[i]
      return there !== undefined && hasStamp(there) && !stamps.receive(stampOf(there))
    })
    if (absurd.length === 0) return
    await attempt.driver.setMany(absurd.map((entry) => ({ ...entry, value: tombstoneOf(entry.value) })))
  }
}

function outcomeOf(error: CacheError, sent: boolean): CommitResult | undefined {
  switch (error.code) {
    case 'COMMIT_UNKNOWN':
      return { outcome: 'unknown', error }
    case 'TIMEOUT':
    case 'TIER_UNAVAILABLE':
      return sent ? { outcome: 'unknown', error } : undefined
    case 'WRITE_REFUSED':
      return undefined
    default:
      return { outcome: 'failed', error }
  }
}

function clearedMeanwhile(region: string): CacheError {
  return new CacheError('COMMIT_FAILED', `the region ${region} was cleared while the transaction ran: run it again`, {
    context: { region },
  })
}
