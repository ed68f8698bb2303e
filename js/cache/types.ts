import type { RegionName } from '../config/presets.ts'

export type { RegionName }

import type { Duration } from '../config/units.ts'

/** Options of one write. */
export interface SetOptions {
  /** How long the entry is fresh. Default: the region's `ttl`. */
  readonly ttl?: Duration
  /**
   * What the entry can be deleted or expired by, together with all others that have one of these
   * tags: at most 64, each a non-empty string of at most 256 bytes in UTF-8. Default: none.
   */
  readonly tags?: readonly string[]
}

/** What a factory of `getOrSet` is given. */
export interface FactoryContext {
  /** The key that is missing. */
  readonly key: string
  /** Aborts when nobody waits for the value any more. */
  readonly signal: AbortSignal
}

/** Makes the value of a missing key. `undefined` means that there is none: nothing is stored. */
export type Factory<V> = (context: FactoryContext) => V | Promise<V>

/** Options of `getOrSet`. */
export interface GetOrSetOptions extends SetOptions {
  /** Runs the factory even where a value is stored. Default: false. */
  readonly forceFresh?: boolean
  /** Leaves the call when it aborts; others that wait for the same value are not disturbed. */
  readonly signal?: AbortSignal
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
  readonly onProgress?: (progress: WarmProgress) => void
  /** Stops the warming when it aborts; what is stored by then stays. */
  readonly signal?: AbortSignal
}

/** What `warm` takes: an object, a Map, or any (also asynchronous) iterable of pairs. */
export type WarmData<V> =
  | Readonly<Record<string, V>>
  | Iterable<readonly [string, V]>
  | AsyncIterable<readonly [string, V]>
