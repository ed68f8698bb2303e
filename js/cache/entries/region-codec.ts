import type { CodecCore } from '../../../pkg/glue.js'
import { base64url, fromBase64url } from '../../codec/base64url.ts'
import { hasChecksum, isHosted, writeChecksum } from '../../codec/checksum.ts'
import { forgetKeys } from '../../codec/msgpack/short-text.ts'
import type { MsgpackWriter } from '../../codec/msgpack/writer.ts'
import { openPlain } from '../../codec/plain-envelope.ts'
import { completePlain, framedWriter, payloadLength, payloadOf } from '../../codec/plain-writer.ts'
import { locateValueError, type Serialized, SerializerId, type ValueSerializer } from '../../codec/serializer.ts'
import type { ResolvedDictionaries } from '../../config/dictionary-options.ts'
import type { CompressionName } from '../../config/types.ts'
import { Buffers } from '../../core/buffers.ts'
import { Core } from '../../core/core.ts'
import { bytesOf, type EntryTags, formatSide, parseSide, textOf } from '../../flow/tags/entry-tags.ts'
import { survey } from '../../memory/weigh.ts'
import type { Replacement } from '../../tiers/driver.ts'
import { closedCore } from '../closed.ts'
import { codecRefusal, mostInflated, PAYLOAD_LIMIT, roomFor, unreadable } from './codec-limits.ts'
import type { EnvelopeTimes, Opened } from './l1.ts'
import { headOf, type Sealed, type SealingKeys } from './sealed-envelope.ts'

/** How a region's entries are stored. */
export interface CodecOptions {
  readonly region: string
  readonly serializer: ValueSerializer
  readonly compression: CompressionName
  /** The size from which payloads are compressed, in bytes; `Infinity` is never. */
  readonly compressAbove: number
  /** What small payloads are compressed with. */
  readonly dictionary?: ResolvedDictionaries | undefined
  /** `undefined` where entries are plain. */
  readonly keys: SealingKeys | undefined
  /** How much the region may hold in memory, in bytes: see `fit`. Default: any. */
  readonly memory?: number
}

/** An envelope that was opened, or the reason why it was not. */
export type OpenResult =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly reason: string }

/** The numbers that envelopes and the core know compressions by. */
const COMPRESSION_IDS = { none: 0, deflate: 1, lz4: 2 } as const

/** What a key of an encrypted region is called in events, errors and logs. */
export const REDACTED = '[redacted]'

/** The keys and tags of encrypted regions are stored as HMACs of so many bytes. */
export const HASH_BYTES = 32

const NO_SIDE = new Uint8Array(0)

/**
 * Values to envelopes and back, and keys to stored keys, as one region does it. Bound to one
 * instance of the core: after a trap, or where the region gets another instance, `bind` moves it.
 */
export class RegionCodec {
  readonly options: CodecOptions
  core: Core
  buffers: Buffers
  native: CodecCore
  /** Payloads of fewer bytes are stored as they are; 0 where none is. */
  readonly #plainBelow: number
  /** The most bytes that a payload may have which is compressed. */
  inflated: number

  constructor(core: Core, options: CodecOptions) {
    this.options = options
    this.core = core
    this.buffers = Buffers.of(core)
    const { keys, dictionary, compression, compressAbove, memory = Infinity } = options
    this.options.serializer.room = roomFor(memory)
    this.inflated = mostInflated(memory)
    this.native = this.#makeNative()
    if (keys !== undefined) this.#plainBelow = 0
    else if (compression === 'none') this.#plainBelow = Infinity
    else this.#plainBelow = dictionary?.current === undefined ? compressAbove : 0
  }

  /** The region may hold so many bytes in memory now: see `mostInflated` and `roomFor`. */
  fit(memory: number): void {
    this.options.serializer.room = roomFor(memory)
    const before = this.inflated
    this.inflated = mostInflated(memory)
    if (this.inflated === before) return
    if (!this.core.crashed) this.native.free()
    this.native = this.#makeNative()
  }

  get encrypted(): boolean {
    return this.options.keys !== undefined
  }

  /** Works in `core` from now on. */
  bind(core: Core): void {
    if (core === this.core) return
    if (!this.core.crashed) this.native.free()
    this.core = core
    this.buffers = Buffers.of(core)
    this.native = this.#makeNative()
  }

  /** What L2 knows the key by: the key, or its HMAC in base64url. */
  storedKey(key: string): string {
    if (!this.encrypted) return key
    return this.run(() => {
      const length = this.native.storedKey(this.buffers.writeKey(key))
      return base64url(this.buffers.view(this.core.glue.outPointer(), length))
    })
  }

  /** What entries know a tag by: the tag, or its HMAC with a character for each byte. */
  storedTag(tag: string): string {
    if (!this.encrypted) return tag
    return this.run(() => {
      const length = this.native.storedTag(this.buffers.writeKey(tag))
      return textOf(this.buffers.view(this.core.glue.outPointer(), length))
    })
  }

  /** A stored tag as a part of a stored key. */
  tagKey(stored: string): string {
    return this.encrypted ? base64url(bytesOf(stored)) : stored
  }

  /** The stored tag behind that part of a stored key; `undefined` where it cannot be one. */
  tagOfKey(key: string): string | undefined {
    if (!this.encrypted) return key
    const bytes = fromBase64url(key, HASH_BYTES)
    return bytes && textOf(bytes)
  }

  /** The side block of an entry: nothing where it has neither tags nor an etag. */
  side(tags: EntryTags | undefined, etag: string | undefined): Uint8Array {
    return tags === undefined && etag === undefined ? NO_SIDE : formatSide({ tags, etag }, this.encrypted)
  }

  /** What others may be told of the key. */
  publicKey(key: string): string {
    return this.encrypted ? REDACTED : key
  }

  /**
   * The stored form of a value. `objects` writes what is stored as MessagePack.
   *
   * @throws CacheError `UNSERIALIZABLE_VALUE`, naming the region and the key.
   */
  serialize(key: string, value: unknown, objects?: MsgpackWriter): Serialized {
    try {
      const serialized = this.options.serializer.serialize(value, objects)
      if (serialized.data.length <= PAYLOAD_LIMIT) return serialized
    } catch (error) {
      throw locateValueError(error, this.options.region, this.encrypted ? undefined : key)
    }
    throw codecRefusal('too-large', this.options.region, this.publicKey(key))
  }

  /** Throws where `serialize` does; answers what the value weighs in memory, where that came out. */
  check(key: string, value: unknown): number | undefined {
    const seen = this.options.serializer.takesPlainData ? survey(value) : undefined
    if (seen === undefined || !seen.plain) this.serialize(key, value)
    return seen?.weight
  }

  /** Overwrites what was serialized of a secret value, once it is stored; never bytes that are the caller's own. */
  forget({ serializer, data }: Serialized): void {
    if (this.encrypted && serializer === SerializerId.Msgpack && typeof data !== 'string') data.fill(0)
  }

  /** After a secret value was read: nothing of it stays behind in buffers that are used again. */
  wipe(): void {
    this.core.glue.wipe()
    forgetKeys()
  }

  /** The envelope of a value. */
  seal(key: string, value: unknown, times: EnvelopeTimes, tags: EntryTags | undefined, etag?: string): Sealed {
    const side = this.side(tags, etag)
    const writer = side.length === 0 && this.#plainBelow > 0 ? framedWriter() : undefined
    if (writer !== undefined) {
      return this.#sealPlain(key, value, times, writer)
    }
    return this.#sealInCore(key, this.serialize(key, value), times, side)
  }

  /** Makes a plain envelope without the core, where the value is an object and small. */
  #sealPlain(key: string, value: unknown, times: EnvelopeTimes, objects: MsgpackWriter): Sealed {
    const { serializer, data } = this.serialize(key, value, objects)
    if (serializer !== SerializerId.Msgpack || typeof data === 'string') {
      return this.#sealInCore(key, { serializer, data }, times, NO_SIDE)
    }
    if (completePlain(data, times, this.#plainBelow)) return { envelope: data, rawBytes: payloadLength(data) }
    return this.#sealInCore(key, { serializer, data: payloadOf(data) }, times, NO_SIDE)
  }

  #sealInCore(key: string, serialized: Serialized, times: EnvelopeTimes, side: Uint8Array): Sealed {
    const { serializer, data } = serialized
    try {
      return this.run(() => {
        const { buffers, native } = this
        buffers.writeStamp(times.stamp)
        const keyLength = buffers.writeKey(key)
        const rawBytes = buffers.writeValue(data, side)
        const { created, freshUntil, staleUntil } = times
        const hosted = !this.encrypted && isHosted(rawBytes)
        const lengths = [keyLength, rawBytes, side.byteLength] as const
        const length = native.encode(...lengths, serializer, created, freshUntil, staleUntil, hosted)
        const envelope = this.#envelope(key, length)
        if (hosted) writeChecksum(envelope)
        return { envelope, rawBytes }
      })
    } finally {
      this.forget(serialized)
    }
  }

  /** The mark of a deleted key, which L2 keeps for `ttl` ms. */
  tombstone(key: string, stamp: Uint8Array, created: number, ttl: number): Uint8Array {
    return this.run(() => {
      this.buffers.writeStamp(stamp)
      const length = this.native.encodeTombstone(this.buffers.writeKey(key), created, created + ttl)
      return this.#envelope(key, length)
    })
  }

  /** Checks and opens what L2 holds for `key`. Never throws for what the bytes are. */
  open(key: string, envelope: Uint8Array): OpenResult {
    const plain = this.openPlain(envelope)
    return plain === undefined ? this.#openInCore(key, envelope) : { ok: true, opened: plain }
  }

  /** What `open` does without the core, where it can; nothing where it cannot, or the envelope is damaged. */
  openPlain(envelope: Uint8Array): Opened | undefined {
    return this.encrypted ? undefined : openPlain(envelope, this.options.serializer, PAYLOAD_LIMIT)
  }

  /** As `open`, by what the envelope is stored under; answers its key too, or nothing where it does not open. */
  openStored(storedKey: string, envelope: Uint8Array): { opened: Opened; key: string } | undefined {
    if (!this.encrypted) {
      const result = this.open(storedKey, envelope)
      return result.ok ? { opened: result.opened, key: storedKey } : undefined
    }
    const serializer = this.run(() => {
      const keyLength = this.#writeStored(storedKey)
      return this.native.decodeStored(keyLength, this.buffers.writeValue(envelope))
    })
    let key = ''
    const result = this.#opened(serializer, envelope, () => {
      key = this.buffers.text(this.buffers.result(7), this.buffers.result(8))
    })
    return result.ok ? { opened: result.opened, key } : undefined
  }

  /** Whether the envelope is sealed under another key than the one that writes. */
  isOld(envelope: Uint8Array): boolean {
    return this.options.keys?.isOld(envelope) === true
  }

  /** What it takes to have an envelope that `isOld` replaced by the same one under the key that writes; or why it does not open. */
  reseal(storedKey: string, envelope: Uint8Array): Replacement | string {
    return this.run(() => {
      const keyLength = this.#writeStored(storedKey)
      const length = this.native.reseal(keyLength, this.buffers.writeValue(envelope))
      if (length < 0) return this.core.glue.errorName(length)
      const value = this.buffers.value(this.core.glue.outPointer(), length)
      return { key: storedKey, head: headOf(envelope), value }
    })
  }

  /** What tells the secret that stored keys are made with from any other, and nothing else of it. */
  indexCheck(): Uint8Array {
    // No tag is empty.
    return bytesOf(this.storedTag(''))
  }

  #writeStored(storedKey: string): number {
    return this.buffers.writeKeyBytes(fromBase64url(storedKey, HASH_BYTES) ?? NO_SIDE)
  }

  #openInCore(key: string, envelope: Uint8Array): OpenResult {
    const serializer = this.run(() => {
      // Only a sealed envelope is bound to its key.
      const keyLength = this.encrypted ? this.buffers.writeKey(key) : 0
      const checked = !this.encrypted && isHosted(envelope.length) && hasChecksum(envelope)
      return this.native.decode(keyLength, this.buffers.writeValue(envelope), checked)
    })
    return this.#opened(serializer, envelope)
  }

  /** Takes what was decoded out of the core, and `more` with it. */
  #opened(serializer: number, envelope: Uint8Array, more?: () => void): OpenResult {
    const { buffers, core } = this
    if (serializer < 0) return { ok: false, reason: core.glue.errorName(serializer) }
    try {
      more?.()
      const payload = buffers.view(buffers.result(3), buffers.result(4))
      const value = this.options.serializer.deserialize(serializer, payload)
      const [created, freshUntil, staleUntil] = [buffers.result(0), buffers.result(1), buffers.result(2)]
      const sideLength = buffers.result(6)
      const side = sideLength === 0 ? NO_SIDE : buffers.view(buffers.result(5), sideLength)
      const { tags, etag } = parseSide(side, this.encrypted)
      return { ok: true, opened: { value, tags, etag, envelope, created, freshUntil, staleUntil } }
    } catch (error) {
      return { ok: false, reason: unreadable(error) }
    } finally {
      if (this.encrypted) this.wipe()
    }
  }

  /** Wipes the region's keys. Every use after it throws. */
  dispose(): void {
    if (!this.core.crashed) this.native.free()
    this.native = closedCore(this.options.region)
  }

  #envelope(key: string, length: number): Uint8Array {
    if (length >= 0) return this.buffers.value(this.core.glue.outPointer(), length)
    throw codecRefusal(this.core.glue.errorName(length), this.options.region, this.publicKey(key))
  }

  /** Runs a call into the core; after a trap once more, in a new instance. */
  run<T>(call: () => T): T {
    try {
      if (!this.core.crashed) return call()
    } catch (error) {
      if (!this.core.trapped(error)) throw error
    }
    this.bind(Core.shared())
    return call()
  }

  #makeNative(): CodecCore {
    const { region, compression, compressAbove, dictionary, keys } = this.options
    const id = COMPRESSION_IDS[compression]
    const above = compressAbove === Infinity ? -1 : compressAbove
    const { CodecCore } = this.core.glue
    const native =
      keys === undefined
        ? CodecCore.plain(region, id, above, this.inflated)
        : keys.lend(this.core, (lent) => CodecCore.sealed(region, id, above, this.inflated, lent))
    for (const other of dictionary?.others ?? []) native.addDictionary(other, false)
    if (dictionary?.current !== undefined) native.addDictionary(dictionary.current, compression !== 'none')
    return native
  }
}
