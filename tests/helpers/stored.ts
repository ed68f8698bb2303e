import type { Answer } from '../../js/flow/reader.ts'
import { FLAGS_OFFSET, STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../../js/tiers/driver.ts'

const HEAD_BYTES = STAMP_OFFSET + STAMP_BYTES

/** What the flow layer takes for an envelope: flags and a stamp where they belong, and some text. */
export function envelope(stamp: Uint8Array, text: string): Uint8Array {
  const payload = new TextEncoder().encode(text)
  const bytes = new Uint8Array(HEAD_BYTES + payload.byteLength)
  bytes.set(stamp, STAMP_OFFSET)
  bytes.set(payload, HEAD_BYTES)
  return bytes
}

/** What marks a deleted key. */
export function tombstone(stamp: Uint8Array): Uint8Array {
  const bytes = envelope(stamp, '')
  bytes[FLAGS_OFFSET] = TOMBSTONE_FLAG
  return bytes
}

/** The text of an envelope; an answer that is none stays what it is. */
export function textOf(stored: Answer): string | undefined {
  if (stored === undefined || stored === 'unavailable') return stored
  return new TextDecoder().decode(stored.subarray(HEAD_BYTES))
}

/** A stamp of this time, for tests that choose their stamps. */
export function stampAt(ms: number, counter = 0, node = 1): Uint8Array {
  const stamp = new Uint8Array(STAMP_BYTES)
  const view = new DataView(stamp.buffer)
  view.setUint16(0, Math.floor(ms / 2 ** 32))
  view.setUint32(2, ms % 2 ** 32)
  view.setUint16(6, counter)
  view.setUint8(15, node)
  return stamp
}
