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

/** One of the extension types. */
export type ExtensionType = (typeof Extension)[keyof typeof Extension]
