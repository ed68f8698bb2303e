import { type Clock, systemClock, type Timer, yieldToEventLoop } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { isRequestBound } from '../runtime.ts'
import {
  beginsWith,
  type Driver,
  type DriverEntry,
  type Exchange,
  isOlder,
  isSame,
  type Previous,
  previousOf,
  type Replacement,
  type ScanStep,
} from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { opener, type SqliteEngine, TIER } from './sqlite-engine.ts'
import type { SqliteEntries } from './sqlite-entries.ts'
import { EntryFile } from './sqlite-file.ts'
import { closedError } from './tier-error.ts'

export type { SqliteDatabase, SqliteEngine, SqliteStatement, SqlValue } from './sqlite-engine.ts'

/** Options of `sqliteDriver`. All times are ms. */
export interface SqliteOptions {
  /**
   * The library: by name, or what opens a file with any that has the same methods. Default:
   * 'node:sqlite', or 'better-sqlite3' where the runtime has none.
   */
  readonly engine?: SqliteEngine | undefined
  /** How long a call waits while another process writes. Default: 200, below the time limit of a call to L2. */
  readonly busyTimeout?: number | undefined
  /**
   * How large the file may become, in bytes. Then, as on a full disk, what would be the next to expire makes
   * room. At least 65536. Default: without limit.
   */
  readonly maxBytes?: number | undefined
  /** How often expired values are removed in the background. Default: 60000. */
  readonly sweepInterval?: number | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/** What one transaction takes at the most, so that none holds up the event loop for long. */
const STEP = 256
const STEP_BYTES = 1 << 20

/** The smallest `maxBytes`: an empty database, and some room. */
const MIN_BYTES = 65_536

/**
 * A tier in one SQLite file: what is stored outlives the process, and is shared by all processes of the
 * machine that name the same file. SQLite is synchronous: a call holds up the event loop for as long as it
 * takes, some 10 µs and more where the disk is slow.
 *
 * @example
 * new CacheManager({ l2: sqliteDriver('/var/cache/shop.db') })
 *
 * @param path - The file, in a folder that is there. It is made where it is missing.
 * @throws CacheError `UNSUPPORTED_RUNTIME` where there are no files, `INVALID_OPTION` for a wrong option.
 */
export function sqliteDriver(path: string, options: SqliteOptions = {}): Driver {
  // Workers may pretend to be Node.
  if (globalThis.process?.versions?.node === undefined || isRequestBound) {
    const message =
      'this runtime has no files; in a browser use the IndexedDB tier of omnicache/indexeddb, ' +
      'in a worker omnicache/cloudflare-kv or omnicache/upstash'
    throw new CacheError('UNSUPPORTED_RUNTIME', `${TIER}: ${message}`, { context: { tier: TIER } })
  }
  if (typeof path !== 'string' || path === '' || path === ':memory:') {
    throw invalid('path', 'the path of a file; without one the cache keeps its entries in memory anyway')
  }
  const spans = ['busyTimeout', 'sweepInterval'] as const
  checkOptions('sqliteDriver', options, ['engine', 'maxBytes', ...spans, 'clock'], spans)
  if (!((options.maxBytes ?? MIN_BYTES) >= MIN_BYTES)) throw invalid('maxBytes', `at least ${MIN_BYTES}`)
  return new SqliteDriver(path, options)
}

class SqliteDriver implements Driver {
  readonly name = TIER
  readonly shared = true
  readonly #clock: Clock
  readonly #sweepInterval: number
  readonly #file: EntryFile
  #sweeper: Timer | undefined
  #closed = false

  constructor(path: string, options: SqliteOptions) {
    this.#clock = options.clock ?? systemClock
    this.#sweepInterval = options.sweepInterval ?? 60_000
    this.#file = new EntryFile({
      path,
      open: opener(options.engine),
      busyTimeout: options.busyTimeout ?? 200,
      maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
      clock: this.#clock,
    })
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const found: (Uint8Array | undefined)[] = []
    do {
      if (found.length > 0) await yieldToEventLoop()
      const some = keys.slice(found.length, found.length + STEP)
      const now = this.#clock.wall()
      found.push(...(await this.#file.read((entries) => some.map((key) => entries.get(key, now)))))
    } while (found.length < keys.length)
    return found
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return (await this.#each(entries, (table, { key, value, ttl }, now) => table.put(key, value, ttl, now), guard))
      .guard
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    const one = (table: SqliteEntries, entry: DriverEntry, now: number) => exchange(table, entry, now, onlyNewer)
    const { results, guard: value } = await this.#each(entries, one, guard)
    return { previous: results, guard: value }
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.#writeOne((table, now) => ({
      previous: entries.map((entry) => exchange(table, entry, now, true)),
      guard: guard === undefined ? undefined : table.get(guard, now),
    }))
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#writeOne((table, now) => {
      const there = table.get(key, now)
      if (there !== undefined) return there
      table.put(key, value, Number.POSITIVE_INFINITY, now)
      return new Uint8Array(value)
    })
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    return this.#writeOne((table, now) => {
      if (onlyNewer && entries.some((entry) => isRefused(table.head(entry.key, now), entry))) return false
      for (const { key, value, ttl } of entries) table.put(key, value, ttl, now)
      return true
    })
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const { results } = await this.#each(
      keys.map((key) => ({ key })),
      (table, { key }, now) => table.delete(key, now),
    )
    return results.filter((was) => was).length
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return this.#inSteps((table) => table.deletePrefix(prefix, STEP), signal)
  }

  /** The cursor is the last key. */
  async scan(prefix: string, cursor?: string): Promise<ScanStep> {
    const keys = await this.#file.read((table) => table.keys(prefix, cursor, STEP))
    return { keys, cursor: keys.length < STEP ? undefined : keys.at(-1) }
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    const { results } = await this.#each(replacements, (table, { key, head, value }, now) => {
      const there = table.get(key, now)
      if (there === undefined || !beginsWith(there, head)) return false
      table.replace(key, value)
      return true
    })
    return results
  }

  async lock({ key, value, ttl }: DriverEntry): Promise<boolean> {
    return this.#writeOne((table, now) => {
      const there = table.get(key, now)
      if (there !== undefined && !isSame(there, value)) return false
      table.put(key, value, ttl, now)
      return true
    })
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#writeOne((table, now) => {
      const there = table.get(key, now)
      return there !== undefined && isSame(there, token) && table.delete(key, now)
    })
  }

  async now(): Promise<number> {
    if (this.#closed) throw closedError(TIER)
    return this.#clock.wall()
  }

  connect(): Promise<void> {
    return this.#file.open()
  }

  reset(): void {
    this.#file.reset()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#sweeper?.cancel()
    this.#file.close()
  }

  /** Runs `work` on each item, as many in one transaction as may be; the last one reads the guard. */
  async #each<Item extends { readonly key: string; readonly value?: Uint8Array }, T>(
    items: readonly Item[],
    work: (table: SqliteEntries, item: Item, now: number) => T,
    guard?: string,
  ): Promise<{ readonly results: T[]; readonly guard: Uint8Array | undefined }> {
    let value: Uint8Array | undefined
    const groups = inPieces(items)
    const pieces = groups.map((some, i) => (table: SqliteEntries): T[] => {
      const now = this.#clock.wall()
      const results = some.map((item) => work(table, item, now))
      if (i === groups.length - 1 && guard !== undefined) value = table.get(guard, now)
      return results
    })
    return { results: (await this.#write(pieces)).flat(), guard: value }
  }

  async #writeOne<T>(work: (table: SqliteEntries, now: number) => T): Promise<T> {
    const [result] = await this.#write([(table) => work(table, this.#clock.wall())])
    return result as T
  }

  #write<T>(pieces: readonly ((table: SqliteEntries) => T)[]): Promise<T[]> {
    this.#sweeper ??= this.#clock.after(this.#sweepInterval, () => {
      this.#sweeper = undefined
      this.#inSteps((table) => table.deleteExpired(this.#clock.wall(), STEP)).catch(() => undefined)
    })
    return this.#file.write(pieces)
  }

  /** Removes in steps until one of them is not full; answers how many. */
  async #inSteps(step: (table: SqliteEntries) => number, signal?: AbortSignal): Promise<number> {
    if (this.#closed) throw closedError(TIER)
    let removed = 0
    for (let last = STEP; last === STEP && !signal?.aborted; removed += last) {
      if (removed > 0) await yieldToEventLoop()
      last = (await this.#file.write([step]))[0] ?? 0
    }
    return removed
  }
}

/** Stores one value, where it may, and tells what was there. */
function exchange(table: SqliteEntries, entry: DriverEntry, now: number, onlyNewer: boolean): Previous {
  const there = table.head(entry.key, now)
  if (onlyNewer && (now > (entry.before ?? Infinity) || isRefused(there, entry))) return 'newer'
  table.put(entry.key, entry.value, entry.ttl, now)
  return previousOf(there)
}

/** Whether what is there is not older than what would replace it. */
function isRefused(there: Uint8Array | undefined, { value }: DriverEntry): boolean {
  return there !== undefined && !isOlder(there, value)
}

/** At least one piece, so that the guard is read with an empty batch too. */
function inPieces<Item extends { readonly key: string; readonly value?: Uint8Array }>(
  items: readonly Item[],
): (readonly Item[])[] {
  const pieces: Item[][] = [[]]
  let bytes = 0
  for (const item of items) {
    const length = item.value?.byteLength ?? 0
    const last = pieces.at(-1) as Item[]
    if (last.length > 0 && (last.length === STEP || bytes + length > STEP_BYTES)) {
      pieces.push([item])
      bytes = length
    } else {
      last.push(item)
      bytes += length
    }
  }
  return pieces
}

function invalid(option: string, allowed: string): CacheError {
  return new CacheError('INVALID_OPTION', `${TIER}: ${option} must be ${allowed}`, { context: { tier: TIER, option } })
}
