import type { Clock } from '../clock.ts'
import type { Serializer } from '../codec/serializer.ts'
import type { FavorName } from '../memory/store.ts'
import type { AlertThresholds } from '../observe/alerts.ts'
import type { Logger, LoggerLike } from '../observe/logger.ts'
import type { Bus } from '../tiers/bus.ts'
import type { Driver } from '../tiers/driver.ts'
import type { ReadFrom, RedisSource } from '../tiers/redis/index.ts'
import type { DictionaryOptions, ResolvedDictionaries } from './dictionary-options.ts'
import type { KeyRing, KeyRingOptions } from './encryption-keys.ts'
import type { Bytes, Duration } from './units.ts'

/** The eviction policies. A new one is one more name here. */
export const POLICIES = ['lru', 'lfu', 'fifo', 'ttl', 'sieve', 's3fifo', 'tinylfu', 'auto'] as const

/** Decides which entry leaves when a region is full. 'ttl' is the soonest to expire. */
export type PolicyName = (typeof POLICIES)[number]

/** The compressions there are: 'deflate' makes the least of a value, 'lz4' is several times as fast. */
export type CompressionName = 'deflate' | 'lz4' | 'none'

/** How stored values are compressed. 'auto' is the best all-round one, at present 'deflate'. */
export type CompressionOption = boolean | 'auto' | CompressionName

/** Where a region's values are in memory. */
export type StoreName = 'live' | 'packed'

/**
 * The Standard Schema interface, as Zod, Valibot, ArkType and others implement it.
 * What it makes of a value from L2 is what the cache answers; an issue makes it a miss.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

/** What a Standard Schema says of a value. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** What a region and each of its calls may say of how values are read and made. A call's beats the region's. */
export interface ReadOptions {
  /**
   * How long after its TTL an entry is kept, so that a stale value can be handed out where the
   * factory fails, or is slower than `softTimeout`. Default: false.
   */
  readonly grace?: Duration | false
  /** How long the factory is not tried again after it failed and a stale value was handed out. Default: 10 s. */
  readonly graceBackoff?: Duration | false
  /** How long after its TTL a stale value is handed out at once, while the factory runs in the background. Default: false. */
  readonly swr?: Duration | false
  /** After which part of its TTL, above 0 and below 1, a hit has the factory run in the background. Default: false. */
  readonly eagerRefresh?: number | false
  /** How long a call waits for the factory where a stale value is within `grace`. Default: Infinity. */
  readonly softTimeout?: Duration
  /** How long the factory may take: then its signal aborts, and it has failed with `TIMEOUT`. Default: Infinity. */
  readonly hardTimeout?: Duration
  /**
   * Lets one process at a time make a value: how long the others wait for it at the most, before they
   * make it themselves. To spare work, and no more: nothing may rely on it. Default: false.
   */
  readonly lockTimeout?: Duration | false
  /** The largest part of a TTL, above 0 and below 1, that is taken off at random. Default: false. */
  readonly jitter?: number | false
  /** How long an entry lives on after each read; renewed once a tenth of it is over. Default: false. */
  readonly slidingTtl?: Duration | false
  /** How long it is remembered that a factory answered `undefined` or `null`. Default: false. */
  readonly negativeTtl?: Duration | false
}

/** `ReadOptions`, complete: spans in ms, 0 where it is off, `Infinity` where there is no limit. */
export type ReadRules = { readonly [K in keyof ReadOptions]-?: number }

/** Options of one region. Each beats `defaults`, and is beaten by the options of a call. */
export interface RegionOptions<V = unknown> extends ReadOptions {
  /** How long an entry is fresh. Default: 1 h. */
  readonly ttl?: Duration
  /** Which entry leaves when the region is full. Default: 'auto'. */
  readonly policy?: PolicyName
  /** What the policy 'auto', and it alone, is after: more hits, or more bytes that are hits. Default: 'objects'. */
  readonly favor?: FavorName
  /** The most memory the entries may take, with the engine's own overhead. Default: 64 MB. */
  readonly maxBytes?: Bytes
  /** The most entries in memory. Default: Infinity. */
  readonly maxEntries?: number
  /** Whether values are compressed: true is 'auto'. Default: false. */
  readonly compression?: CompressionOption
  /** Smaller values are never compressed. Default: 1 KB. */
  readonly compressAbove?: Bytes
  /**
   * What small values have in common, as `trainDictionary` finds it: those of 32 bytes to 8 KB are then
   * compressed with it, whatever `compression` says. Default: none.
   */
  readonly dictionary?: Uint8Array | DictionaryOptions
  /** Whether values are encrypted, in memory too. Default: false. */
  readonly encryption?: boolean
  /**
   * 'live' keeps the values themselves and hands them out by reference; 'packed' keeps bytes
   * outside of the garbage-collected heap. Default: 'packed' where the region compresses or
   * encrypts, else 'live'.
   */
  readonly store?: StoreName
  /** Whether a live region copies values in and out, so that nobody changes what is cached. Default: false. */
  readonly clone?: boolean
  /** Any change starts the region anew: for a deploy that changes the shape of its values. Default: '1'. */
  readonly version?: string | number
  /** Whether values must be serialisable also where there is no L2. Default: the manager's `strict`. */
  readonly strict?: boolean
  /** Turns values into bytes. Default: omnicache's own, which keeps values as they are. */
  readonly serializer?: Serializer
  /** Checks what comes from L2, and tells the type of the region's values. Default: none. */
  readonly schema?: StandardSchema<V>
  readonly l1?: {
    /** How long L1 trusts its copy over a shared L2 without a live bus. Default: 30 s. */
    readonly ttl?: Duration
  }
  readonly l2?: {
    /** The limit of one operation in L2. Default: 250 ms. */
    readonly timeout?: Duration
    /** Whether the region stays in memory alone. Default: false. */
    readonly skip?: boolean
  }
}

/** A region's options, complete: times in ms, sizes in bytes. */
export interface ResolvedRegion extends ReadRules {
  readonly ttl: number
  readonly policy: PolicyName
  readonly favor: FavorName
  readonly maxBytes: number
  readonly maxEntries: number
  readonly compression: CompressionName
  readonly compressAbove: number
  readonly dictionary: ResolvedDictionaries | undefined
  readonly encryption: boolean
  readonly store: StoreName
  readonly clone: boolean
  readonly version: string
  readonly strict: boolean
  readonly serializer: Serializer | undefined
  readonly schema: StandardSchema | undefined
  readonly l1: { readonly ttl: number }
  readonly l2: { readonly timeout: number; readonly skip: boolean }
}

/** When an alert is raised, and when it is resolved again. */
export interface AlertLimits<T = number> {
  /** Raised beyond this. */
  readonly raise?: T
  /** Resolved within this. Default: a little on the good side of `raise`. */
  readonly clear?: T
  /** With fewer samples in the window nothing changes: reads, operations or, for `fill`, entries. */
  readonly minSamples?: number
}

/** Alerts and their limits; `false` switches one off. */
export interface AlertOptions {
  /** The span over which operations are counted. Default: 1 min. */
  readonly window?: Duration
  /** Part of reads that are hits; raised below. Default: 0.8, resolved from 0.85 on, from 100 reads on. */
  readonly hitRatio?: boolean | AlertLimits
  /** Part of operations with an error; raised above. Default: 0.05, resolved from 0.01 down, from 20 operations on. */
  readonly errorRatio?: boolean | AlertLimits
  /** Part of a region's `maxBytes` in use; raised above. Default: 0.9, resolved from 0.85 down. */
  readonly fill?: boolean | AlertLimits
  /** The 95th percentile of durations; raised above. Default: 100 ms, resolved from 80 ms down, from 20 operations on. */
  readonly latency?: boolean | AlertLimits<Duration>
  /** Whether an entry that would not open is an alert. Default: true. */
  readonly corrupt?: boolean
  /** Whether a restart of the core is an alert. Default: true. */
  readonly restart?: boolean
}

/** Options of a Redis client that omnicache makes itself, from a URL or an array of nodes. */
export interface RedisClientOptions {
  /** The most connections. One carries all commands. Default: 1. */
  readonly maxConnections?: number
  /** How long a silent socket is waited for. Default: 5 s. */
  readonly socketTimeout?: Duration
  /** How long a new connection may take. Default: 5 s. */
  readonly connectTimeout?: Duration
  /** Whether a read that timed out is tried once more. Default: false. */
  readonly retryOnTimeout?: boolean
  /** Whether replicas may answer reads of values. Default: 'master'. */
  readonly readFrom?: ReadFrom
}

/**
 * Options of a `CacheManager`.
 *
 * @typeParam Values - The type of each region's values, by the region's name.
 */
export interface ManagerOptions<Values extends object = Record<string, unknown>> {
  /** L2 in Redis: a URL, an ioredis or node-redis client, the seeds of a Redis Cluster, or sentinels. Default: none. */
  readonly redis?: RedisSource
  /** Options of the client made for `redis`, where that is no client itself. */
  readonly redisOptions?: RedisClientOptions
  /** L2 in any other tier. Not together with `redis`. Default: none. */
  readonly l2?: Driver
  /**
   * How the processes that share L2 learn what changed. 'pubsub': they tell one another, over Redis.
   * 'tracking': the server tells them, for whoever wrote; over one Redis server only, by a client that
   * nobody else tracks with. Any other bus is handed in, and `false` is none: then memory trusts its
   * copy for `l1.ttl`. Without an L2 there is none. Default: 'auto', pub/sub over Redis and a
   * BroadcastChannel over IndexedDB.
   */
  readonly bus?: 'auto' | 'pubsub' | 'tracking' | false | Bus
  /** What every key in L2 starts with: letters, digits, '_' and '-'. Default: 'omnicache'. */
  readonly namespace?: string
  /** Regions beside the presets, and changes to those. */
  readonly regions?: { readonly [Name in keyof Values]: RegionOptions<Values[Name]> }
  /** Options of every region, below those of the region and of its preset. */
  readonly defaults?: RegionOptions
  /** Whether durations are measured. Default: true. */
  readonly metrics?: boolean
  /** `false`: no region compresses, unless its own options in `regions` say so. Default: true. */
  readonly compression?: boolean
  /** The keys of regions that encrypt. Without, those regions stay in memory, under a key of this process. */
  readonly encryption?: KeyRingOptions
  /** The ceiling over all regions. Default: a quarter of the process's memory; 64 MB in browsers, 32 MB in workers. */
  readonly maxBytes?: Bytes
  /** Whether values must be serialisable also where there is no L2. Default: true outside production. */
  readonly strict?: boolean
  /** Where logs go: any console-, pino- or winston-shaped object. Default: nowhere. */
  readonly logger?: LoggerLike
  /** The limits of alerts; `false` switches all off. */
  readonly alerts?: boolean | AlertOptions
  readonly timeouts?: {
    /** How long `close` may take to write what is queued. Default: 5 s. */
    readonly close?: Duration
  }
  /** When L2 counts as away, and how it is tried again. */
  readonly circuit?: {
    /** Failures in a row that open the circuit. Default: 1. */
    readonly threshold?: number
    /** The first pause before L2 is tried again; it doubles each time. Default: 100 ms. */
    readonly firstDelay?: Duration
    /** The longest pause. Default: 5 s. */
    readonly maxDelay?: Duration
  }
  /** What is kept for L2 while it is away. Beyond it, a region is started anew instead. */
  readonly journal?: {
    /** Default: 10,000. */
    readonly maxEntries?: number
    /** Default: 16 MB. */
    readonly maxBytes?: Bytes
  }
  /** Where time comes from, for tests. Default: the runtime. */
  readonly clock?: Clock
}

/** A manager's options, complete: times in ms, sizes in bytes. */
export interface ResolvedManager {
  readonly redis: RedisSource | undefined
  readonly redisOptions: {
    readonly maxConnections: number
    readonly socketTimeout: number
    readonly connectTimeout: number
    readonly retryOnTimeout: boolean
    readonly readFrom: ReadFrom
  }
  readonly l2: Driver | undefined
  readonly bus: 'auto' | 'pubsub' | 'tracking' | false | Bus
  readonly namespace: string
  readonly metrics: boolean
  readonly encryption: KeyRing | undefined
  readonly maxBytes: number
  readonly strict: boolean
  readonly logger: Logger
  readonly alerts: AlertThresholds | false
  readonly timeouts: { readonly close: number }
  readonly circuit: { readonly threshold: number; readonly firstDelay: number; readonly maxDelay: number }
  readonly journal: { readonly maxEntries: number; readonly maxBytes: number }
  readonly clock: Clock
  /** Every region: the presets and the configured ones. */
  readonly regions: ReadonlyMap<string, ResolvedRegion>
}

/** What the runtime says, where no option does. */
export interface Host {
  /** The ceiling over all regions, in bytes. */
  readonly maxBytes: number
  /** Whether this is production: there `strict` is off by default. */
  readonly production: boolean
}
