import { hasChecksum, wordAt } from './checksum.ts'
import { nativeUtf8 } from './native.ts'
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
} from './plain-layout.ts'
import { SerializerId, type ValueSerializer } from './serializer.ts'

/** A plain envelope that was checked and opened. */
export interface PlainEnvelope {
  readonly value: unknown
  /** What only a side block can hold. */
  readonly tags: undefined
  readonly etag: undefined
  /** The bytes themselves. */
  readonly envelope: Uint8Array
  /** Times in ms since 1970; `Infinity` is never. */
  readonly created: number
  readonly freshUntil: number
  readonly staleUntil: number
}

/** What replaces malformed bytes where text is read with a runtime's own means. */
const REPLACEMENT = '\ufffd'

/**
 * Opens an envelope of the most usual kind without the core: neither sealed nor compressed, with no
 * side block, in one of omnicache's own formats. Its checksum is computed by the runtime where the
 * bytes lie, so that nothing is copied but what the value is made of: for 200 bytes that takes half as
 * long as the way through linear memory, for 2,000 a third.
 *
 * Answers nothing for every other envelope, for one that is damaged in any way, and where the runtime
 * has no CRC-32: then the core opens it, or says what is wrong with it. So this may refuse what is
 * good, and never takes what the core would refuse.
 *
 * @param limit The most bytes that a payload may have.
 */
export function openPlain(bytes: Uint8Array, serializer: ValueSerializer, limit: number): PlainEnvelope | undefined {
  const end = bytes.length - CHECKSUM_BYTES
  if (end < HEADER_BYTES || !isPlain(bytes)) return undefined
  const length = end - HEADER_BYTES
  if (wordAt(bytes, LENGTH_AT) !== length || length > limit) return undefined
  if (!hasChecksum(bytes)) return undefined
  const freshUntil = timeAt(bytes, FRESH_AT)
  const staleUntil = timeAt(bytes, STALE_AT)
  if (staleUntil < freshUntil) return undefined
  const value = readValue(bytes, end, serializer)
  if (value === MALFORMED) return undefined
  const created = timeAt(bytes, CREATED_AT)
  return { value, tags: undefined, etag: undefined, envelope: bytes, created, freshUntil, staleUntil }
}

/** 'oc', version 1, no flags, a format of our own, no compression, kind 0, no key id. */
function isPlain(bytes: Uint8Array): boolean {
  const format = bytes[SERIALIZER_AT] as number
  return (
    bytes[0] === MAGIC[0] &&
    bytes[1] === MAGIC[1] &&
    bytes[2] === MAGIC[2] &&
    bytes[3] === 0 &&
    format >= SerializerId.Text &&
    format <= SerializerId.Msgpack &&
    bytes[5] === 0 &&
    bytes[6] === 0 &&
    bytes[7] === 0
  )
}

/** Stands for a value that cannot be read from its bytes. */
const MALFORMED = Symbol('malformed')

function readValue(bytes: Uint8Array, end: number, serializer: ValueSerializer): unknown {
  const format = bytes[SERIALIZER_AT] as number
  const read = format === SerializerId.Text ? nativeUtf8() : undefined
  if (read !== undefined) {
    const text = read(bytes, HEADER_BYTES, end)
    // It may stand in the text itself: the core's way tells.
    return text.includes(REPLACEMENT) ? MALFORMED : text
  }
  try {
    return serializer.deserialize(format, bytes, HEADER_BYTES, end)
  } catch {
    return MALFORMED
  }
}

/** A time of 48 bits, big endian. */
function timeAt(bytes: Uint8Array, at: number): number {
  const time = (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) * 2 ** 32 + wordAt(bytes, at + 2)
  return time === NEVER ? Number.POSITIVE_INFINITY : time
}
