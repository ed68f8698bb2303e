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
  /** What the library tells of the schema. */
  readonly '~standard': {
    /** The version of the interface. */
    readonly version: 1
    /** The library's name. */
    readonly vendor: string
    /** Checks a value, and answers what the schema makes of it, or what is wrong with it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

/** What a Standard Schema says of a value. */
export type StandardResult<Output> =
  | {
      /** What the schema makes of it. */
      readonly value: Output
      /** Nothing is wrong. */
      readonly issues?: undefined
    }
  | {
      /** What is wrong; the value is refused. */
      readonly issues: readonly {
        /** In words. */
        readonly message: string
      }[]
    }

/** What a region and each of its calls may say of how values are read and made. A call's beats the region's. */
export interface ReadOptions {
  /**
   * How long after its TTL an entry is kept, so that a stale value can be handed out where the
   * factory fails, or is slower than `softTimeout`. Default: false.
   */
  readonly grace?: Duration | false | undefined
  /** How long the factory is not tried again after it failed and a stale value was handed out. Default: 10 s. */
  readonly graceBackoff?: Duration | false | undefined
  /** How long after its TTL a stale value is handed out at once, while the factory runs in the background. Default: false. */
  readonly swr?: Duration | false | undefined
  /** After which part of its TTL, above 0 and below 1, a hit has the factory run in the background. Default: false. */
  readonly eagerRefresh?: number | false | undefined
  /**
   * How long a call waits for the factory where a stale value is within `grace`. Without `grace`, or with a shorter
   * `hardTimeout`, it has no effect: what limits every run is `hardTimeout`. Default: Infinity.
   */
  readonly softTimeout?: Duration | undefined
  /** How long the factory may take: then its signal aborts, and it has failed with `TIMEOUT`. Default: Infinity. */
  readonly hardTimeout?: Duration | undefined
  /**
   * Lets one process at a time make a value: how long the others wait for it at the most, before they
   * make it themselves. To spare work, and no more: nothing may rely on it. Default: false.
   */
  readonly lockTimeout?: Duration | false | undefined
  /** The largest part of a TTL, above 0 and below 1, that is taken off at random. Default: false. */
  readonly jitter?: number | false | undefined
  /** How long an entry lives on after each read; renewed once a tenth of it is over. Default: false. */
  readonly slidingTtl?: Duration | false | undefined
  /** How long it is remembered that a factory answered `undefined` or `null`. Default: false. */
  readonly negativeTtl?: Duration | false | undefined
}

/** `ReadOptions`, complete: spans in ms, 0 where it is off, `Infinity` where there is no limit. */
export type ReadRules = { readonly [K in keyof ReadOptions]-?: number }

/** Options of one region. Each beats `defaults`, and is beaten by the options of a call. */
export interface RegionOptions<V = unknown> extends ReadOptions {
  /** How long an entry is fresh. Default: 1 h. */
  readonly ttl?: Duration | undefined
  /** Which entry leaves when the region is full. Default: 'auto'. */
  readonly policy?: PolicyName | undefined
  /** What the policy 'auto', and it alone, is after: more hits, or more bytes that are hits. Default: 'objects'. */
  readonly favor?: FavorName | undefined
  /** The most memory the entries may take, with the engine's own overhead. Default: 64 MB. */
  readonly maxBytes?: Bytes | undefined
  /** The most entries in memory. Default: Infinity. */
  readonly maxEntries?: number | undefined
  /** Whether values are compressed: true is 'auto'. Default: false; true where a `dictionary` is to be written with. */
  readonly compression?: CompressionOption | undefined
  /** Smaller values are not compressed, but with a `dictionary`. Default: 1 KB. */
  readonly compressAbove?: Bytes | undefined
  /**
   * What small values have in common, as `trainDictionary` finds it: those of 32 bytes to 8 KB are then
   * compressed with it, whatever `compressAbove` says. Without `compression` it is only read with. Default: none.
   */
  readonly dictionary?: Uint8Array | DictionaryOptions | undefined
  /** Whether values are encrypted, in memory too. Default: false. */
  readonly encryption?: boolean | undefined
  /**
   * 'live' keeps the values themselves and hands them out by reference; 'packed' keeps bytes
   * outside of the garbage-collected heap. Default: 'packed' where the region compresses or
   * encrypts, else 'live'.
   */
  readonly store?: StoreName | undefined
  /** Whether a live region copies values in and out, so that nobody changes what is cached. Default: false. */
  readonly clone?: boolean | undefined
  /** Any change starts the region anew: for a deploy that changes the shape of its values. Default: '1'. */
  readonly version?: string | number | undefined
  /** Whether values must be serialisable also where there is no L2. Default: the manager's `strict`. */
  readonly strict?: boolean | undefined
  /** Turns values into bytes. Default: omnicache's own, which keeps values as they are. */
  readonly serializer?: Serializer | undefined
  /** Checks what comes from L2, and tells the type of the region's values. Default: none. */
  readonly schema?: StandardSchema<V> | undefined
  /** Of memory. */
  readonly l1?:
    | {
        /** How long L1 trusts its copy over a shared L2 without a live bus. Default: 30 s. */
        readonly ttl?: Duration | undefined
      }
    | undefined
  /** Of L2. */
  readonly l2?:
    | {
        /** The limit of one operation in L2. Default: 250 ms. */
        readonly timeout?: Duration | undefined
        /** Whether the region stays in memory alone. Default: false. */
        readonly skip?: boolean | undefined
      }
    | undefined
}

/** A region's options, complete: times in ms, sizes in bytes. See `RegionOptions` for what they mean. */
export interface ResolvedRegion extends ReadRules {
  /** How long an entry is fresh; `Infinity` is for ever. */
  readonly ttl: number
  /** Which entry leaves when the region is full. */
  readonly policy: PolicyName
  /** What the policy 'auto' is after. */
  readonly favor: FavorName
  /** The most memory the entries may take. */
  readonly maxBytes: number
  /** The most entries in memory. */
  readonly maxEntries: number
  /** How values are compressed. */
  readonly compression: CompressionName
  /** Smaller values are never compressed. */
  readonly compressAbove: number
  /** What small values are compressed with. */
  readonly dictionary: ResolvedDictionaries | undefined
  /** Whether values are encrypted. */
  readonly encryption: boolean
  /** Whether memory holds the values themselves, or bytes. */
  readonly store: StoreName
  /** Whether a live region copies values in and out. */
  readonly clone: boolean
  /** The version of the shape of its values. */
  readonly version: string
  /** Whether values must be serialisable also where there is no L2. */
  readonly strict: boolean
  /** What turns values into bytes; `undefined` is omnicache's own. */
  readonly serializer: Serializer | undefined
  /** What checks the values that come from L2. */
  readonly schema: StandardSchema | undefined
  /** Of memory. */
  readonly l1: {
    /** How long it trusts its copy over a shared L2 without a live bus. */
    readonly ttl: number
  }
  /** Of L2. */
  readonly l2: {
    /** The limit of one operation. */
    readonly timeout: number
    /** Whether the region stays in memory alone. */
    readonly skip: boolean
  }
}

/** When an alert is raised, and when it is resolved again. */
export interface AlertLimits<T = number> {
  /** Raised beyond this. */
  readonly raise?: T | undefined
  /** Resolved within this. Default: a little on the good side of `raise`. */
  readonly clear?: T | undefined
  /** With fewer samples in the window nothing changes: reads, operations or, for `fill`, entries. */
  readonly minSamples?: number | undefined
}

/** Alerts and their limits; `false` switches one off. */
export interface AlertOptions {
  /** The span over which operations are counted. Default: 1 min. */
  readonly window?: Duration | undefined
  /**
   * Part of reads that are hits; raised below. Default: 0.8, resolved from 0.85 on, from 100 reads on. A region that
   * was used for less than `window` is still filling up, and not judged.
   */
  readonly hitRatio?: boolean | AlertLimits | undefined
  /** Part of operations with an error; raised above. Default: 0.05, resolved from 0.01 down, from 20 operations on. */
  readonly errorRatio?: boolean | AlertLimits | undefined
  /** Part of a region's `maxBytes` in use; raised above. Default: 0.9, resolved from 0.85 down. */
  readonly fill?: boolean | AlertLimits | undefined
  /** The 95th percentile of durations; raised above. Default: 100 ms, resolved from 80 ms down, from 20 operations on. */
  readonly latency?: boolean | AlertLimits<Duration> | undefined
  /** Whether an entry that would not open is an alert. Default: true. */
  readonly corrupt?: boolean | undefined
  /** Whether a restart of the core is an alert. Default: true. */
  readonly restart?: boolean | undefined
}

/** Options of a Redis client that omnicache makes itself, from a URL or an array of nodes. */
export interface RedisClientOptions {
  /** The most connections. One carries all commands. Default: 1. */
  readonly maxConnections?: number | undefined
  /** How long a silent socket is waited for. Default: 5 s. */
  readonly socketTimeout?: Duration | undefined
  /** How long a new connection may take. Default: 5 s. */
  readonly connectTimeout?: Duration | undefined
  /** Whether a read that timed out is tried once more. Default: false. */
  readonly retryOnTimeout?: boolean | undefined
  /** Whether replicas may answer reads of values. Default: 'master'. */
  readonly readFrom?: ReadFrom | undefined
}

/**
 * Options of a `CacheManager`.
 *
 * @typeParam Values - The type of each region's values, by the region's name.
 */
export interface ManagerOptions<Values extends object = Record<string, unknown>> {
  /** L2 in Redis: a URL, an ioredis or node-redis client, the seeds of a Redis Cluster, or sentinels. Default: none. */
  readonly redis?: RedisSource | undefined
  /** Options of the client made for `redis`, where that is no client itself. */
  readonly redisOptions?: RedisClientOptions | undefined
  /** L2 in any other tier. Not together with `redis`. Default: none. */
  readonly l2?: Driver | undefined
  /**
   * How the processes that share L2 learn what changed. 'pubsub': they tell one another, over Redis.
   * 'tracking': the server tells them, for whoever wrote; over one Redis server only, by a client that
   * nobody else tracks with. Any other bus is handed in, and `false` is none: then memory trusts its
   * copy for `l1.ttl`. Without an L2 there is none. Default: 'auto', pub/sub over Redis and a
   * BroadcastChannel over IndexedDB.
   */
  readonly bus?: 'auto' | 'pubsub' | 'tracking' | false | Bus | undefined
  /** What every key in L2 starts with: letters, digits, '_' and '-'. Default: 'omnicache'. */
  readonly namespace?: string | undefined
  /** Regions beside the presets, and changes to those. */
  readonly regions?: { readonly [Name in keyof Values]: RegionOptions<Values[Name]> } | undefined
  /** Options of every region, below those of the region and of its preset. */
  readonly defaults?: RegionOptions | undefined
  /** Whether durations are measured. Default: true. */
  readonly metrics?: boolean | undefined
  /** `false`: no region compresses, unless its own options in `regions` say so. Default: true. */
  readonly compression?: boolean | undefined
  /** The keys of regions that encrypt. Without, those regions stay in memory, under a key of this process. */
  readonly encryption?: KeyRingOptions | undefined
  /** The ceiling over all regions. Default: a quarter of the process's memory; 64 MB in browsers, 32 MB in workers. */
  readonly maxBytes?: Bytes | undefined
  /** Whether values must be serialisable also where there is no L2. Default: true outside production. */
  readonly strict?: boolean | undefined
  /** Where logs go: any console-, pino- or winston-shaped object; the console itself gets no debug lines. Default: nowhere. */
  readonly logger?: LoggerLike | undefined
  /** The limits of alerts; `false` switches all off. */
  readonly alerts?: boolean | AlertOptions | undefined
  /** Limits of the cache as a whole. */
  readonly timeouts?:
    | {
        /** How long `close` may take to write what is queued. Default: 5 s. */
        readonly close?: Duration | undefined
      }
    | undefined
  /** When L2 counts as away, and how it is tried again. */
  readonly circuit?:
    | {
        /** Failures in a row that open the circuit. Default: 1. */
        readonly threshold?: number | undefined
        /** The first pause before L2 is tried again; it doubles each time. Default: 100 ms. */
        readonly firstDelay?: Duration | undefined
        /** The longest pause. Default: 5 s. */
        readonly maxDelay?: Duration | undefined
      }
    | undefined
  /** What is kept for L2 while it is away. Beyond it, a region is started anew instead. */
  readonly journal?:
    | {
        /** The most keys. Default: 10,000. */
        readonly maxEntries?: number | undefined
        /** The most memory for them. Default: 16 MB. */
        readonly maxBytes?: Bytes | undefined
      }
    | undefined
  /** Where time comes from, for tests. Default: the runtime. */
  readonly clock?: Clock | undefined
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
