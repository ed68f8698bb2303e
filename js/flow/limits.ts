import type { Driver } from '../tiers/driver.ts'

/** What may be sent in one piece within one limit. */
const PIECE_WRITES = 1_000
const PIECE_BYTES = 1 << 20

/** A call of many keys, of which the tier takes few at a time, may take so many limits at the most. */
const MOST_ROUNDS = 8

/** The limit for a call of so many keys: `limit` for each round that the tier takes them in. */
export function limitOfKeys({ parallel = Number.POSITIVE_INFINITY }: Driver, keys: number, limit: number): number {
  return limit * Math.min(Math.max(Math.ceil(keys / parallel), 1), MOST_ROUNDS)
}

/**
 * The limit for writes that are sent in one piece: `limit` for each thousand of them, and for each MiB, that was
 * begun, or for each round that the tier takes them in.
 */
export function limitOfWrites(
  driver: Driver,
  writes: Iterable<{ readonly envelope: Uint8Array }>,
  limit: number,
): number {
  let count = 0
  let bytes = 0
  for (const { envelope } of writes) {
    count++
    bytes += envelope.byteLength
  }
  const pieces = Math.max(1, Math.ceil(count / PIECE_WRITES), Math.ceil(bytes / PIECE_BYTES))
  return Math.max(limit * pieces, limitOfKeys(driver, count, limit))
}
