import type { Clock, Timer } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { whenOver } from '../requests.ts'
import { isRequestBound } from '../runtime.ts'
import { type Driver, type DriverEntry, type Exchange, isOlder, isSame, type Previous, previousOf } from './driver.ts'
import { closedError, tierError } from './tier-error.ts'

/** A store that can get, put and delete one value at a time, and nothing more. */
export interface KeyValueStore {
  /** What errors, metrics and events call it. */
  readonly name: string
  readonly lags?: boolean
  /** How long a key's name may be, in characters of ASCII. */
  readonly longestName: number
  /** How many calls may be under way at once. */
  readonly parallel: number
  /** Whether the tier refused a write for now, and may well serve reads. */
  refused?(error: unknown): boolean
  /** The bytes under a name, the caller's own. */
  get(name: string): Promise<Uint8Array | undefined>
  /** Stores bytes, for at least `ttl` ms; they are not kept beyond the call. */
  put(name: string, value: Uint8Array, ttl: number): Promise<unknown>
  delete(name: string): Promise<unknown>
  /** All names that begin with `prefix`, in steps; none where the store cannot tell. */
  names(prefix: string): AsyncIterable<readonly string[]>
}

/** When a value is over: wall-clock ms as a double before each value, since stores keep time in seconds or not at all. */
const DEADLINE_BYTES = 8

/** How long a call waits for one before it at the most where that may never end, in ms. */
const PATIENCE = 1000

/** As long does a read: before its own limit is over, it answers what is there. */
const READ_PATIENCE = 100

/**
 * The tier in a store that knows no transactions. What must look before it writes takes turns among the
 * calls of this object, key by key; another process may come in between.
 */
export class KeyValueDriver implements Driver {
  readonly name: string
  readonly shared = true
  readonly atomic = false
  readonly lags: boolean
  readonly parallel: number
  readonly #store: KeyValueStore
  readonly #clock: Clock
  readonly #names: Names
  /** The last call of each key that is under way. */
  readonly #turns = new Map<string, Promise<unknown>>()
  #closed = false

  constructor(store: KeyValueStore, clock: Clock) {
    this.name = store.name
    this.lags = store.lags ?? false
    this.parallel = store.parallel
    this.#store = store
    this.#clock = clock
    this.#names = new Names(store.longestName)
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen()
    await this.#before(keys, READ_PATIENCE)
    return this.#each(keys, (key) => this.#read(key))
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    await this.#byKey(entries, async (some) => {
      const last = some.at(-1)
      if (last !== undefined) await this.#write(last)
      return some.map(() => undefined)
    })
    return this.#guard(guard)
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    const previous = await this.#byKey(entries, async (some) => {
      let there = await this.#read(some[0]?.key ?? '')
      let stored: DriverEntry | undefined
      const found = some.map((entry): Previous => {
        const late = this.#clock.wall() > (entry.before ?? Infinity)
        if (onlyNewer && (late || isRefused(there, entry))) return 'newer'
        const was = previousOf(there)
        there = entry.value
        stored = entry
        return was
      })
      if (stored !== undefined) await this.#write(stored)
      return found
    })
    return { previous, guard: await this.#guard(guard) }
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#turn([key], async () => {
      const there = await this.#read(key)
      if (there !== undefined) return there
      await this.#write({ key, value, ttl: Number.POSITIVE_INFINITY })
      return new Uint8Array(value)
    })
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    const last = new Map(entries.map((entry) => [entry.key, entry]))
    return this.#turn([...last.keys()], async () => {
      if (onlyNewer) {
        const there = await this.#each([...last.keys()], (key) => this.#read(key))
        if ([...last.values()].some((entry, i) => isRefused(there[i], entry))) return false
      }
      await this.#each([...last.values()], (entry) => this.#write(entry))
      return true
    })
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const removed = await this.#byKey(
      [...new Set(keys)].map((key) => ({ key })),
      async ([one]) => {
        const key = one?.key ?? ''
        const there = await this.#read(key)
        if (there !== undefined) await this.#writing(async () => this.#store.delete(await this.#names.of(key)))
        return [there !== undefined]
      },
    )
    return removed.filter((was) => was).length
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    this.#assertOpen()
    let removed = 0
    const start = this.#names.ofPrefix(prefix)
    if (start === undefined || signal?.aborted) return removed
    try {
      for await (const names of this.#store.names(start)) {
        await this.#each(names, (name) => this.#store.delete(name))
        removed += names.length
        if (signal?.aborted) break
      }
    } catch (error) {
      throw tierError(this.name, error)
    }
    return removed
  }

  async lock({ key, value, ttl }: DriverEntry): Promise<boolean> {
    return this.#turn([key], async () => {
      const there = await this.#read(key)
      if (there !== undefined && !isSame(there, value)) return false
      await this.#write({ key, value, ttl })
      return true
    })
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#turn([key], async () => {
      const there = await this.#read(key)
      if (there === undefined || !isSame(there, token)) return false
      await this.#writing(async () => this.#store.delete(await this.#names.of(key)))
      return true
    })
  }

  async now(): Promise<number> {
    this.#assertOpen()
    return this.#clock.wall()
  }

  /** One read: an error comes now and not with the first value. */
  async connect(): Promise<void> {
    this.#assertOpen()
    await this.#read('')
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError(this.name)
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    try {
      const stored = await this.#store.get(await this.#names.of(key))
      if (stored === undefined || stored.byteLength < DEADLINE_BYTES) return undefined
      const deadline = new DataView(stored.buffer, stored.byteOffset).getFloat64(0)
      return deadline > this.#clock.wall() ? stored.subarray(DEADLINE_BYTES) : undefined
    } catch (error) {
      throw tierError(this.name, error)
    }
  }

  #write({ key, value, ttl }: DriverEntry): Promise<unknown> {
    const bytes = new Uint8Array(DEADLINE_BYTES + value.byteLength)
    new DataView(bytes.buffer).setFloat64(0, this.#clock.wall() + ttl)
    bytes.set(value, DEADLINE_BYTES)
    return this.#writing(async () => this.#store.put(await this.#names.of(key), bytes, ttl))
  }

  async #writing(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (this.#store.refused?.(cause) !== true) throw tierError(this.name, cause)
      const message = `${this.name}: ${(cause as Error).message}`
      throw new CacheError('WRITE_REFUSED', message, { cause, context: { tier: this.name } })
    }
  }

  #guard(guard: string | undefined): Promise<Uint8Array | undefined> {
    return guard === undefined ? Promise.resolve(undefined) : this.#read(guard)
  }

  /** Waits until no call uses one of the keys. */
  async #before(keys: readonly string[], patience = PATIENCE): Promise<void> {
    const turns = new Set(keys.map((key) => this.#turns.get(key)))
    turns.delete(undefined)
    await Promise.all([...turns].map((turn) => turn && this.#over(turn, patience)))
  }

  /** A call of the store that never ends must not hold its key for ever. */
  async #over(turn: Promise<unknown>, patience: number): Promise<unknown> {
    if (isRequestBound) return whenOver(turn, patience, this.#clock)
    let timer: Timer | undefined
    const given = new Promise<void>((resolve) => {
      timer = this.#clock.after(patience, resolve)
    })
    return Promise.race([turn, given]).finally(() => timer?.cancel())
  }

  /** Runs `work` once no call before it uses one of the keys; those that come later wait for it. */
  async #turn<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    const run = this.#before(keys).then(work)
    const settled = run.then(
      () => undefined,
      () => undefined,
    )
    for (const key of keys) this.#turns.set(key, settled)
    try {
      return await run
    } finally {
      for (const key of keys) if (this.#turns.get(key) === settled) this.#turns.delete(key)
    }
  }

  /** Runs `work` on the items of each key in their order; answers the results in the order of the items. */
  async #byKey<Item extends { readonly key: string }, T>(
    items: readonly Item[],
    work: (items: readonly Item[]) => Promise<T[]>,
  ): Promise<T[]> {
    this.#assertOpen()
    const places = new Map<string, number[]>()
    for (const [place, { key }] of items.entries()) {
      const some = places.get(key)
      if (some === undefined) places.set(key, [place])
      else some.push(place)
    }
    const results = new Array<T>(items.length)
    await this.#each([...places], async ([key, some]) => {
      const answers = await this.#turn([key], () => work(some.map((place) => items[place] as Item)))
      for (const [i, place] of some.entries()) results[place] = answers[i] as T
    })
    return results
  }

  /** As many at a time as the store takes. */
  async #each<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>): Promise<T[]> {
    const results = new Array<T>(items.length)
    const left = items.entries()
    const worker = async () => {
      for (const [i, item] of left) results[i] = await work(item)
    }
    await Promise.all(Array.from({ length: Math.min(this.parallel, items.length) }, worker))
    return results
  }
}

/** Whether what is there is not older than what would replace it. */
function isRefused(there: Uint8Array | undefined, { value }: DriverEntry): boolean {
  return there !== undefined && !isOlder(there, value)
}

const encoder = new TextEncoder()

/**
 * Names that every store takes and no file system confuses: a to z, digits and `-` as they are, each other
 * byte of UTF-8 as `_` and two digits. A longer name is cut, and ends in a SHA-256 of the key: it is exactly
 * as long as may be, and all others are shorter, so that no key can be chosen to meet another's.
 */
class Names {
  readonly #longest: number

  constructor(longest: number) {
    this.#longest = longest
  }

  async of(key: string): Promise<string> {
    const name = escaped(key)
    if (name.length < this.#longest) return name
    const digest = await crypto.subtle.digest('SHA-256', encoder.encode(key))
    const hash = Array.from(new Uint8Array(digest), hex).join('')
    return name.slice(0, this.#longest - hash.length) + hash
  }

  /** What the names of keys begin with that begin with `prefix`; nothing where only those do that are cut. */
  ofPrefix(prefix: string): string | undefined {
    const name = escaped(prefix)
    return name.length < this.#longest ? name : undefined
  }
}

function escaped(key: string): string {
  return `k${key.replace(/[^a-z0-9-]/gu, (character) => Array.from(encoder.encode(character), (byte) => `_${hex(byte)}`).join(''))}`
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
