import { FLAGS_OFFSET, STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../tiers/driver.ts'
import { compareStamps } from './stamp.ts'

/** What lies before a stored value's payload and says which write it was: up to its stamp. */
const HEAD_BYTES = STAMP_OFFSET + STAMP_BYTES

/** A write to L2: an envelope, or a tombstone where the key is deleted. */
export interface StoredWrite {
  /** The stored key: without namespace, region and generation. */
  readonly key: string
  /** What is stored, with its stamp inside. Kept while it waits: it must not change any more. */
  readonly envelope: Uint8Array
  /** How long L2 keeps it, in ms; `Infinity` is for ever. Tombstones are kept as long as replays may come. */
  readonly ttl: number
  /**
   * Where its tags' tokens were not asked of L2: makes the envelope anew, with those that L2 holds.
   * Such a write goes through the journal, and is made anew when it is sent from there. Answers
   * nothing where it is to stay as it is; rejects where L2 cannot be asked.
   */
  readonly renew?: (envelope: Uint8Array) => Promise<Uint8Array | undefined>
}

/** The stamp inside stored bytes, as a view; shorter than a stamp where the bytes end early. */
export function stampOf(stored: Uint8Array): Uint8Array {
  return stored.subarray(STAMP_OFFSET, HEAD_BYTES)
}

/** Whether the bytes are long enough to hold a stamp. Others were not written by omnicache. */
export function hasStamp(stored: Uint8Array): boolean {
  return stored.byteLength >= HEAD_BYTES
}

/** Whether the bytes mark a deleted key. */
export function isTombstone(stored: Uint8Array): boolean {
  return ((stored[FLAGS_OFFSET] ?? 0) & TOMBSTONE_FLAG) !== 0
}

/** Whether the bytes were written later than `stamp`. */
export function isAfter(stored: Uint8Array, stamp: Uint8Array): boolean {
  return compareStamps(stored, stamp, STAMP_OFFSET) > 0
}

/**
 * A tombstone, under an envelope's own stamp where there is no other. It takes the place of a value that may not be
 * sent any more: what is older goes, what is newer stays, and nothing comes back.
 */
export function tombstoneOf(envelope: Uint8Array, stamp = stampOf(envelope)): Uint8Array {
  const tombstone = new Uint8Array(HEAD_BYTES)
  tombstone.set(envelope.subarray(0, FLAGS_OFFSET))
  tombstone[FLAGS_OFFSET] = TOMBSTONE_FLAG
  tombstone.set(stamp, STAMP_OFFSET)
  return tombstone
}
