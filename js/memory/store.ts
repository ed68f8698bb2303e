import type { Clock } from '../clock.ts'
import type { CacheError } from '../errors.ts'

/** Why an entry left a store. */
export type RemovalReason = 'evict' | 'expire' | 'set' | 'delete' | 'clear'

/** Told of each entry that leaves. Must not throw. */
export type Removed<V> = (key: string, value: V, reason: RemovalReason) => void

/** What a store may hold. `Infinity` is no limit. */
export interface StoreLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

/** How a store is made. */
export interface StoreOptions<V> {
  readonly policy: number
  readonly limits: StoreLimits
  /** Whether the policy is to save bytes missed rather than misses. Default: false. */
  readonly favorBytes?: boolean | undefined
  readonly clock: Clock
  readonly onRemove?: Removed<V> | undefined
  /** Told when the core crashed and was replaced. */
  readonly onRestart?: ((crash: CacheError) => void) | undefined
}

/** How a live store is made. */
export interface LiveStoreOptions<V> extends StoreOptions<V> {
  /** Whether `onRemove` is told only of entries that leave by themselves, evicted or expired. Default: of all. */
  readonly onlyDepartures?: boolean | undefined
}

/**
 * A synchronous store of entries with a policy, a budget and expiry. Deadlines are
 * monotonic milliseconds; `Infinity` never passes. Weights and limits are bytes.
 */
export interface Store<V> {
  readonly size: number
  readonly bytes: number
  readonly limits: StoreLimits
  /** When there is something to expire next, on the clock of the deadlines; `Infinity` is never. */
  readonly nextExpiry: number
  get(key: string): V | undefined
  /** As `get`, of what is fresh at `now`: it lives until `until` then, if it does not for ever. */
  getFresh(key: string, now: number, until: number | undefined): V | undefined
  /** As `get`, without a touch. */
  peek(key: string): V | undefined
  has(key: string): boolean
  deadline(key: string): number | undefined
  /** Moves the deadline of a live entry, which is no use of it; answers whether there is one. */
  setDeadline(key: string, deadline: number): boolean
  /** What a live entry was said to weigh; `undefined` where weights are the store's own to reckon. */
  weight(key: string): number | undefined
  /** False where the entry is heavier than the budget; what was there before is gone then. */
  set(key: string, value: V, weight: number, deadline: number): boolean
  /** Removes an entry; a live one with `reason`, which is 'delete' if not given. */
  delete(key: string, reason?: RemovalReason): boolean
  /** Removes all, and answers how many. */
  clear(): number
  /** Removes what has expired, about a second after its deadline at the latest, and answers how many. */
  expire(): number
  /** Removes all that is over at this moment, and answers how many; looks at every entry. */
  purge(): number
  evictOne(): boolean
  setLimits(limits: StoreLimits): void
  setPolicy(policy: number, favorBytes?: boolean): void
  entries(): IterableIterator<[string, V]>
  /** The same, those unused for longest first, as far as the policy keeps account of that. */
  entriesByUse(): Iterable<[string, V]>
  dispose(): void
}

/** How a hit marks its slot: as the policies in the core read it. */
export const TouchKind = { None: 0, Tick: 1, Count: 2, Bit: 3, TickCount: 4 } as const
export type TouchKind = (typeof TouchKind)[keyof typeof TouchKind]

/** From this tick on the core moves all ticks down, so that 28 bits hold them. */
export const REBASE_AT = 0x0f00_0000

/** What a policy that has the choice is after: more hits, or more of the bytes that are asked for. */
export const FAVORS = ['objects', 'bytes'] as const
export type FavorName = (typeof FAVORS)[number]

/** The numbers of the policies, as the core knows them. */
export const POLICY_NUMBERS = { lru: 0, lfu: 1, fifo: 2, ttl: 3, sieve: 4, s3fifo: 5, tinylfu: 6, auto: 7 } as const

/** The policy of caches and regions that name none. */
export const DEFAULT_POLICY = 'auto'
