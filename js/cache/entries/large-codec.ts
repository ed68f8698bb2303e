import { type Clock, yieldToEventLoop } from '../../clock.ts'
import { crc32, putWord, wordAt } from '../../codec/checksum.ts'
import { isForThisThread, openNow, sealNow } from '../../codec/host/cipher.ts'
import { crypt, deflate, inflate } from '../../codec/host/engines.ts'
import { Pool } from '../../codec/host/pool.ts'
import { CHECKSUM_BYTES, LENGTH_AT } from '../../codec/plain-layout.ts'
import { type Serialized, SerializerId } from '../../codec/serializer.ts'
import { encodeUtf8 } from '../../codec/text.ts'
import { CacheError } from '../../errors.ts'
import { parseSide, type Side } from '../../flow/tags/entry-tags.ts'
import { withLimit } from '../../flow/time-limit.ts'
import { isRequestBound } from '../../runtime.ts'
import { PAYLOAD_LIMIT } from './codec-limits.ts'
import type { EnvelopeTimes, Opened } from './l1.ts'
import type { RegionCodec } from './region-codec.ts'
import type { Sealed } from './sealed-envelope.ts'

/**
 * From so many bytes of payload on the host's own engines compress and seal: below, the core is done before they
 * have begun. Never where a call must not wait for what another request has begun.
 */
export const LARGE: number = isRequestBound ? 2 ** 32 - 1 : 32_768

/** A payload as it was when its call began. */
export interface Payload {
  readonly serializer: number
  readonly data: Uint8Array<ArrayBuffer>
}

/** A value with what stands beside it. */
export interface Decoded extends Side {
  readonly value: unknown
}

/** How a payload is stored, whether in an envelope or in a record. */
interface Form {
  readonly serializer: number
  readonly compression: number
  readonly length: number
  readonly hasSide: boolean
}

/** A header with key id and nonce has no more bytes than this. */
const MOST_HEAD = 46 + 32 + 24

/** The nonce of the cipher is the end of the head. */
const IV_BYTES = 12

/** What a record of the core has before its content. */
const RECORD_PREFIX = 24

const FLAG_SEALED = 4
const FLAG_SIDE = 8

const NO_COMPRESSION = 0
const DEFLATE = 1

/** A stream of deflate makes no more of a byte. */
const MOST_RATIO = 1_032

/** Compression must save one part in so many. */
const LEAST_GAIN = 16

/** What is looked at to tell noise: so many stretches of so many bytes. */
const STRETCHES = 8
const STRETCH = 128

const MOST_KEY = 65_536

/** How long an engine may take, in ms: a while, and for each megabyte a second more. */
const PATIENCE = 1_000
const BYTES_PER_MS = 1_000

/** How long a host whose engine hung is left alone, in ms. */
const REST = 60_000

/**
 * So many are worked on at a time, the others wait with no more than what they came with. Engines are given no more
 * than Node's own threads are by default: what waits there would count as hanging.
 */
const pool = new Pool(4)

const NOTHING = new Uint8Array(0)

/** Whether the host may be faster at opening this envelope; nothing of it was checked. */
export function isLarge(envelope: Uint8Array): boolean {
  const sealed = ((envelope[3] as number) & FLAG_SEALED) !== 0
  const hosted = envelope[5] === DEFLATE || (sealed && envelope[5] === NO_COMPRESSION)
  return envelope.length > MOST_HEAD && hosted && wordAt(envelope, LENGTH_AT) >= LARGE
}

/** Whether the host may be faster at sealing this region's large values. */
export function takesLarge({ encrypted, options }: RegionCodec): boolean {
  return options.compression === 'deflate' || (encrypted && options.compression === 'none')
}

/** The payload of a value, which no longer shares memory with it. */
export function payloadOf({ serializer, data }: Serialized): Payload {
  if (typeof data === 'string') return { serializer, data: encodeUtf8(data) as Uint8Array<ArrayBuffer> }
  const own = serializer === SerializerId.Msgpack ? data : new Uint8Array(data)
  return { serializer, data: own as Uint8Array<ArrayBuffer> }
}

/**
 * Envelopes of large values, made and opened by the host's own engines, off the thread where it can: the same
 * bytes as the core's. Whatever the host cannot do, or refuses, is left to the core, which answers for all of it.
 */
export class LargeCodec {
  readonly #clock: Clock
  #restsUntil = 0
  /** When an engine was done last. */
  #doneAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The envelope of a payload; nothing where the core is to make it. Never rejects. */
  seal(
    codec: RegionCodec,
    key: string,
    payload: Payload,
    side: Uint8Array,
    times: EnvelopeTimes,
  ): Promise<Sealed | undefined> {
    const seal = async () => {
      const body = await this.#compressed(codec, payload.data)
      if (body === undefined) return undefined
      const compression = body === payload.data ? NO_COMPRESSION : DEFLATE
      try {
        const frame = frameOf(codec, key, payload, compression, side, times)
        const envelope = await this.#around(frame, body)
        return envelope && { envelope, rawBytes: payload.data.length }
      } finally {
        if (codec.encrypted && body !== payload.data) body.fill(0)
      }
    }
    return pool.run(seal).catch(nothing)
  }

  /** As the codec's `open`; nothing where the core is to open it. Never rejects. */
  open(codec: RegionCodec, key: string, envelope: Uint8Array): Promise<Opened | undefined> {
    return pool.run(() => this.#openHosted(codec, key, envelope)).catch(nothing)
  }

  /** What a record of the core holds; nothing where the core is to open it. Never rejects. */
  openRecord(codec: RegionCodec, key: string, record: Uint8Array): Promise<Decoded | undefined> {
    const [flags, serializer, compression] = record as unknown as [number, number, number]
    const content = record.subarray(RECORD_PREFIX)
    if ((flags & FLAG_SEALED) !== 0) return this.open(codec, key, content)
    const length = new DataView(record.buffer, record.byteOffset).getUint32(4, true)
    const form = { serializer, compression, length, hasSide: (flags & FLAG_SIDE) !== 0 }
    return pool.run(() => this.#decoded(codec, form, content)).catch(nothing)
  }

  /** The payload compressed, if that helps, else as it is; nothing where the host has no compression. */
  async #compressed(codec: RegionCodec, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
    const { compression, compressAbove } = codec.options
    const isTried = compression === 'deflate' && data.length >= compressAbove && data.length <= codec.inflated
    if (!isTried || isNoise(codec, data)) return data
    const made = await this.#limited(() => deflate(data), data.length)
    const room = data.length - Math.floor(data.length / LEAST_GAIN)
    return made === undefined || made.length <= room ? made : data
  }

  /** Puts a frame around a body: sealed, or with a checksum behind it. */
  async #around({ head, prefix, associated, key }: Frame, body: Uint8Array): Promise<Uint8Array | undefined> {
    if (key.length === 0) {
      const envelope = joined([head, prefix, body], CHECKSUM_BYTES)
      const end = envelope.length - CHECKSUM_BYTES
      putWord(envelope, end, crc32(envelope.subarray(0, end)))
      return envelope
    }
    const iv = head.slice(-IV_BYTES)
    try {
      if (await isForThisThread(body.length)) return joined([head, ...sealNow(key, iv, associated, [prefix, body])])
      const plain = joined([prefix, body])
      const sealed = await this.#limited(() => crypt('encrypt', key, iv, associated, plain), plain.length)
      plain.fill(0)
      return sealed && joined([head, sealed])
    } finally {
      key.fill(0)
    }
  }

  async #openHosted(codec: RegionCodec, key: string, envelope: Uint8Array): Promise<Opened | undefined> {
    const unframed = unframe(codec, key, envelope)
    if (unframed === undefined) return undefined
    const { form, times, frame } = unframed
    const { head } = frame
    const content = codec.encrypted
      ? await this.#decrypted(frame, envelope)
      : hasRightChecksum(envelope) && envelope.subarray(head.length, -CHECKSUM_BYTES)
    if (!content) return undefined
    const decoded = await this.#decoded(codec, form, content)
    if (codec.encrypted) content.fill(0)
    return decoded && { ...decoded, ...times, envelope }
  }

  /** What is sealed in an envelope, without the key before it. */
  async #decrypted({ head, associated, key }: Frame, envelope: Uint8Array): Promise<Uint8Array | undefined> {
    const sealed = envelope.subarray(head.length) as Uint8Array<ArrayBuffer>
    const iv = head.slice(-IV_BYTES)
    let plain: Uint8Array | undefined
    try {
      plain = (await isForThisThread(sealed.length))
        ? openNow(key, iv, associated, sealed)
        : await this.#limited(() => crypt('decrypt', key, iv, associated, sealed), sealed.length)
    } finally {
      key.fill(0)
    }
    if (plain === undefined || plain.length < 4) return undefined
    const length = wordAt(plain, 0)
    return length <= MOST_KEY && 4 + length <= plain.length ? plain.subarray(4 + length) : undefined
  }

  /** The value of `[side length, side] body`; nothing where any of it is not as it should be. */
  async #decoded(codec: RegionCodec, form: Form, content: Uint8Array): Promise<Decoded | undefined> {
    const { compression, length, serializer } = form
    const side = form.hasSide ? sideOf(codec, content) : NOTHING
    if (side === undefined) return undefined
    const body = form.hasSide ? content.subarray(4 + side.length) : content
    const most = compression === DEFLATE ? Math.min(codec.inflated, body.length * MOST_RATIO) : PAYLOAD_LIMIT
    if (length > most) return undefined
    const inflated = compression === DEFLATE ? await this.#limited(() => inflate(body, length), length) : undefined
    const payload = compression === NO_COMPRESSION && body.length === length ? body : inflated
    if (payload === undefined) return undefined
    try {
      const value = await codec.options.serializer.deserializeLarge(serializer, payload, yieldToEventLoop)
      return { value, ...parseSide(side, codec.encrypted) }
    } finally {
      if (codec.encrypted) {
        payload.fill(0)
        codec.wipe()
      }
    }
  }

  /** What an engine makes in time; nothing where it fails or hangs. */
  async #limited<T>(work: () => Promise<T>, bytes: number): Promise<T | undefined> {
    const began = this.#clock.now()
    // What is left to the core, which holds the event loop, comes a few at a time.
    if (began < this.#restsUntil) return void (await yieldToEventLoop())
    try {
      const made = await withLimit(work(), PATIENCE + bytes / BYTES_PER_MS, this.#clock, 'the host')
      this.#doneAt = this.#clock.now()
      return made
    } catch (error) {
      if (error instanceof CacheError && this.#doneAt < began) this.#restsUntil = this.#clock.now() + REST
      return undefined
    }
  }
}

/** What stands around a body, and what seals it: see the core's `hosted.rs`. */
interface Frame {
  readonly head: Uint8Array<ArrayBuffer>
  readonly prefix: Uint8Array<ArrayBuffer>
  readonly associated: Uint8Array<ArrayBuffer>
  readonly key: Uint8Array<ArrayBuffer>
}

function frameOf(
  codec: RegionCodec,
  key: string,
  { serializer, data }: Payload,
  compression: number,
  side: Uint8Array,
  { stamp, created, freshUntil, staleUntil }: EnvelopeTimes,
): Frame {
  return codec.run(() => {
    const { buffers, native } = codec
    buffers.writeStamp(stamp)
    const form = [serializer, compression, data.length, created, freshUntil, staleUntil] as const
    // Of a codec that is closed by now this throws before the key is written.
    if (native.frame(buffers.writeKey(key), buffers.writeValue(side), ...form) < 0) throw new RangeError('no frame')
    return takeFrame(codec, 0)
  })
}

function unframe(codec: RegionCodec, key: string, envelope: Uint8Array) {
  return codec.run(() => {
    const { buffers, native, encrypted } = codec
    const head = envelope.subarray(0, MOST_HEAD)
    const serializer = native.unframe(encrypted ? buffers.writeKey(key) : 0, buffers.writeValue(head))
    if (serializer < 0) return undefined
    const result = (index: number) => buffers.result(index)
    const times = { created: result(4), freshUntil: result(5), staleUntil: result(6) }
    const length = wordAt(envelope, LENGTH_AT)
    const form: Form = { serializer, compression: result(7), length, hasSide: result(8) === 1 }
    const headLength = result(0)
    const frame = { ...takeFrame(codec, headLength), head: new Uint8Array(envelope.subarray(0, headLength)) }
    return { form, times, frame }
  })
}

/** Copies out what the core answered, of which the first `left` bytes are not there, and wipes it there. */
function takeFrame(codec: RegionCodec, left: number): Frame {
  const { buffers, core } = codec
  let at = core.glue.outPointer() - left
  const [head, prefix, associated, key] = [0, 1, 2, 3].map((part) => {
    const begin = at
    at += buffers.result(part)
    return part === 0 && left > 0 ? NOTHING : buffers.copy(begin, buffers.result(part))
  }) as [Frame['head'], Frame['prefix'], Frame['associated'], Frame['key']]
  if (codec.encrypted) codec.wipe()
  return { head, prefix, associated, key }
}

/** Whether a few stretches of bytes look like noise, which no compression makes smaller. */
function isNoise(codec: RegionCodec, bytes: Uint8Array): boolean {
  const apart = Math.floor(bytes.length / STRETCHES)
  const sample = new Uint8Array(STRETCHES * STRETCH)
  for (let i = 0; i < STRETCHES; i++) sample.set(bytes.subarray(i * apart, i * apart + STRETCH), i * STRETCH)
  return codec.run(() => codec.native.isNoise(codec.buffers.writeValue(sample)))
}

/** The side block that content begins with; nothing where there is none in order. */
function sideOf(codec: RegionCodec, content: Uint8Array): Uint8Array | undefined {
  const length = content.length < 4 ? 0 : wordAt(content, 0)
  const side = content.subarray(4, 4 + length)
  if (side.length !== length || length > MOST_SIDE) return undefined
  return codec.run(() => codec.native.isSide(codec.buffers.writeValue(side))) ? side : undefined
}

const MOST_SIDE = 1_048_576

function hasRightChecksum(envelope: Uint8Array): boolean {
  const end = envelope.length - CHECKSUM_BYTES
  return crc32(envelope.subarray(0, end)) === wordAt(envelope, end)
}

function joined(parts: readonly Uint8Array[], more = 0): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, more))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function nothing(): undefined {
  return undefined
}
