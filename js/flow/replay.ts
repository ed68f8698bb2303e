import type { Clock, Timer } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import type { Attempt } from './link.ts'
import type { RemoteParts } from './parts.ts'
import { storeMany } from './store.ts'
import { type StoredWrite, stampOf, tombstoneOf } from './stored-bytes.ts'
import { bytesOf, type ClearUnit, type PendingWrite, type WriteUnit } from './units.ts'

/** What is told of a replay. */
export type ReplayNotice =
  | { readonly state: 'replaying'; readonly waiting: number }
  | { readonly state: 'replayed'; readonly sent: number; readonly waiting: number }

/** How many writes and bytes one batch has at most. */
const BATCH_WRITES = 100
const BATCH_BYTES = 256 * 1024
/** The shortest pause between two batches, in ms. It is at least as long as the last batch took. */
const MIN_PAUSE = 5
/** When to try again where a replay failed and the circuit stayed closed, in ms. */
const RETRY_DELAY = 1000
/** How often a value larger than a batch may run out of time before it is given up. */
const MAX_TIMEOUTS = 3

/**
 * Sends what the journal holds, oldest first, while the tier serves. Each write replaces only
 * what is older than it, under the region's current generation, so that a replay undoes
 * nobody's newer write and can be repeated. What was sent leaves the journal at the answer;
 * where one fails, it and the rest stay.
 */
export class Replay {
  readonly #parts: RemoteParts
  readonly #clock: Clock
  readonly #limit: number
  readonly #onNotice: (notice: ReplayNotice) => void
  #running: Promise<void> | undefined
  #retry: Timer | undefined
  #stopped = false

  /** @param limit How long one batch may take, in ms. */
  constructor(parts: RemoteParts, clock: Clock, limit: number, onNotice: (notice: ReplayNotice) => void) {
    this.#parts = parts
    this.#clock = clock
    this.#limit = limit
    this.#onNotice = onNotice
  }

  /** Replays unless there is nothing to send, or the tier is not available; resolves when it has ended. */
  run(): Promise<void> {
    const { link, journal } = this.#parts
    if (this.#running === undefined && !this.#stopped && journal.length > 0 && link.available) {
      this.#retry?.cancel()
      this.#running = this.#replay()
    }
    return this.#running ?? Promise.resolve()
  }

  /** Begins no batch any more. */
  stop(): void {
    this.#stopped = true
    this.#retry?.cancel()
  }

  async #replay(): Promise<void> {
    const { journal, link } = this.#parts
    let sent = 0
    this.#onNotice({ state: 'replaying', waiting: journal.length })
    while (!this.#stopped && journal.length > 0 && link.available) {
      const began = this.#clock.exact()
      const batch = journal.next(BATCH_WRITES, BATCH_BYTES)
      const size = batch.reduce((sum, unit) => sum + sizeOf(unit), 0)
      if (!(await this.#send(batch))) break
      sent += size
      if (journal.length > 0) await this.#pause(Math.max(this.#clock.exact() - began, MIN_PAUSE))
    }
    this.#running = undefined
    this.#onNotice({ state: 'replayed', sent, waiting: journal.length })
    if (!this.#stopped && journal.length > 0 && link.available) {
      this.#retry = this.#clock.after(RETRY_DELAY, () => void this.run())
    }
  }

  /** Answers whether all arrived. */
  async #send(batch: readonly (WriteUnit | ClearUnit)[]): Promise<boolean> {
    const clears: ClearUnit[] = []
    const writes = new Map<string, WriteUnit[]>()
    for (const unit of batch) {
      if (unit.kind === 'clear') clears.push(unit)
      else writes.set(unit.region, [...(writes.get(unit.region) ?? []), unit])
    }
    const work = (attempt: Attempt) =>
      Promise.all([
        ...clears.map((unit) => this.#clear(attempt, unit)),
        ...[...writes].map(([region, units]) => this.#write(attempt, region, units)),
      ])
    try {
      await this.#parts.link.run('replay', work, this.#limit)
      return true
    } catch (error) {
      if ((error as CacheError).code === 'TIMEOUT')
        for (const units of writes.values()) for (const unit of units) unit.timeouts++
      return false
    }
  }

  async #clear(attempt: Attempt, { region, stamp }: ClearUnit): Promise<void> {
    await this.#parts.generations.raise(attempt, region, stamp)
    this.#parts.journal.settleClear(region, stamp)
  }

  /** Whatever became of them, L2 holds nothing older than these writes afterwards. */
  async #write(attempt: Attempt, region: string, units: readonly WriteUnit[]): Promise<void> {
    const writes = units.flatMap((unit) => [...unit.writes.values()].map((write) => this.#toSend(unit, write)))
    await storeMany(attempt, this.#parts, region, writes)
    for (const { key, envelope } of writes) this.#parts.journal.settle(region, key, stampOf(envelope))
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  /**
   * A value that has expired meanwhile, that waited longer than tombstones live, or that is too
   * large to arrive in time leaves a tombstone under its stamp: what is older than it goes.
   */
  #toSend(unit: WriteUnit, { key, envelope, deadline }: PendingWrite): StoredWrite {
    const { now, maxAge } = this.#parts
    const ttl = deadline - now()
    const tooLarge = unit.timeouts >= MAX_TIMEOUTS && bytesOf(unit) > BATCH_BYTES
    if (ttl > 0 && now() - unit.since < maxAge && !tooLarge) return { key, envelope, ttl }
    return { key, envelope: tombstoneOf(envelope), ttl: maxAge }
  }
}

function sizeOf(unit: WriteUnit | ClearUnit): number {
  return unit.kind === 'clear' ? 1 : unit.writes.size
}
