/**
 * The dialect of MessagePack that omnicache writes.
 *
 * It is MessagePack to the letter, so that any decoder can frame it: nil, booleans,
 * numbers, strings, binary, arrays and maps with string keys mean what they mean
 * everywhere. Two things are narrower than the standard: a number is an integer of at
 * most 32 bits or a float 64, and the 64-bit signed integers are BigInts. What JavaScript
 * has beyond that is an extension, whose payload is empty or one MessagePack value.
 */

/** How deep a value may nest. Deeper ones are refused when written and when read. */
export const MAX_DEPTH = 1_000

/** Arrays with holes are kept as they are up to this length, so that `a[1e9] = 1` is no bomb. */
export const MAX_SPARSE_LENGTH = 65_536

/**
 * What the parts of a value take in memory, in bytes, about as V8 lays them out. Of what is not listed, as numbers and
 * the characters of texts, the bytes that stand for it tell.
 */
export const Cost = {
  Item: 8,
  Array: 32,
  Object: 56,
  /** From `WIDE` fields on they are in a table. */
  WideField: 48,
  Text: 24,
  BigInt: 48,
  Date: 96,
  /** Bytes, and every other object with an extension of its own. */
  Instance: 200,
} as const

const WIDE = 17

/** What an object of so many fields takes, without their values. */
export function costOfFields(count: number): number {
  return Cost.Object + count * (count < WIDE ? Cost.Item : Cost.WideField)
}

/** Bytes of a few that would become a value of very many: they are not read. */
export class TooHeavy extends Error {}

/** The extension types. A number never changes its meaning: stored values hold it. */
export const Extension = {
  /** Empty. */
  Undefined: 0,
  /** Empty. Only inside arrays. */
  Hole: 1,
  /** A float 64: ms since 1970, or NaN. */
  Date: 2,
  /** A string: an optional '-', then hexadecimal digits. */
  BigInt: 3,
  /** An array: key, value, key, value, … */
  Map: 4,
  /** An array. */
  Set: 5,
  /** A map: the fields of an object without prototype. */
  BareObject: 6,
  /** Binary: the UTF-16 units (big endian) of a string with lone surrogates. */
  Utf16: 7,
  /** An array: the class's name, its bytes. */
  Buffer: 8,
  /** An array: the class's name, the hidden fields, the enumerable fields. */
  Error: 9,
  /** An array: source, flags, lastIndex. */
  RegExp: 10,
  /** A string. */
  Url: 11,
} as const

/** What an extension takes, without its content. */
export function costOfExtension(type: number): number {
  if (type === Extension.Date) return Cost.Date
  return type === Extension.BigInt ? Cost.BigInt - Cost.Text : Cost.Instance
}

/** One of the extension types. */
export type ExtensionType = (typeof Extension)[keyof typeof Extension]
