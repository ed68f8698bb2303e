import { type Clock, systemClock } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import type { Bus } from '../bus.ts'
import type { BusOptions, Driver, DriverEntry, Exchange, Replacement, ScanStep } from '../driver.ts'
import { closedError, tierError } from '../tier-error.ts'
import { RedisBus } from './bus.ts'
import { escapeGlob, evaluate, set } from './commands.ts'
import type { ReadFrom } from './connect.ts'
import { readMany, unlinkAll } from './grouped.ts'
import { guardOf, runScript, sendGuarded } from './guarded.ts'
import { isErrorReply, type RedisArgument, type RedisLink, type RedisReply, TIER } from './link.ts'
import { headed } from './packed.ts'
import {
  assertSet,
  assertWritten,
  MisplacedReply,
  outcomes,
  singleValue,
  timeOf,
  truth,
  wasCommitted,
  writeError,
} from './replies.ts'
import { scanPrefix } from './scan.ts'
import { commitNewer } from './scripts/commit-newer.ts'
import { exchange } from './scripts/exchange.ts'
import { exchangeInTime } from './scripts/exchange-in-time.ts'
import { exchangeNewer } from './scripts/exchange-newer.ts'
import { lock, unlock } from './scripts/lock.ts'
import { replace } from './scripts/replace.ts'
import type { Script } from './scripts/script.ts'
import { setIfAbsent } from './scripts/set-if-absent.ts'
import { hashSlot } from './slot.ts'
import { TrackingBus } from './tracking.ts'
import { untracked } from './untracked.ts'

/** Options of the Redis tier, however it came by its client. */
export interface RedisTierOptions {
  /**
   * Whether a read whose connection timed out or broke is tried once more on the next
   * connection. Default: false.
   */
  readonly retryOnTimeout?: boolean | undefined
  /**
   * How long a call waits for the first connection, in ms, before it is rejected unsent. Once
   * there was a connection, calls without one are rejected at once. Default: 200.
   */
  readonly connectPatience?: number | undefined
  /**
   * Who may answer reads of values: only masters, or replicas too, which lag behind. A client of
   * ours is made for it; one made elsewhere asks replicas where it is set up so. Default: 'master'.
   */
  readonly readFrom?: ReadFrom | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/**
 * A tier in Redis, over any client.
 *
 * A call is one round trip of the client's own connection. Without a connection it is
 * rejected unsent, so that nothing is written long after its caller gave up.
 */
export class RedisDriver implements Driver {
  readonly name = TIER
  readonly shared = true
  readonly #untracked: string | undefined
  readonly #make: () => Promise<RedisLink>
  readonly #retryOnTimeout: boolean
  readonly #patience: number
  readonly lags: boolean
  readonly #clock: Clock
  #link: RedisLink | undefined
  #opening: Promise<void> | undefined
  #wasReady = false
  #closed = false
  readonly #told: (() => void)[] = []

  /**
   * Over a link that is there, or over one that is made when it is first needed.
   *
   * @param untracked - Why the server cannot tell by itself what changes. See `whyUntracked`.
   */
  constructor(link: RedisLink | (() => Promise<RedisLink>), options: RedisTierOptions = {}, untracked?: string) {
    this.#untracked = untracked
    this.#link = typeof link === 'function' ? undefined : link
    this.#make = typeof link === 'function' ? link : async () => link
    this.#retryOnTimeout = options.retryOnTimeout ?? false
    this.#patience = options.connectPatience ?? 200
    this.lags = options.readFrom === 'replica'
    this.#clock = options.clock ?? systemClock
  }

  get lastError(): CacheError | undefined {
    return this.#link?.ready ? undefined : this.#link?.lastError
  }

  async getMany(keys: readonly string[], current = keys.length): Promise<(Uint8Array | undefined)[]> {
    if (keys.length === 0) return []
    return this.#reading((link) => readMany(link, keys, this.lags ? current : keys.length))
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    const replies = await sendGuarded(await this.#ready(), entries.map(set), guard)
    return this.#inStep(() => {
      assertWritten(replies)
      assertSet(replies.slice(0, entries.length))
      return this.#guard(replies, guard)
    })
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    const timed = entries[0]?.before === undefined ? exchangeNewer : exchangeInTime
    return this.#exchange(onlyNewer ? timed : exchange, entries, guard, false)
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    const { cluster, keyPrefix } = this.#readyNow ?? (await this.#ready())
    if (cluster && entries.length > 0) assertOneSlot(entries, keyPrefix)
    return this.#exchange(exchangeNewer, entries, guard, entries.length > 0)
  }

  setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#ask(setIfAbsent, { key, value, ttl: Number.POSITIVE_INFINITY }, singleValue)
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    if (entries.length === 0) return true
    const link = await this.#ready()
    if (link.cluster) assertOneSlot(entries, link.keyPrefix)
    try {
      const commands = onlyNewer ? [evaluate('eval', commitNewer.source, entries, undefined)] : entries.map(set)
      const replies = await link.transaction(commands)
      return !onlyNewer || wasCommitted(replies[0])
    } catch (cause) {
      const refusal = writeError(cause as Error)
      if (refusal.code === 'WRITE_REFUSED') throw refusal
      const code = isErrorReply(cause) ? 'COMMIT_FAILED' : 'COMMIT_UNKNOWN'
      throw new CacheError(code, `redis: ${(cause as Error).message}`, { cause, context: { tier: TIER } })
    }
  }

  async deleteMany(keys: readonly RedisArgument[]): Promise<number> {
    if (keys.length === 0) return 0
    const link = await this.#ready()
    return this.#inStep(() => unlinkAll(link, keys))
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    const link = await this.#ready()
    const pattern = `${escapeGlob(link.keyPrefix + prefix)}*`
    const skip = Buffer.byteLength(link.keyPrefix)
    let removed = 0
    try {
      for (const scan of await link.scanners()) {
        let cursor = '0'
        do {
          if (signal?.aborted) return removed
          const step = await scan(cursor, pattern)
          const keys = step.keys.map((key) => key.subarray(skip))
          removed += await this.deleteMany(keys)
          cursor = step.cursor
        } while (cursor !== '0')
      }
    } catch (error) {
      throw tierError(TIER, error)
    }
    return removed
  }

  async scan(prefix: string, cursor?: string): Promise<ScanStep> {
    return this.#reading((link) => scanPrefix(link, prefix, cursor))
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    const entries = replacements.map(headed)
    const { previous } = await this.#exchange(replace, entries, undefined, false)
    return previous.map((was) => was === 'value')
  }

  async now(): Promise<number> {
    return this.#reading(async (link) => timeOf((await link.send([{ name: 'time', keys: [] }]))[0]))
  }

  lock(entry: DriverEntry): Promise<boolean> {
    return this.#ask(lock, entry, truth)
  }

  unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#ask(unlock, { key, value: token, ttl: Number.POSITIVE_INFINITY }, truth)
  }

  bus({ namespace, kind }: BusOptions): Bus {
    const options = { link: () => this.#ready(), namespace, clock: this.#clock }
    if (kind !== 'tracking') return new RedisBus(options)
    if (this.#untracked !== undefined) throw untracked(this.#untracked)
    return new TrackingBus(options)
  }

  onConnected(told: () => void): void {
    this.#told.push(told)
  }

  connect(): Promise<void> {
    if (this.#closed) return Promise.reject(closedError(TIER))
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  reset(): void {
    if (!this.#closed) this.#link?.reset()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#link?.close()
  }

  async #open(): Promise<void> {
    this.#link ??= await this.#make()
    this.#link.onReady(() => this.#told.forEach((tell) => void tell()))
    if (this.#closed) {
      await this.#link.close()
      throw closedError(TIER)
    }
    await this.#link.open()
  }

  /** The connection, if a command sent now would go out at once. */
  get #readyNow(): RedisLink | undefined {
    if (this.#closed || !this.#link?.ready) return undefined
    this.#wasReady = true
    return this.#link
  }

  /** The connection, as soon as a command would go out at once. */
  async #ready(): Promise<RedisLink> {
    if (this.#closed) throw closedError(TIER)
    if (this.#readyNow !== undefined) return this.#readyNow
    const opening = this.connect()
    if (this.#wasReady) {
      opening.catch(() => undefined)
      throw tierError(TIER, this.#link?.lastError ?? new Error('not connected'))
    }
    await this.#patiently(opening)
    return this.#ready()
  }

  #patiently(opening: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(this.#patience, () => {
        reject(this.#link?.lastError ?? tierError(TIER, new Error(`no connection within ${this.#patience} ms`)))
      })
      opening.finally(() => timer.cancel()).then(resolve, reject)
    })
  }

  /** Runs a script of one entry. */
  async #ask<T>(script: Script, entry: DriverEntry, answer: (reply: RedisReply | undefined) => T): Promise<T> {
    const link = this.#readyNow ?? (await this.#ready())
    const { runs } = await runScript(link, script, [entry])
    return this.#inStep(() => {
      const [reply] = runs.map((run) => run.reply)
      assertWritten([reply ?? null])
      return answer(reply)
    })
  }

  /** A read; once more on the next connection, where that is asked for and no server has answered. */
  async #reading<T>(read: (link: RedisLink) => Promise<T>): Promise<T> {
    const link = this.#readyNow ?? (await this.#ready())
    try {
      return await read(link)
    } catch (error) {
      this.#resetIfMisplaced(error)
      const cause = error instanceof CacheError ? error.cause : error
      if (!this.#retryOnTimeout || isErrorReply(cause)) throw tierError(TIER, error)
    }
    await this.#patiently(this.connect())
    return read(link)
  }

  /**
   * Makes results of replies. A reply of the wrong shape belongs to another question, and so will
   * the next ones: the connection is given up.
   */
  async #inStep<T>(results: () => T | Promise<T>): Promise<T> {
    try {
      return await results()
    } catch (error) {
      this.#resetIfMisplaced(error)
      throw error
    }
  }

  #resetIfMisplaced(error: unknown): void {
    if ((error as CacheError).cause instanceof MisplacedReply) this.reset()
  }

  async #exchange(
    script: Script,
    entries: readonly DriverEntry[],
    guard: string | undefined,
    together: boolean,
  ): Promise<Exchange> {
    const link = this.#readyNow ?? (await this.#ready())
    return this.#inStep(async () => {
      const { runs, guard: value } = await runScript(link, script, entries, guard, together)
      assertWritten(runs.map(({ reply }) => reply))
      return { previous: runs.flatMap((run) => outcomes(run.reply, run.entries.length)), guard: value }
    })
  }

  #guard(replies: readonly RedisReply[], guard: string | undefined): Uint8Array | undefined {
    return guard === undefined ? undefined : guardOf(replies)
  }
}

function assertOneSlot(entries: readonly DriverEntry[], keyPrefix: string): void {
  const slots = new Set(entries.map(({ key }) => hashSlot(keyPrefix + key)))
  if (slots.size === 1) return
  throw new CacheError(
    'COMMIT_FAILED',
    `redis: on a cluster the keys of one transaction must share a hash slot; these lie in ${slots.size}`,
    { context: { tier: TIER } },
  )
}
