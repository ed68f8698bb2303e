import { type Clock, systemClock } from '../clock.ts'
import { bytes, count, derived, duration, field, flag, group, method, oneOf, withMethods } from '../config/fields.ts'
import { unknownOption } from '../config/nearest.ts'
import { resolve } from '../config/schema.ts'
import { type Bytes, type Duration, invalidOption } from '../config/units.ts'
import { CacheError } from '../errors.ts'
import { DEFAULT_POLICY, FAVORS, type FavorName, POLICY_NUMBERS, type RemovalReason } from './store.ts'

/** Options of a `MemoryCache`. One of `max` and `maxBytes` at least is needed. */
export type MemoryCacheOptions<V> = LiveCacheOptions<V> | PackedCacheOptions<V>

/** Options of a cache that keeps the values themselves. */
export interface LiveCacheOptions<V> extends CommonOptions {
  /**
   * 'live' keeps the values themselves and hands them out by reference; 'packed' keeps bytes
   * outside of the garbage-collected heap. Default: 'live'.
   */
  readonly store?: 'live' | undefined
  /**
   * What a value weighs, key included, in bytes or whatever `maxBytes` counts: from 0 up;
   * `Infinity` for a value that is not to be kept. Fractions are rounded up.
   * Default: an estimate of the entry's size in memory.
   */
  readonly sizeCalculation?: ((value: V, key: string) => number) | undefined
  /**
   * Called after an entry has left: 'evict', 'expire', 'set' (replaced by another value),
   * 'delete' or 'clear'. It may use the cache. What it throws is thrown by the call that made
   * the entry leave; where that was no call but time, it is an uncaught error.
   */
  readonly onEvict?: ((key: string, value: V, reason: RemovalReason) => void) | undefined
}

/** Options of a cache that keeps bytes outside of the garbage-collected heap. */
export interface PackedCacheOptions<V> extends CommonOptions {
  /** 'packed' keeps bytes; a value read is a new one each time, and must be serialisable. */
  readonly store: 'packed'
  /** Entries weigh what they take. */
  readonly sizeCalculation?: undefined
  /** As in a live cache, but that values that were evicted or expired are told as `undefined`. */
  readonly onEvict?: ((key: string, value: V | undefined, reason: RemovalReason) => void) | undefined
}

/** What both kinds of cache have. */
interface CommonOptions {
  /** The most entries; `Infinity` is no limit. Default: `Infinity`. */
  readonly max?: number | undefined
  /** The most memory, keys and overhead included. Default: no limit. */
  readonly maxBytes?: Bytes | undefined
  /** How long an entry lives: ms, or text with a unit. Default: `Infinity`. */
  readonly ttl?: Duration | undefined
  /** Which entry leaves when the cache is full. Default: 'auto'. */
  readonly policy?: keyof typeof POLICY_NUMBERS | undefined
  /** What the policy 'auto', and it alone, is after: more hits, or more bytes that are hits. Default: 'objects'. */
  readonly favor?: FavorName | undefined
  /** Whether `get` lets a fresh entry live its whole TTL anew. Default: false. */
  readonly updateAgeOnGet?: boolean | undefined
  /** Whether `has` does so too. Default: false. */
  readonly updateAgeOnHas?: boolean | undefined
  /**
   * Whether an entry stays when its time is over, until `get` has handed it out once more.
   * Default: false.
   */
  readonly allowStale?: boolean | undefined
  /** With `allowStale`: whether it stays even then, until it is replaced or evicted. Default: false. */
  readonly noDeleteOnStaleGet?: boolean | undefined
  /** Whether a `set` over a fresh entry keeps its deadline. Default: false. */
  readonly noUpdateTTL?: boolean | undefined
  /** Where time comes from, for tests. Default: the runtime. */
  readonly clock?: Clock | undefined
}

/** Options of one `set`. */
export interface MemorySetOptions {
  /** How long this entry lives. Default: the cache's `ttl`. */
  readonly ttl?: Duration | undefined
  /** What the entry weighs, as `sizeCalculation` would say it. */
  readonly size?: number | undefined
  /** Whether a fresh entry that is replaced passes its deadline on. Default: the cache's. */
  readonly noUpdateTTL?: boolean | undefined
}

/** The options of a `MemoryCache`, complete: times in ms, sizes in bytes. */
export interface MemorySettings<V> {
  readonly max: number
  readonly maxBytes: number
  readonly ttl: number
  readonly policy: keyof typeof POLICY_NUMBERS
  readonly favor: FavorName
  readonly store: 'live' | 'packed'
  readonly sizeCalculation: ((value: V, key: string) => number) | undefined
  readonly updateAgeOnGet: boolean
  readonly updateAgeOnHas: boolean
  readonly allowStale: boolean
  readonly noDeleteOnStaleGet: boolean
  readonly noUpdateTTL: boolean
  readonly onEvict: ((key: string, value: V | undefined, reason: RemovalReason) => void) | undefined
  readonly clock: Clock
}

const POLICY_NAMES = Object.keys(POLICY_NUMBERS) as (keyof typeof POLICY_NUMBERS)[]
const parseClock = withMethods<Clock>('a Clock', ['now', 'exact', 'wall', 'after'])

/** The sizes that `sizeCalculation` and the `size` of a `set` may tell. */
export const SIZES = 'a number from 0 up, or Infinity for a value that is not to be kept'

/** The options of a memory cache. */
export const memoryOptions = group<MemorySettings<never>>(
  'A memory cache',
  {
    max: count('The most entries', 1, Infinity),
    maxBytes: derived(
      bytes('The most memory that entries take, keys and overhead included', 1),
      'none',
      () => Infinity,
    ),
    ttl: derived(duration('How long an entry lives', 1), 'Infinity', () => Infinity),
    policy: oneOf('Which entry leaves when the cache is full', POLICY_NAMES, DEFAULT_POLICY),
    favor: oneOf(
      'What the policy `auto` is after: more hits, or more bytes that are hits. The others have no choice',
      FAVORS,
      'objects',
    ),
    store: oneOf("'live' keeps the values themselves, 'packed' their bytes", ['live', 'packed'], 'live'),
    sizeCalculation: method('What a value weighs in a live store', 'an estimate of its size in memory'),
    updateAgeOnGet: flag('Whether `get` lets an entry live its whole TTL anew', false),
    updateAgeOnHas: flag('Whether `has` does so too', false),
    allowStale: flag('Whether an entry whose time is over stays until `get` has handed it out once more', false),
    noDeleteOnStaleGet: flag('With `allowStale`: whether it stays even then', false),
    noUpdateTTL: flag('Whether a `set` over a fresh entry keeps its deadline', false),
    onEvict: method('Called after an entry has left, with its key, its value and the reason', 'none'),
    clock: field<Clock>('Where time comes from', 'a Clock', systemClock, parseClock, 'the runtime'),
  },
  ({ allowStale, noDeleteOnStaleGet, sizeCalculation, store }) => {
    if (noDeleteOnStaleGet && !allowStale) throw invalidOption('noDeleteOnStaleGet', true, 'true with `allowStale`')
    if (store === 'packed' && sizeCalculation !== undefined) {
      throw invalidOption(
        'sizeCalculation',
        sizeCalculation,
        "a function with `store: 'live'`; packed entries weigh what they take",
      )
    }
  },
)

const SET_OPTIONS = ['ttl', 'size', 'noUpdateTTL']

/**
 * Checks the names of what is given to a `set`; a loop without a call, for it stands in the way of each.
 *
 * @throws CacheError INVALID_OPTION
 */
export function checkSetOptions(options: MemorySetOptions): void {
  if (typeof options !== 'object') throw invalidOption('options', options, "an object such as { ttl: '5m' }")
  for (const option in options) {
    if (option !== 'ttl' && option !== 'size' && option !== 'noUpdateTTL')
      throw unknownOption(option, SET_OPTIONS, 'set')
  }
}

/** What options of lru-cache are here, where the name is another or none is needed. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  maxSize: 'it is `maxBytes` here',
  maxEntrySize: '`sizeCalculation` may answer Infinity instead',
  dispose: 'it is `onEvict` here, and the key comes first',
  disposeAfter: 'it is `onEvict` here, and the key comes first',
  noDisposeOnSet: "`onEvict` is told the reason 'set' instead",
  onInsert: 'call it beside `set`',
  ttlAutopurge: 'leave it out: what has expired always goes by itself',
  ttlResolution: 'leave it out: the time is read once a millisecond at most',
  perf: 'it is `clock` here',
  fetchMethod: '`getOrSet` of a CacheManager does that',
  memoMethod: '`getOrSet` of a CacheManager does that',
}

/**
 * Reads the options of a memory cache.
 *
 * @throws CacheError INVALID_OPTION
 */
export function memorySettings<V>(options: MemoryCacheOptions<V>): MemorySettings<V> {
  const given = { ...options } as Readonly<Record<string, unknown>>
  for (const option of Object.keys(given)) {
    if (given[option] === undefined || !Object.hasOwn(ELSEWHERE, option)) continue
    throw new CacheError('INVALID_OPTION', `${option} is not an option; ${ELSEWHERE[option]}`, { context: { option } })
  }
  const settings = resolve(memoryOptions, '', [{ path: '', options }])
  if (given.max === undefined && given.maxBytes === undefined) {
    throw invalidOption('max', undefined, 'a whole number from 1 up, unless `maxBytes` is given')
  }
  return settings as unknown as MemorySettings<V>
}
