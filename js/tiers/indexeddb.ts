import { type Clock, systemClock, type Timer } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { broadcastChannelBus, hasBroadcastChannel } from './broadcast-channel.ts'
import type { Bus } from './bus.ts'
import {
  type BusOptions,
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
import { BY_EXPIRY, EntryDatabase, forget, type Store, TIER } from './indexeddb-database.ts'
import { closedError, tierError } from './tier-error.ts'

/** Options of `indexedDbDriver`. All times are ms. */
export interface IndexedDbOptions {
  /** The database of this origin to use; omnicache keeps one object store in it. Default: 'omnicache'. */
  readonly database?: string | undefined
  /** How often expired values are removed in the background. Default: 60000. */
  readonly sweepInterval?: number | undefined
  /** How long opening may take, for instance while another tab deletes the database. Default: 5000. */
  readonly openTimeout?: number | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/**
 * The tier in a browser's IndexedDB: what is stored outlives the page and is shared by the
 * tabs and workers of the origin. Writes are `relaxed`: the system may lose the last ones in
 * a power cut, as a cache may.
 *
 * @throws CacheError `UNSUPPORTED_RUNTIME` where there is no IndexedDB, such as in Node; `INVALID_OPTION` for a wrong option.
 */
export function indexedDbDriver(options: IndexedDbOptions = {}): Driver {
  if (!('indexedDB' in globalThis)) {
    throw new CacheError(
      'UNSUPPORTED_RUNTIME',
      'indexeddb: this runtime has no IndexedDB; in Node use the Redis tier (the option `redis`) or omnicache/sqlite, ' +
        'in a worker omnicache/cloudflare-kv or omnicache/upstash',
      { context: { tier: TIER } },
    )
  }
  const spans = ['sweepInterval', 'openTimeout'] as const
  checkOptions('indexedDbDriver', options, ['database', ...spans, 'clock'], spans)
  return new IndexedDbDriver(options)
}

/** How many values one step of a removal takes, so that no transaction is long. */
const STEP = 500

class IndexedDbDriver implements Driver {
  readonly name = TIER
  readonly shared = true
  readonly #clock: Clock
  readonly #sweepInterval: number
  readonly #name: string
  readonly #database: EntryDatabase
  #sweeper: Timer | undefined
  #closed = false

  constructor(options: IndexedDbOptions) {
    this.#clock = options.clock ?? systemClock
    this.#sweepInterval = options.sweepInterval ?? 60_000
    this.#name = options.database ?? 'omnicache'
    this.#database = new EntryDatabase(this.#name, options.openTimeout ?? 5000, this.#clock)
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#transact('readonly', (store) => this.#read(store, keys))
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return this.#transact('readwrite', async (store) => {
      for (const entry of entries) this.#put(store, entry)
      return this.#readGuard(store, guard)
    })
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    return this.#transact('readwrite', async (store) => {
      const there = await this.#readMap(store, entries)
      const previous = entries.map((entry): Previous => {
        const before = there.get(entry.key)
        const late = this.#clock.wall() > (entry.before ?? Infinity)
        if (onlyNewer && (late || isRefused(before, entry))) return 'newer'
        there.set(entry.key, entry.value)
        this.#put(store, entry)
        return previousOf(before)
      })
      return { previous, guard: await this.#readGuard(store, guard) }
    })
  }

  /** One transaction takes all that `exchangeMany` is given. */
  exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.exchangeMany(entries, true, guard)
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#transact('readwrite', async (store) => {
      const [there] = await this.#read(store, [key])
      if (there !== undefined) return there
      this.#put(store, { key, value, ttl: Number.POSITIVE_INFINITY })
      return new Uint8Array(value)
    })
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    return this.#transact('readwrite', async (store) => {
      const there = onlyNewer ? await this.#readMap(store, entries) : new Map<string, Uint8Array>()
      if (entries.some((entry) => isRefused(there.get(entry.key), entry))) return false
      for (const entry of entries) this.#put(store, entry)
      return true
    })
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return this.#transact('readwrite', async (store) => {
      const there = await this.#readMap(
        store,
        [...new Set(keys)].map((key) => ({ key })),
      )
      for (const key of there.keys()) forget(store.delete(key))
      return [...there.values()].filter((value) => value !== undefined).length
    })
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    const range = prefixRange(prefix)
    let removed = 0
    for (let step = STEP; step === STEP && !signal?.aborted; removed += step) {
      step = await this.#transact('readwrite', async (store) => {
        const keys = await store.getAllKeys(range, STEP)
        for (const key of keys) forget(store.delete(key))
        return keys.length
      })
    }
    return removed
  }

  /** The cursor is the last key. */
  async scan(prefix: string, cursor?: string): Promise<ScanStep> {
    return this.#transact('readonly', async (store) => {
      const keys = await store.getAllKeys(prefixRange(prefix, cursor), STEP)
      return { keys, cursor: keys.length < STEP ? undefined : keys.at(-1) }
    })
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    return this.#transact('readwrite', async (store) => {
      const now = this.#clock.wall()
      const there = await Promise.all(replacements.map(({ key }) => store.get(key)))
      return replacements.map(({ key, head, value }, i) => {
        const stored = there[i]
        if (stored === undefined || stored.e <= now || !beginsWith(stored.v, head)) return false
        forget(store.put({ v: new Uint8Array(value), e: stored.e }, key))
        return true
      })
    })
  }

  async lock(entry: DriverEntry): Promise<boolean> {
    return this.#transact('readwrite', async (store) => {
      const [there] = await this.#read(store, [entry.key])
      if (there !== undefined && !isSame(there, entry.value)) return false
      this.#put(store, entry)
      return true
    })
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#transact('readwrite', async (store) => {
      const [there] = await this.#read(store, [key])
      if (there === undefined || !isSame(there, token)) return false
      forget(store.delete(key))
      return true
    })
  }

  async now(): Promise<number> {
    if (this.#closed) throw closedError(TIER)
    return this.#clock.wall()
  }

  bus({ namespace, kind }: BusOptions): Bus | undefined {
    return kind === 'auto' && hasBroadcastChannel() ? broadcastChannelBus(`${this.#name}:${namespace}:bus`) : undefined
  }

  async connect(): Promise<void> {
    await this.#database.open().catch(fail)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#sweeper?.cancel()
    this.#database.close()
  }

  async #transact<Mode extends 'readonly' | 'readwrite', T>(
    mode: Mode,
    work: (store: Store<Mode>) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw closedError(TIER)
    this.#sweeper ??= this.#clock.after(this.#sweepInterval, () => {
      this.#sweeper = undefined
      this.#sweep().catch(() => undefined)
    })
    try {
      return await this.#database.transact(mode, work)
    } catch (error) {
      if (!isQuota(error)) return fail(error)
    }
    // The disk is full: make room and try once more.
    try {
      await this.#sweep()
      return await this.#database.transact(mode, work)
    } catch (error) {
      // After this, Firefox lets the next transaction that writes only remove: it is to be this one.
      if (isQuota(error)) await this.#sweep().catch(() => undefined)
      return fail(error)
    }
  }

  /** Removes what has expired. */
  async #sweep(): Promise<void> {
    for (let step = STEP; step === STEP && !this.#closed; ) {
      step = await this.#database.transact('readwrite', async (store) => {
        const expired = IDBKeyRange.upperBound(this.#clock.wall())
        const keys = await store.index(BY_EXPIRY).getAllKeys(expired, STEP)
        for (const key of keys) forget(store.delete(key))
        return keys.length
      })
    }
  }

  async #read(store: Store<'readonly' | 'readwrite'>, keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const now = this.#clock.wall()
    const found = await Promise.all(keys.map((key) => store.get(key)))
    return found.map((stored) => (stored !== undefined && stored.e > now ? stored.v : undefined))
  }

  async #readMap(store: Store<'readwrite'>, entries: readonly { readonly key: string }[]) {
    const values = await this.#read(
      store,
      entries.map(({ key }) => key),
    )
    return new Map(entries.map(({ key }, i) => [key, values[i]]))
  }

  async #readGuard(store: Store<'readwrite'>, guard: string | undefined): Promise<Uint8Array | undefined> {
    return guard === undefined ? undefined : (await this.#read(store, [guard]))[0]
  }

  /** Copies the value first: a view would be stored together with all of the buffer behind it. */
  #put(store: Store<'readwrite'>, { key, value, ttl }: DriverEntry): void {
    forget(store.put({ v: new Uint8Array(value), e: this.#clock.wall() + ttl }, key))
  }
}

/** Whether what is there is not older than what would replace it. */
function isRefused(there: Uint8Array | undefined, { value }: DriverEntry): boolean {
  return there !== undefined && !isOlder(there, value)
}

/** All keys that begin with `prefix`, or those behind `after`, in the order of UTF-16 code units, which is IndexedDB's. */
function prefixRange(prefix: string, after?: string): IDBKeyRange | null {
  const [from, open] = after === undefined ? [prefix, false] : [after, true]
  const stem = prefix.replace(/\uffff+$/, '')
  if (stem === '') return from === '' ? null : IDBKeyRange.lowerBound(from, open)
  const last = stem.charCodeAt(stem.length - 1)
  return IDBKeyRange.bound(from, stem.slice(0, -1) + String.fromCharCode(last + 1), open, true)
}

function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError'
}

function fail(error: unknown): never {
  throw tierError(TIER, error)
}
