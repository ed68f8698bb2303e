/** UTF-8 without replacement: malformed bytes throw, and a leading U+FEFF is a character like any other. */
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8Encoder = new TextEncoder()

/** A surrogate without its other half. In Unicode mode a pair matches as one character. */
const LONE_SURROGATE = /\p{Surrogate}/u

const nativeIsWellFormed = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed

/** Whether `text` survives UTF-8, for runtimes without `String.prototype.isWellFormed`. */
export function isWellFormedByPattern(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/** Whether `text` has no lone surrogate, so that it comes back from UTF-8 as it was. */
export const isWellFormed: (text: string) => boolean =
  nativeIsWellFormed === undefined ? isWellFormedByPattern : (text) => nativeIsWellFormed.call(text)

/** The UTF-8 bytes of a well-formed string. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/**
 * Writes `text` as UTF-8 into `target` from `offset` on and answers the number of bytes.
 * The caller makes room: a string needs at most three bytes per UTF-16 unit.
 */
export function encodeUtf8Into(text: string, target: Uint8Array, offset: number): number {
  return utf8Encoder.encodeInto(text, target.subarray(offset)).written
}

/**
 * The string of UTF-8 bytes.
 *
 * @throws TypeError when the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes)
}

/** The bytes of a string in UTF-8, without making them. A surrogate is half of a character of four. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
  }
  return bytes
}
