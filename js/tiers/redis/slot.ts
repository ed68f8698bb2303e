/** The slots of a cluster. */
const SLOTS = 16_384

/** CRC-16 (XMODEM) of each byte, made at the first use. */
let table: Uint16Array | undefined

/**
 * The hash slot of a key on a Redis Cluster: CRC-16 (XMODEM) of the key, or of its hash tag,
 * the first non-empty `{…}`, modulo 16384.
 */
export function hashSlot(key: string): number {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open)
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key
  table ??= crcTable()
  let crc = 0
  for (const byte of Buffer.from(hashed)) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0)
  return crc % SLOTS
}

function crcTable(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
    return crc
  })
}
