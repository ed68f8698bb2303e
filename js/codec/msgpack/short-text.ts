/**
 * Short ASCII strings from bytes, without a call into the host: a view and a `TextDecoder` cost some
 * 150 ns whatever the length, these loops 15 to 100 ns for 4 to 32 characters.
 */

/** Up to this length the loops win. */
export const SHORT_TEXT = 32

const { fromCharCode } = String

/** The string of the bytes from `start` to `end`, or `undefined` where one is not ASCII. */
export function shortText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  let at = start
  for (; at + 8 <= end; at += 8) {
    const eight = textOfEight(bytes, at)
    if (eight === undefined) return undefined
    text += eight
  }
  if (at === end) return text
  const rest = textOfFew(bytes, at, end - at)
  return rest === undefined ? undefined : text + rest
}

function textOfEight(bytes: Uint8Array, at: number): string | undefined {
  const a = bytes[at] ?? 0
  const b = bytes[at + 1] ?? 0
  const c = bytes[at + 2] ?? 0
  const d = bytes[at + 3] ?? 0
  const e = bytes[at + 4] ?? 0
  const f = bytes[at + 5] ?? 0
  const g = bytes[at + 6] ?? 0
  const h = bytes[at + 7] ?? 0
  return (a | b | c | d | e | f | g | h) > 0x7f ? undefined : fromCharCode(a, b, c, d, e, f, g, h)
}

/** The same of one to seven bytes: one call with all of them takes less than adding one to the other. */
function textOfFew(bytes: Uint8Array, at: number, count: number): string | undefined {
  const a = bytes[at] ?? 0
  const b = count > 1 ? (bytes[at + 1] ?? 0) : 0
  const c = count > 2 ? (bytes[at + 2] ?? 0) : 0
  const d = count > 3 ? (bytes[at + 3] ?? 0) : 0
  const e = count > 4 ? (bytes[at + 4] ?? 0) : 0
  const f = count > 5 ? (bytes[at + 5] ?? 0) : 0
  const g = count > 6 ? (bytes[at + 6] ?? 0) : 0
  if ((a | b | c | d | e | f | g) > 0x7f) return undefined
  switch (count) {
    case 1:
      return fromCharCode(a)
    case 2:
      return fromCharCode(a, b)
    case 3:
      return fromCharCode(a, b, c)
    case 4:
      return fromCharCode(a, b, c, d)
    case 5:
      return fromCharCode(a, b, c, d, e)
    case 6:
      return fromCharCode(a, b, c, d, e, f)
    default:
      return fromCharCode(a, b, c, d, e, f, g)
  }
}

const SLOTS = 1_024

/** The last key seen in each slot; a stale or colliding one costs time, never a wrong key. */
const keys: (string | undefined)[] = new Array(SLOTS).fill(undefined)

/** Whether a key was put there since they were forgotten. */
let holds = false

/**
 * The same as `shortText`, for the keys of objects: a few recur all the time, and finding
 * one again is cheaper than making and interning it anew.
 */
export function shortKey(bytes: Uint8Array, start: number, end: number): string | undefined {
  const slot =
    ((end - start) * 131 + (bytes[start] ?? 0) * 31 + (bytes[end - 1] ?? 0) * 7 + (bytes[(start + end) >> 1] ?? 0)) &
    (SLOTS - 1)
  const known = keys[slot]
  if (known !== undefined && matches(known, bytes, start, end)) return known
  const key = shortText(bytes, start, end)
  keys[slot] = key
  holds = true
  return key
}

/** Forgets the keys of objects that were read: some may be secrets. */
export function forgetKeys(): void {
  if (!holds) return
  keys.fill(undefined)
  holds = false
}

function matches(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false
  return true
}
