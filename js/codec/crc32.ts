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

/**
 * The CRC-32 of the bytes before `end`, from `crc`, which is that of all of them: so that nobody has to
 * make a view of those alone, which takes as long as the CRC of 50 bytes.
 */
export function crcBefore(crc: number, bytes: Uint8Array, end: number): number {
  let state = ~crc
  for (let i = bytes.length; i-- > end; ) {
    // What a step did with the byte at `i` is undone.
    const index = BYTE_OF[state >>> 24] as number
    state = ((state ^ (TABLE[index] as number)) << 8) | (index ^ (bytes[i] as number))
  }
  return ~state >>> 0
}
