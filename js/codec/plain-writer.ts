import { slabMaker } from '../core/byte-slab.ts'
import { lazy } from '../lazy.ts'
import { putWord, writeChecksum } from './checksum.ts'
import { MsgpackWriter } from './msgpack/writer.ts'
import { nativeCrc32 } from './native.ts'
import {
  CHECKSUM_BYTES,
  CREATED_AT,
  FRESH_AT,
  HEADER_BYTES,
  LENGTH_AT,
  MAGIC,
  NEVER,
  SERIALIZER_AT,
  STALE_AT,
  STAMP_AT,
} from './plain-layout.ts'
import { SerializerId } from './serializer.ts'

/** What a header says beside its serializer and its length. */
export interface PlainHead {
  /** 16 bytes. */
  readonly stamp: Uint8Array
  /** Times in ms since 1970; `Infinity` is never. */
  readonly created: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** How many bytes of an envelope are not its payload. */
const AROUND = HEADER_BYTES + CHECKSUM_BYTES

/** A longer payload gets memory of its own, for it would pin little else: the core makes its envelope. */
const LONGEST = 2_048 - AROUND

/**
 * Writes a value as MessagePack with room for a header before it and a checksum behind it, in memory
 * that envelopes may share; `undefined` where a runtime has no checksum of its own, or cannot keep such
 * memory from being transferred.
 */
export const framedWriter: () => MsgpackWriter | undefined = lazy(() => {
  const slab = slabMaker()
  if (slab === undefined || nativeCrc32() === undefined) return undefined
  return new MsgpackWriter({ before: HEADER_BYTES, after: CHECKSUM_BYTES, slabBytes: 65_536, slab })
})

/** How many bytes the payload of what `framedWriter` wrote has. */
export function payloadLength(framed: Uint8Array): number {
  return framed.length - AROUND
}

/** The payload of what `framedWriter` wrote. */
export function payloadOf(framed: Uint8Array): Uint8Array {
  return framed.subarray(HEADER_BYTES, framed.length - CHECKSUM_BYTES)
}

/**
 * Makes what `framedWriter` wrote a plain envelope, where it lies; answers whether it is one now. It is
 * not for a payload of `below` bytes or more, nor for times that the core would refuse.
 */
export function completePlain(framed: Uint8Array, head: PlainHead, below: number): boolean {
  const { stamp, created, freshUntil, staleUntil } = head
  const length = payloadLength(framed)
  if (length > LONGEST || length >= below || staleUntil < freshUntil) return false
  framed[0] = MAGIC[0]
  framed[1] = MAGIC[1]
  framed[2] = MAGIC[2]
  framed[SERIALIZER_AT] = SerializerId.Msgpack
  framed.set(stamp, STAMP_AT)
  const timed =
    putTime(framed, CREATED_AT, created) &&
    putTime(framed, FRESH_AT, freshUntil) &&
    putTime(framed, STALE_AT, staleUntil)
  if (!timed) return false
  putWord(framed, LENGTH_AT, length)
  return writeChecksum(framed)
}

/** A time of 48 bits, big endian, in whole ms; answers whether it is one. */
function putTime(bytes: Uint8Array, at: number, time: number): boolean {
  const whole = time === Number.POSITIVE_INFINITY ? NEVER : Math.floor(time)
  // Compared such that NaN is none.
  if (!(time >= 0 && (whole < NEVER || time === Number.POSITIVE_INFINITY))) return false
  const high = Math.floor(whole / 2 ** 32)
  bytes[at] = high >>> 8
  bytes[at + 1] = high
  putWord(bytes, at + 2, whole)
  return true
}
