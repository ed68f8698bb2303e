import type { Serialized } from '../../codec/serializer.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { StoreLimits } from '../../memory/store.ts'

/** When an entry ends, in ms of the local monotonic clock; `Infinity` is never. */
export interface LocalTimes {
  /** Until when the value is fresh. */
  freshUntil: number
  /** Until when it is kept, as a stale one; absent where that is no longer. */
  staleUntil?: number | undefined
  /** The mark of when it was last known to be what a shared L2 holds: see `Trust`. */
  checkedAt: number
}

/** An entry found in memory. Only valid until the next call: it may be used again. */
export interface Found extends LocalTimes {
  value: unknown
  tags: EntryTags | undefined
  /** The validator that its factory gave it; absent where there is none. */
  etag?: string | undefined
}

/** An entry of memory that is large and not opened yet. */
export interface LargeFound extends LocalTimes {
  /** A copy of the core's record. */
  readonly record: Uint8Array
}

/** What a write left behind. */
export interface Written {
  /** Whether the entry is in memory now: not if it is heavier than the region's budget. */
  readonly stored: boolean
  /** The entry's envelope, where one was asked for. */
  readonly envelope: Uint8Array | undefined
  /** The bytes of the value before compression, as far as they are known. */
  readonly rawBytes: number
  /** The bytes that are stored. */
  readonly storedBytes: number
}

/** The times of an entry as its envelope has them, in ms since 1970 by L2's clock. */
export interface EnvelopeTimes {
  readonly stamp: Uint8Array
  readonly created: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** The entries of one region in memory. */
export interface L1 {
  readonly kind: 'live' | 'packed'
  readonly size: number
  readonly bytes: number
  readonly limits: StoreLimits
  /** When there is something to expire next, on the clock of the deadlines; `Infinity` is never. */
  readonly nextExpiry: number
  /**
   * The entry, marked as used; `undefined` where there is none, or none that opens. With `large`, also where its
   * payload has so many bytes or more, and the host may be faster at opening it.
   */
  get(key: string, large?: number): Found | undefined
  /** The entry that `get` left out, because it is large. */
  large?(key: string): LargeFound | undefined
  has(key: string): boolean
  /**
   * Stores a value; with `times` it makes the entry's envelope too. `weight` is the value's, and `serialized` its
   * stored form, where these are known.
   */
  set(
    key: string,
    value: unknown,
    local: LocalTimes,
    times: EnvelopeTimes | undefined,
    tags: EntryTags | undefined,
    etag?: string,
    weight?: number,
    serialized?: Serialized,
  ): Written
  /** Stores an entry by its envelope, which was just opened, or made. */
  fill(key: string, opened: Contents, local: LocalTimes): boolean
  delete(key: string): boolean
  /** Removes the entry that L2 knows by this key. */
  deleteStored(storedKey: string): boolean
  clear(): number
  expire(): number
  evictOne(): boolean
  setLimits(limits: StoreLimits): void
  setPolicy(policy: number, favorBytes: boolean): void
  /** What is stored and not over, for moving to another kind of store. */
  entries(): IterableIterator<[string, Found]>
  dispose(): void
}

/** An envelope and what is in it. */
export interface Contents {
  readonly value: unknown
  readonly tags: EntryTags | undefined
  readonly etag: string | undefined
  readonly envelope: Uint8Array
}

/** An envelope that was opened: its value and its header's times. */
export interface Opened extends Contents {
  readonly created: number
  readonly freshUntil: number
  readonly staleUntil: number
}
