import type { CacheError } from '../errors.ts'
import type { Bus } from './bus.ts'

/**
 * The interface of an L2 tier: byte strings under string keys, in batches.
 *
 * A driver knows nothing of regions, tags, envelopes or circuits. It may reject, always
 * with a `CacheError`: the layer above limits its time, opens the circuit and journals what
 * could not be written. `WRITE_REFUSED` says that the tier takes no writes now (it is full, or
 * read-only) but may well serve reads. A driver that cannot reach its tier rejects at once instead of
 * queueing, so that no write happens long after its caller gave up.
 *
 * Keys are well-formed strings of at most 70 KB; values are opaque, but those written by
 * omnicache hold a 16-byte stamp at `STAMP_OFFSET`, compared as unsigned bytes. The entries
 * of a batch are applied in order. The bytes handed in must not change before the promise
 * settles and are not kept after it; the bytes handed out belong to the caller.
 */
export interface Driver {
  /** What metrics, events and errors call this tier: 'redis', 'indexeddb', … */
  readonly name: string
  /** Whether other processes (or tabs) can write to the same data. */
  readonly shared: boolean
  /** Whether values may be read from copies that lag behind: then none is trusted for long, bus or not. Default: false. */
  readonly lags?: boolean | undefined
  /**
   * Whether it can look at what is there and write, or write several keys, with nobody in between. Where
   * it cannot, `onlyNewer`, `setIfAbsent` and `commit` hold among the calls of one driver object, and
   * another process may come between, or see some of it. Default: true.
   */
  readonly atomic?: boolean | undefined
  /**
   * How many keys it takes at a time, where those of one call go one by one: such a call has its limit for each
   * round of them, eight times at the most. Default: as many as there are.
   */
  readonly parallel?: number | undefined
  /** Why there is no connection just now, as far as it is known: what is said of a call that had no answer in time. */
  readonly lastError?: CacheError | undefined
  /**
   * Values in the order of `keys`, in one round trip; `undefined` where there is none. The first
   * `current` of them are what the tier holds now; for the others a copy will do that lags
   * behind, where the tier has such. Default: all.
   */
  getMany(keys: readonly string[], current?: number): Promise<(Uint8Array | undefined)[]>
  /**
   * Stores all, in one round trip; each entry replaces what was there. With `guard`, that
   * key is read in the same round trip, after the writes, and its value answered.
   */
  setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined>
  /**
   * Stores each entry and tells what was there before, in one round trip; each entry is
   * atomic by itself. With `onlyNewer` an entry is written only where there is no value or
   * one with an older stamp; where it is not written the answer is 'newer'.
   */
  exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange>
  /**
   * As `exchangeMany` with `onlyNewer`, but nobody sees some of the writes without the others.
   * Rejects with `COMMIT_FAILED`, and sends nothing, where the tier cannot do that with these
   * keys. Without this method what belongs together is written as `exchangeMany` does.
   */
  exchangeTogether?(entries: readonly DriverEntry[], guard?: string): Promise<Exchange>
  /**
   * Stores `value` only where there is none, until it is deleted, and answers what is there
   * afterwards.
   */
  setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array>
  /**
   * Stores all or nothing, atomically; each entry replaces what was there. With `onlyNewer`
   * nothing is written where one of the keys has a value whose stamp is not older, and the
   * answer is false; else it is true. Rejects with `COMMIT_UNKNOWN` where the connection broke
   * after the entries were sent, so that they may or may not be there; with anything else
   * nothing was written. Where the tier is not `atomic`, some of them may be there when it rejects.
   */
  commit(entries: readonly DriverEntry[], onlyNewer?: boolean): Promise<boolean>
  /** Removes the keys; answers how many were there. */
  deleteMany(keys: readonly string[]): Promise<number>
  /**
   * Removes in the background of the server's other work every key that starts with
   * `prefix`, in small steps; answers how many. Stops early when `signal` aborts.
   */
  deletePrefix(prefix: string, signal?: AbortSignal): Promise<number>
  /**
   * Some of the keys that start with `prefix`, and where to go on: from no `cursor` until there is
   * none, every key is told that is there all the time, and maybe twice. Absent where the tier cannot
   * tell its keys; then `replaceMany` is too.
   */
  scan?(prefix: string, cursor?: string): Promise<ScanStep>
  /**
   * Puts each value in the place of what begins with its `head`, and nowhere else; what it replaces
   * hands its lifetime on. Answers for each whether it did, in order; each entry is atomic by itself.
   */
  replaceMany?(replacements: readonly Replacement[]): Promise<boolean[]>
  /**
   * Takes the lock `key` for `ttl` ms: stores the token `value` where there is none, or the same
   * one, which so is kept for longer. Answers whether it did; false: somebody else has it. Atomic.
   * Absent where the tier has no locks; then `unlock` is too.
   */
  lock?(entry: DriverEntry): Promise<boolean>
  /** Gives up the lock `key` where its token is still this one; answers whether it was. Atomic. */
  unlock?(key: string, token: Uint8Array): Promise<boolean>
  /**
   * A bus between all who share this tier; nothing is opened yet. Absent, or `undefined`, where
   * the tier has none.
   *
   * @throws CacheError `INVALID_OPTION` where it has none of that kind.
   */
  bus?(options: BusOptions): Bus | undefined
  /** The tier's own wall clock, in ms since 1970; the local one where it has none. */
  now(): Promise<number>
  /**
   * Calls back whenever there is a connection again, for a driver that makes them by itself: a tier that
   * was away is then asked at once, not at the next probe. Each cache that uses the driver asks for it.
   */
  onConnected?(told: () => void): void
  /** Opens what must be open, and answers when the tier can serve. Idempotent. */
  connect(): Promise<void>
  /**
   * Gives up the connection that the driver made itself, and makes another: on this one there
   * were no answers, or those of other questions. A client that it was handed stays as it is.
   */
  reset?(): void
  /**
   * Closes what the driver opened itself, never a client that it was handed. Idempotent, and
   * never waits for the tier. Everything called afterwards rejects with `CLOSED`.
   */
  close(): Promise<void>
}

/** Which bus is wanted of a driver. */
export interface BusOptions {
  /** What every key in the tier starts with. */
  readonly namespace: string
  /**
   * 'pubsub': over a server. 'tracking': the server tells by itself what changes in it. 'auto' is
   * what suits the tier best.
   */
  readonly kind: 'auto' | 'pubsub' | 'tracking'
}

/** One value to store. */
export interface DriverEntry {
  /** Where it is stored. */
  readonly key: string
  /** What is stored. */
  readonly value: Uint8Array
  /** How long the tier keeps the value, in ms, more than 0; `Infinity` keeps it until it is deleted. */
  readonly ttl: number
  /**
   * Until when the tier may store it, in ms since 1970 by its own clock. What `exchangeMany` with
   * `onlyNewer` is given after that is not stored, and answered with 'newer'. All entries of one
   * call have the same. Default: for ever.
   */
  readonly before?: number | undefined
}

/** One step of a scan: keys, and the cursor to go on with, if there may be more. */
export interface ScanStep {
  /** Keys that are there; maybe none. */
  readonly keys: readonly string[]
  /** What `scan` is to be given next; `undefined` at the end. */
  readonly cursor: string | undefined
}

/** A value that is to take the place of one that is known. */
export interface Replacement {
  /** Where it is stored. */
  readonly key: string
  /** How the value begins that it replaces; not empty. */
  readonly head: Uint8Array
  /** What takes its place. */
  readonly value: Uint8Array
}

/** What `exchangeMany` found under each key, in order, and the value of the guard key. */
export interface Exchange {
  /** What was under each key, in the order of the entries. */
  readonly previous: Previous[]
  /** The value of the guard key, read after the writes; `undefined` where there is none. */
  readonly guard: Uint8Array | undefined
}

/** What was under a key: nothing, a value, a tombstone, or something newer that was kept. */
export type Previous = 'none' | 'value' | 'tombstone' | 'newer'

/** Where the flags of a value lie, and the flag that marks a tombstone (a deleted key). */
export const FLAGS_OFFSET = 3
export const TOMBSTONE_FLAG = 0x01

/** Where the stamp of a value lies: its first byte. */
export const STAMP_OFFSET = 8

/** How many bytes a stamp has. */
export const STAMP_BYTES = 16

/** Whether `a`'s stamp is older than `b`'s. A value too short for a stamp is older than all. */
export function isOlder(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = STAMP_OFFSET; i < STAMP_OFFSET + STAMP_BYTES; i++) {
    const x = a[i] ?? -1
    const y = b[i] ?? -1
    if (x !== y) return x < y
  }
  return false
}

/** Whether two values have the same bytes. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])
}

/** Whether a value begins with `head`. */
export function beginsWith(value: Uint8Array, head: Uint8Array): boolean {
  return value.byteLength >= head.byteLength && head.every((byte, i) => byte === value[i])
}

/** What `exchangeMany` says of a value that it replaced. */
export function previousOf(value: Uint8Array | undefined): Previous {
  if (value === undefined) return 'none'
  return ((value[FLAGS_OFFSET] ?? 0) & TOMBSTONE_FLAG) === 0 ? 'value' : 'tombstone'
}
