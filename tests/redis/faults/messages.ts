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
  /** Under every key that this process alone writes, the number it wrote last; 0 where it removed it last. */
  readonly written: Readonly<Record<string, number>>
}

/** The numbers under the keys of a region. */
export type Numbers = Readonly<Record<string, number>>

/** How many processes there are, and which of them writes a key. */
export const FLEET = 4
export const KEYS = 40
export const REGIONS = ['live', 'packed'] as const

/** On a cluster the keys that begin with this share a hash slot: three of each process. */
export const TOGETHER = '{together}'
const SHARING = 3 * FLEET

export const ALL_KEYS: readonly string[] = Array.from({ length: KEYS }, (_, i) => `${i < SHARING ? TOGETHER : ''}k${i}`)

export function keysOf(writer: number): string[] {
  return ALL_KEYS.filter((_, i) => i % FLEET === writer)
}
