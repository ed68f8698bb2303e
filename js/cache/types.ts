import type { RegionName } from '../config/presets.ts'

export type { RegionName }

import type { ReadOptions } from '../config/types.ts'
import type { Duration } from '../config/units.ts'

/** Options of one write. */
export interface SetOptions extends Pick<ReadOptions, 'grace' | 'swr' | 'jitter'> {
  /** How long the entry is fresh. Default: the region's `ttl`. */
  readonly ttl?: Duration | undefined
  /**
   * What the entry can be deleted or expired by, together with all others that have one of these
   * tags: at most 64, each a non-empty string of at most 256 bytes in UTF-8. Default: none.
   */
  readonly tags?: readonly string[] | undefined
  /** What is otherwise in memory. */
  readonly l1?:
    | {
        /** How long memory serves the entry at the most, before it asks L2 again. Default: `ttl`. */
        readonly ttl?: Duration | undefined
        /** Whether memory is neither read nor written. Default: false. */
        readonly skip?: boolean | undefined
      }
    | undefined
  /** What is otherwise in L2. */
  readonly l2?:
    | {
        /** How long the entry is fresh in L2. Default: `ttl`. */
        readonly ttl?: Duration | undefined
        /** The limit of one operation in L2. Default: the region's. */
        readonly timeout?: Duration | undefined
        /** Whether L2 is neither read nor written, and others are told nothing. Default: false. */
        readonly skip?: boolean | undefined
      }
    | undefined
}

/** What a factory of `getOrSet` is given. */
export interface FactoryContext<V = unknown> {
  /** The key that is asked for. */
  readonly key: string
  /** The stale value, where there is one. */
  readonly stale: V | undefined
  /**
   * The validator of the stale value, such as an HTTP ETag, if it had one. What a factory assigns here is
   * stored with its value; of more than 1,024 bytes it is not.
   */
  etag: string | undefined
  /** Aborts when nobody waits for the value any more, or after `hardTimeout`. */
  readonly signal: AbortSignal
  /** The value is handed out and not stored: `return skip(value)`. */
  skip(): undefined
  skip<T>(value: T): T
  /** Throws: the factory has failed, and a stale value is handed out within `grace`. What is no `Error` becomes one, with the code `FACTORY_FAILED`. */
  fail(reason: unknown): never
  /**
   * Changes options of the entry that is being made. Its tags count from this call on: name
   * them before you read what they stand for.
   */
  setOptions(options: MadeOptions): void
  /**
   * The stale value is still right: `return notModified()` stores it anew, with its etag.
   * Throws `INVALID_OPTION` where there is none.
   */
  notModified(): V
}

/** What a factory can still say of the entry that it makes. */
export type MadeOptions = Pick<SetOptions, 'ttl' | 'tags' | 'grace'>

/**
 * Makes the value of a key. `undefined` means that there is none: nothing is stored, unless
 * `negativeTtl` says for how long.
 *
 * @typeParam Known - What is known of the stale value's type.
 */
export type Factory<V, Known = unknown> = (context: FactoryContext<Known>) => V | Promise<V>

/** Options of `getOrSet`. */
export interface GetOrSetOptions extends SetOptions, ReadOptions {
  /** Runs the factory even where a value is stored, and hands out nothing stale. Default: false. */
  readonly forceFresh?: boolean | undefined
  /** Leaves the call when it aborts; others that wait for the same value are not disturbed. */
  readonly signal?: AbortSignal | undefined
  /**
   * Told, while the call is made, of a promise that never rejects and settles when the work is done that
   * the call may leave behind: `ctx.waitUntil` of an edge worker.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** `getOrSet` with everything in one object. */
export interface GetOrSetRequest<V, Known = unknown> extends GetOrSetOptions {
  /** The key that is asked for. */
  readonly key: string
  /** Makes the value where there is none. */
  readonly factory: Factory<V, Known>
}

/** What `getOrSetMany` takes: what it is told of the keys that are missing, and how many go into one call. */
export interface GetOrSetManyOptions extends GetOrSetOptions {
  /** The most keys in one call of the factory. Default: Infinity. */
  readonly chunk?: number | undefined
}

/** What a factory of `getOrSetMany` answers: values by key; an `Error` in the place of one that failed. */
export type ManyMade<V> = ReadonlyMap<string, V | Error | undefined> | Readonly<Record<string, V | Error | undefined>>

/** Makes the values of the keys that are missing. `signal` aborts when nobody waits for any of them. */
export type ManyFactory<V> = (
  missing: readonly string[],
  context: {
    /** Aborts when nobody waits for any of the values any more, or after `hardTimeout`. */
    readonly signal: AbortSignal
  },
) => ManyMade<V> | Promise<ManyMade<V>>

/** What `getEntry` tells of a key. */
export interface EntryInfo<V = unknown> {
  /** The value, also a stale one. */
  readonly value: V | undefined
  /** Whether there is one. */
  readonly hit: boolean
  /** Whether its time is over: `get` would not hand it out. */
  readonly stale: boolean
  /** Who had it: 'memory', 'redis', … */
  readonly tier: string | undefined
  /** When its value was made, in ms since 1970; `undefined` where L2 would know and could not be asked. */
  readonly createdAt: number | undefined
  /** Until when it is fresh, in ms since 1970; `Infinity` is for ever. */
  readonly expiresAt: number | undefined
  /** Its tags; none in an encrypted region, where they cannot be told. */
  readonly tags: readonly string[]
}

/** What `warm` tells while it runs. */
export interface WarmProgress {
  /** Entries looked at so far. */
  readonly done: number
  /** Entries in all, where the data tells. */
  readonly total: number | undefined
  /** Entries that were stored. */
  readonly stored: number
}

/** Options of `warm`. */
export interface WarmOptions extends SetOptions {
  /** Called after each batch. */
  readonly onProgress?: ((progress: WarmProgress) => void) | undefined
  /** Stops the warming when it aborts; what is stored by then stays. */
  readonly signal?: AbortSignal | undefined
}

/** What `warm` takes: an object, a Map, or any (also asynchronous) iterable of pairs. */
export type WarmData<V> =
  | Readonly<Record<string, V>>
  | Iterable<readonly [string, V]>
  | AsyncIterable<readonly [string, V]>
