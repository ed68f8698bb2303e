import { checkKey } from '../config/keys.ts'
import { invalidOption } from '../config/units.ts'

/** One entry of a `dump`, as lru-cache writes it too. */
export interface DumpedEntry<V> {
  /** The value. */
  readonly value: V
  /** How long the entry lives from `start` on, in ms; 0 is for ever. Default: the TTL of the cache that loads it. */
  readonly ttl?: number | undefined
  /** When that began, in ms since 1970. Default: now. */
  readonly start?: number | undefined
  /** What it weighs, in the unit of the cache. */
  readonly size?: number | undefined
}

/** An entry of a dump, checked. */
export interface LoadedEntry<V> {
  readonly key: string
  readonly value: V
  readonly ttl: number
  /** What is left of `ttl`. */
  readonly left: number
  readonly size: number | undefined
}

const DUMP = 'what `dump` answers: [[key, { value, ttl?, start?, size? }], …]'

/** What a dump says of an entry's age, of whose `ttl` there is `left`. */
export function timesOf(left: number, ttl: number, wall: number): { ttl: number; start?: number } {
  return left === Infinity ? { ttl: 0 } : { ttl, start: wall - (ttl - left) }
}

/**
 * Checks a dump, and answers what of it is still fresh. An age is never negative: a wall
 * clock that was set back lets nothing live longer than its TTL.
 *
 * @throws CacheError `INVALID_OPTION`, `INVALID_KEY`
 */
export function readDump<V>(dumped: unknown, defaultTtl: number, wall: number): LoadedEntry<V>[] {
  if (typeof (dumped as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== 'function') throw noDump(dumped)
  const loaded: LoadedEntry<V>[] = []
  for (const pair of dumped as Iterable<unknown>) {
    if (!Array.isArray(pair)) throw noDump(pair)
    const [key, entry] = pair as [unknown, Partial<DumpedEntry<V>> | null | undefined]
    checkKey(key)
    const { value, ttl: given, start = wall, size } = entry ?? {}
    if (value === undefined) throw noDump(entry)
    if (!isTime(given ?? 0) || !isTime(start) || !isTime(size ?? 0)) throw noDump(entry)
    const ttl = given === undefined ? defaultTtl : given === 0 ? Infinity : given
    const left = ttl - Math.max(wall - start, 0)
    if (left > 0) loaded.push({ key, value, ttl, left, size })
  }
  return loaded
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value !== Infinity
}

function noDump(value: unknown): Error {
  return invalidOption('load', value, DUMP)
}
