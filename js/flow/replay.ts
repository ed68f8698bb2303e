import type { Clock, Timer } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import { isRequestBound } from '../runtime.ts'
import type { Attempt } from './link.ts'
import { Pace } from './pace.ts'
import type { RemoteParts } from './parts.ts'
import type { RandomSource } from './random.ts'
import { storeMany } from './store.ts'
import { isTombstone, type StoredWrite, stampOf, tombstoneOf } from './stored-bytes.ts'
import { bytesOf, type ClearUnit, type PendingWrite, type WriteUnit } from './units.ts'

/** What is told of a replay. */
export type ReplayNotice =
  | { readonly state: 'replaying'; readonly waiting: number }
  | { readonly state: 'replayed'; readonly sent: number; readonly waiting: number }

/** What a replay has brought to L2, or found something newer there. */
export type Replayed =
  | {
      readonly kind: 'writes'
      readonly region: string
      readonly writes: readonly StoredWrite[]
      /** Those in whose place something newer is there, or a tombstone was sent: memory must not keep them. */
      readonly undone?: readonly StoredWrite[]
    }
  | { readonly kind: 'clear'; readonly region: string; readonly stamp: Uint8Array }

/** What a `Replay` is made of. */
export interface ReplayOptions {
  readonly parts: RemoteParts
  readonly clock: Clock
  readonly random: RandomSource
  /** How long a batch may take, in ms; one large transaction as many times that as it needs. */
  readonly limit: number
  readonly onNotice: (notice: ReplayNotice) => void
  readonly onReplayed: (replayed: Replayed) => void
}

/** How many bytes one batch has at most. */
const BATCH_BYTES = 256 * 1024
/** When to try again where a replay failed and the circuit stayed closed, in ms. */
const RETRY_DELAY = 1000
/** After so long without a step, in ms, a replay has ended with the request that it was a part of. */
const ENDED_AFTER = 5000
/** How often sending a value larger than a batch may fail before it is given up. */
const MAX_FAILURES = 3

/**
 * Sends what the journal holds, oldest first, while the tier takes writes: one batch at a time,
 * at a `Pace`. Each write replaces only what is older than it, under the region's current
 * generation, so that a replay undoes nobody's newer write and can be repeated. What belongs to
 * one transaction is written in one step where the tier can do that. What was sent leaves the
 * journal at the answer; where one fails, it and the rest stay.
 */
export class Replay {
  readonly #options: ReplayOptions
  readonly #parts: RemoteParts
  readonly #clock: Clock
  #running: Promise<void> | undefined
  #steppedAt = 0
  #pausing: { end(): void } | undefined
  #retry: Timer | undefined
  #hurried = false
  #stopped = false

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#parts = options.parts
    this.#clock = options.clock
  }

  /** Replays unless there is nothing to send, or the tier takes nothing; resolves when it has ended. */
  run(): Promise<void> {
    const { link, journal } = this.#parts
    if (isRequestBound && this.#clock.now() > this.#steppedAt + ENDED_AFTER) this.#running = undefined
    if (this.#running === undefined && !this.#stopped && journal.length > 0 && link.writable) {
      this.#retry?.cancel()
      this.#running = this.#replay()
    }
    return this.#running ?? Promise.resolve()
  }

  /** No pauses any more: there is little time left. */
  hurry(): void {
    this.#hurried = true
    this.#pausing?.end()
  }

  /** Begins no batch any more. */
  stop(): void {
    this.#stopped = true
    this.#retry?.cancel()
    this.#pausing?.end()
  }

  async #replay(): Promise<void> {
    const { journal, link } = this.#parts
    const { random, onNotice } = this.#options
    const pace = new Pace(random)
    let sent = 0
    onNotice({ state: 'replaying', waiting: journal.length })
    while (!this.#stopped && journal.length > 0 && link.writable) {
      const began = this.#clock.exact()
      this.#steppedAt = began
      const batch = journal.next(pace.writes, BATCH_BYTES)
      const size = batch.reduce((sum, unit) => sum + sizeOf(unit), 0)
      if (!(await this.#send(batch))) break
      sent += size
      const pause = pace.took(this.#clock.exact() - began)
      if (journal.length > 0 && !this.#hurried) await this.#pause(pause)
    }
    this.#running = undefined
    onNotice({ state: 'replayed', sent, waiting: journal.length })
    if (!this.#stopped && !this.#hurried && journal.length > 0 && link.writable) {
      this.#retry = this.#clock.after(RETRY_DELAY, () => void this.run())
    }
  }

  /** Answers whether all arrived. */
  async #send(batch: readonly (WriteUnit | ClearUnit)[]): Promise<boolean> {
    const units = batch.filter((unit) => unit.kind === 'writes')
    const work = async (attempt: Attempt) => {
      const clears = batch.filter((unit) => unit.kind === 'clear')
      const complete = this.#writeAll(attempt, units.filter(isComplete))
      await Promise.all([...clears.map((unit) => this.#clear(attempt, unit)), complete])
      // After the tokens that are among those.
      await this.#writeAll(
        attempt,
        units.filter((unit) => !isComplete(unit)),
      )
    }
    const { link } = this.#parts
    const limit = link.limitOf(
      units.flatMap(({ writes }) => [...writes.values()]),
      this.#options.limit,
    )
    try {
      await link.run('replay', work, limit)
      return true
    } catch (error) {
      this.#blame(units, (error as CacheError).code)
      return false
    }
  }

  /**
   * Notes who may be the cause, so that it is sent alone and given up in the end: of what took too
   * long anyone, of any other failure those that are larger than a server may take. A tier that
   * takes no writes at all says nothing of a single one.
   */
  #blame(units: readonly WriteUnit[], code: string): void {
    if (code === 'WRITE_REFUSED') return
    for (const unit of units) if (code === 'TIMEOUT' || bytesOf(unit) > BATCH_BYTES) unit.failures++
  }

  async #writeAll(attempt: Attempt, units: readonly WriteUnit[]): Promise<void> {
    const singles = new Map<string, WriteUnit[]>()
    for (const unit of units) {
      if (!unit.transaction) singles.set(unit.region, [...(singles.get(unit.region) ?? []), unit])
    }
    await Promise.all([
      ...units.filter((unit) => unit.transaction).map((unit) => this.#write(attempt, unit.region, [unit], 'together')),
      ...[...singles].map(([region, some]) => this.#write(attempt, region, some, 'each')),
    ])
  }

  async #clear(attempt: Attempt, { region, stamp }: ClearUnit): Promise<void> {
    await this.#parts.generations.raise(attempt, region, stamp)
    this.#parts.journal.settleClear(region, stamp)
    this.#options.onReplayed({ kind: 'clear', region, stamp })
  }

  /** Whatever became of them, L2 holds nothing older than these writes afterwards. */
  async #write(attempt: Attempt, region: string, units: readonly WriteUnit[], how: 'each' | 'together'): Promise<void> {
    const waiting = units.flatMap((unit) => [...unit.writes.values()].map((write) => ({ unit, write })))
    const writes = await Promise.all(waiting.map(({ unit, write }) => this.#toSend(unit, write)))
    const stored = await storeMany(attempt, this.#parts, region, writes, how)
    for (const { key, envelope } of writes) this.#parts.journal.settle(region, key, stampOf(envelope))
    const undone = writes.filter(({ envelope }, i) => {
      const refused = stored[i] === 'newer' || stored[i] === 'cleared'
      return refused || isTombstone(envelope)
    })
    this.#options.onReplayed({ kind: 'writes', region, writes, undone })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel()
        this.#pausing = undefined
        resolve()
      }
      const timer = this.#clock.after(ms, end)
      this.#pausing = { end }
    })
  }

  /**
   * A value that has expired meanwhile, that waited longer than tombstones live, or that is too
   * large to arrive leaves a tombstone under its stamp: what is older than it goes.
   */
  async #toSend(unit: WriteUnit, { key, envelope, deadline, renew }: PendingWrite): Promise<StoredWrite> {
    const { now, maxAge } = this.#parts
    const ttl = deadline - now()
    const tooLarge = unit.failures >= MAX_FAILURES && bytesOf(unit) > BATCH_BYTES
    if (ttl > 0 && now() - unit.since < maxAge && !tooLarge) {
      return { key, envelope: (await renew?.(envelope)) ?? envelope, ttl }
    }
    return { key, envelope: tombstoneOf(envelope), ttl: maxAge }
  }
}

/** Whether what is sent of it is known already. */
function isComplete({ writes }: WriteUnit): boolean {
  return [...writes.values()].every(({ renew }) => renew === undefined)
}

function sizeOf(unit: WriteUnit | ClearUnit): number {
  return unit.kind === 'clear' ? 1 : unit.writes.size
}
