import type { DriverEntry, Replacement } from '../driver.ts'
import { milliseconds } from './commands.ts'
import { HEAD_LENGTH } from './scripts/replace.ts'
import { VALUE_AT } from './scripts/script.ts'

/**
 * The values of some entries in one piece, each after its length (4 bytes) and its TTL in ms (8 bytes, a
 * double; 0 is for ever), both big-endian. One argument instead of two for each entry, as clients take
 * longer over an argument of bytes than over copying it.
 */
export function packed(entries: readonly DriverEntry[]): Buffer {
  let length = 0
  for (const { value } of entries) length += VALUE_AT + value.byteLength
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const { value, ttl } of entries) {
    bytes.writeUInt32BE(value.byteLength, at)
    bytes.writeDoubleBE(milliseconds(ttl), at + 4)
    bytes.set(value, at + VALUE_AT)
    at += VALUE_AT + value.byteLength
  }
  return bytes
}

/** A replacement as the script `replace` takes it: its head stands before its value. */
export function headed({ key, head, value }: Replacement): DriverEntry {
  const bytes = Buffer.allocUnsafe(HEAD_LENGTH + head.byteLength + value.byteLength)
  bytes.writeUInt32BE(head.byteLength, 0)
  bytes.set(head, HEAD_LENGTH)
  bytes.set(value, HEAD_LENGTH + head.byteLength)
  return { key, value: bytes, ttl: Number.POSITIVE_INFINITY }
}
