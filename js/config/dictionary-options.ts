import { invalidOption } from './units.ts'

/** The most bytes that a dictionary may have. */
export const DICTIONARY_MAX = 32_768

/** What a dictionary is, for messages. */
export const DICTIONARY_ALLOWED = 'a Uint8Array of 1 to 32,768 bytes'

/** The dictionaries of a region. */
export interface DictionaryOptions {
  /** What small values are written with from now on; read with too. Default: none. */
  readonly current?: Uint8Array | undefined
  /** What they were written with before, or will be: it is read alone. */
  readonly others?: readonly Uint8Array[] | undefined
}

/** The dictionaries of a region, each a copy. */
export interface ResolvedDictionaries {
  /** What small values are written with. */
  readonly current: Uint8Array | undefined
  /** What they are read with beside that. */
  readonly others: readonly Uint8Array[]
}

/** What the option may be, for messages and the reference. */
export const DICTIONARIES_ALLOWED = `${DICTIONARY_ALLOWED}, or { current, others } of such`

/**
 * Reads the option `dictionary`.
 *
 * @throws CacheError INVALID_OPTION
 */
export function parseDictionaries(value: unknown, option: string): ResolvedDictionaries {
  if (value instanceof Uint8Array) return { current: dictionary(value, option), others: [] }
  const { current, others = [], ...rest } = (value ?? {}) as Partial<Record<string, unknown>>
  if (typeof value !== 'object' || value === null || !Array.isArray(others) || Object.keys(rest).length > 0) {
    throw invalidOption(option, value, DICTIONARIES_ALLOWED)
  }
  return {
    current: current === undefined ? undefined : dictionary(current, `${option}.current`),
    others: others.map((one, i) => dictionary(one, `${option}.others[${i}]`)),
  }
}

function dictionary(value: unknown, option: string): Uint8Array {
  if (value instanceof Uint8Array && value.length >= 1 && value.length <= DICTIONARY_MAX) return new Uint8Array(value)
  throw invalidOption(option, value, DICTIONARY_ALLOWED)
}

/** What has `next` to write with, and all that was there before to read with. */
export function succeeding(next: Uint8Array, before: ResolvedDictionaries | undefined): DictionaryOptions {
  const known = [before?.current, ...(before?.others ?? [])]
  return { current: next, others: known.filter((one) => one !== undefined && !sameBytes(one, next)) as Uint8Array[] }
}

/** Whether two regions have the same dictionaries. */
export function sameDictionaries(a: ResolvedDictionaries | undefined, b: ResolvedDictionaries | undefined): boolean {
  const [as, bs] = [a, b].map((one) => (one === undefined ? [] : [one.current, ...one.others]))
  return as?.length === bs?.length && as?.every((bytes, i) => sameBytes(bytes, bs?.[i])) === true
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((byte, i) => byte === b?.[i]) === true)
}
