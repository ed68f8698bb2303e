/** What a process of the fleet is to do: a random load that `seed` decides, for `ms`. */
export interface LoadOrder {
  readonly kind: 'load'
  readonly seed: number
  readonly ms: number
}

/** Reads every key of a region. */
export interface ReadOrder {
  readonly kind: 'read'
  readonly region: string
}

/** `rewrite`: writes every key that this process alone writes. */
export type Order = LoadOrder | ReadOrder | { readonly kind: 'rewrite' | 'settled' | 'close' }

/** What became of a load. */
export interface LoadReport {
  readonly calls: number
  /** What rejected calls said. */
  readonly rejected: readonly string[]
  /** How long the longest call took, in ms, without the time in which the process did not run at all. */
  readonly longest: number
  /** Reads that gave an older value of a key than the process had seen before. */
  readonly backwards: readonly string[]
  /** What went wrong behind the calls, so that memory served: each message once. */
  readonly errors: readonly string[]
  /** Under every key that this process alone writes, the number it wrote last; 0 where it removed it last; or `UNKNOWN`. */
  readonly written: Readonly<Record<string, number>>
}

/** Of a transaction nobody knows whether it was committed. */
export const UNKNOWN = -1

/** The numbers under the keys of a region. */
export type Numbers = Readonly<Record<string, number>>

/** How many processes there are. */
export const FLEET = 4
const KEYS = 40

/** On a cluster the keys that begin with this share a hash slot: three of each process. */
export const TOGETHER = '{together}'
const SHARING = 3 * FLEET

/** Each key is written by one process alone, in every region, and read by all. */
export const ALL_KEYS: readonly string[] = Array.from({ length: KEYS }, (_, i) => `${i < SHARING ? TOGETHER : ''}k${i}`)

export function keysOf(writer: number): string[] {
  return ALL_KEYS.filter((_, i) => i % FLEET === writer)
}

/** Two keys that a process writes by transactions only, each time the same number. */
export function pairOf(writer: number): readonly [string, string] {
  return [`{pair${writer}}a`, `{pair${writer}}b`]
}

/** Where keys are set and deleted one by one. */
export const REGIONS = ['live', 'packed'] as const
/** Where every entry has its writer's tag, and goes by that. */
export const TAGGED = 'tagged'
/** Where a process alone writes, and clears all. */
export function clearedBy(writer: number): string {
  return `cleared${writer}`
}

const WRITERS = Array.from({ length: FLEET }, (_, writer) => writer)

/** Every region, and the keys that may be there. */
export const ALL: Readonly<Record<string, readonly string[]>> = {
  live: [...ALL_KEYS, ...WRITERS.flatMap(pairOf)],
  packed: ALL_KEYS,
  [TAGGED]: ALL_KEYS,
  ...Object.fromEntries(WRITERS.map((writer) => [clearedBy(writer), keysOf(writer)])),
}
