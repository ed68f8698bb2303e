import { nativeCrc32 } from './native.ts'
import { CHECKSUM_BYTES, HEADER_BYTES } from './plain-layout.ts'

/** `TABLE[b]` is the remainder of the byte `b`, for the reflected polynomial of CRC-32. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0)
  return remainder
})

/** The byte whose remainder begins with the byte `t`: each of them does so with another. */
const BYTE_OF = new Uint8Array(256)
TABLE.forEach((remainder, byte) => {
  BYTE_OF[remainder >>> 24] = byte
})

/** From so many bytes on the runtime's CRC-32, and the call of it, take less time than the core's. */
const HOSTED = 512

/** Whether the runtime is to see to the checksum of a plain envelope that has about so many bytes. */
export function isHosted(bytes: number): boolean {
  return bytes >= HOSTED && nativeCrc32() !== undefined
}

/** Whether bytes end in the checksum of those before; false where the runtime has none of its own. */
export function hasChecksum(bytes: Uint8Array): boolean {
  const crc32 = nativeCrc32()
  const end = bytes.length - CHECKSUM_BYTES
  return end >= HEADER_BYTES && crc32 !== undefined && checksumOf(bytes, end, crc32) === wordAt(bytes, end)
}

/** Writes the checksum of all bytes but the last four into these; answers whether the runtime has one of its own. */
export function writeChecksum(bytes: Uint8Array): boolean {
  const crc32 = nativeCrc32()
  if (crc32 === undefined) return false
  const end = bytes.length - CHECKSUM_BYTES
  putWord(bytes, end, checksumOf(bytes, end, crc32))
  return true
}

/**
 * The CRC-32 of the bytes before `end`, from that of all of them: so that nobody has to make a view of
 * those alone, which takes as long as the CRC of 250 bytes.
 */
function checksumOf(bytes: Uint8Array, end: number, crc32: (bytes: Uint8Array) => number): number {
  let state = ~crc32(bytes)
  for (let i = bytes.length; i-- > end; ) {
    // What a step did with the byte at `i` is undone.
    const index = BYTE_OF[state >>> 24] as number
    state = ((state ^ (TABLE[index] as number)) << 8) | (index ^ (bytes[i] as number))
  }
  return ~state >>> 0
}

/** The checksum of bytes, where the runtime has none of its own too. */
export function crc32(bytes: Uint8Array): number {
  const native = nativeCrc32()
  if (native !== undefined) return native(bytes)
  let state = -1
  for (let i = 0; i < bytes.length; i++) {
    state = (state >>> 8) ^ (TABLE[(state ^ (bytes[i] as number)) & 0xff] as number)
  }
  return ~state >>> 0
}

/** 32 bits, big endian. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}

/** Writes 32 bits, big endian. */
export function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}
