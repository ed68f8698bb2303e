import { CacheError } from '../errors.ts'
import { assertLight, formatJson, parseJson } from './json.ts'
import { MsgpackReader } from './msgpack/reader.ts'
import { Unsupported } from './msgpack/unsupported.ts'
import { MsgpackWriter } from './msgpack/writer.ts'
import { decodeUtf8, isWellFormed } from './text.ts'

/**
 * Turns values into bytes and back. A region has one; every stored value names the one
 * that wrote it.
 */
export interface Serializer {
  /** Stored with every value: 128 to 255, another one for each format. Those below are omnicache's own. */
  readonly id: number
  /** What is stored for `value`; a string is stored as UTF-8. May throw: then nothing is stored. */
  serialize(value: unknown): string | Uint8Array
  /**
   * The value of stored bytes. May throw: then the entry is a miss. The bytes are lent:
   * they are overwritten after the call, so a value must not share memory with them.
   */
  deserialize(bytes: Uint8Array): unknown
}

/** The ids of the formats that every omnicache can read. */
export const SerializerId = {
  /** Nothing: the tombstone of a deleted key. */
  None: 0,
  /** A string, as UTF-8. */
  Text: 1,
  /** A `Uint8Array`, as it is. */
  Bytes: 2,
  /** JSON, as UTF-8. */
  Json: 3,
  /** MessagePack with extensions for what JavaScript has beyond it. */
  Msgpack: 4,
} as const

/** The lowest id that a serializer from outside may have. */
export const FIRST_CUSTOM_ID = 128

/** The highest id: it is stored in one byte. */
export const LAST_CUSTOM_ID = 255

/** A value in its stored form, before compression and encryption. */
export interface Serialized {
  /** Which format: a `SerializerId`, or the id of a serializer from outside. */
  readonly serializer: number
  /** A well-formed string, to be stored as UTF-8, or bytes. */
  readonly data: string | Uint8Array
}

/**
 * A serializer with the rules of `JSON.stringify`: `toJSON` is honoured, instances of
 * classes become plain objects, a `Date` becomes a string, what JSON does not know is
 * dropped. For values that need not come back as they went in, or that others read.
 *
 * @example
 * ```ts
 * new CacheManager({ regions: { orders: { serializer: jsonSerializer } } })
 * ```
 */
export const jsonSerializer: Serializer = {
  id: SerializerId.Json,
  serialize: formatJson,
  deserialize: (bytes) => parseJson(decodeUtf8(bytes)),
}

const writer = new MsgpackWriter()
const reader = new MsgpackReader()

/** The other formats that are read whatever a region writes. */
const readers = new Map<number, (bytes: Uint8Array) => unknown>([
  [SerializerId.Text, decodeUtf8],
  [SerializerId.Bytes, (bytes) => new Uint8Array(bytes)],
  [SerializerId.Json, jsonSerializer.deserialize],
])

/**
 * Serializes the values of one region.
 *
 * Without a serializer from outside, strings and bytes are stored as they are and all
 * else as MessagePack, such that **what comes back equals what went in, or `serialize`
 * throws**. Kept: null, booleans, numbers (NaN, -0 and the infinities too), strings, BigInt,
 * undefined and holes inside of objects and arrays, plain objects (and those without
 * prototype), arrays, Date, Map, Set, every typed array, ArrayBuffer, DataView, the
 * language's own error classes, RegExp, URL; nested up to 1,000 levels. A Node `Buffer`
 * comes back as a `Uint8Array`. An object that occurs twice comes back as two.
 *
 * Refused: functions, symbols, symbol keys, the key `__proto__`, cycles, promises, weak
 * collections, and instances of any other class, even with a `toJSON`: nobody knows how to
 * make them again. `jsonSerializer` takes those. Not looked at, as by structured clone:
 * fields that are not enumerable, and fields added to arrays, dates, maps and the like.
 */
export class ValueSerializer {
  /** How much memory the parts of a value may take, in bytes: the objects and texts that it is made of. */
  room = Infinity
  readonly #custom: Serializer | undefined

  constructor(custom?: Serializer) {
    this.#custom = custom
  }

  /**
   * The stored form of `value`. `undefined`, as a whole, stands for a value that is known not to
   * exist, and is always omnicache's own to write. `objects` writes what is stored as MessagePack.
   *
   * @throws CacheError UNSERIALIZABLE_VALUE: the message names the place inside the value.
   */
  serialize(value: unknown, objects = writer): Serialized {
    if (this.#custom !== undefined && value !== undefined) return serializeCustom(this.#custom, value, this.room)
    if (typeof value === 'string' && isWellFormed(value)) return { serializer: SerializerId.Text, data: value }
    if (value instanceof Uint8Array) return { serializer: SerializerId.Bytes, data: value }
    try {
      return { serializer: SerializerId.Msgpack, data: objects.write(value, this.room) }
    } catch (error) {
      throw refusal(error)
    }
  }

  /** Whether plain data is stored as it is, so that nothing of it can be refused. */
  get takesPlainData(): boolean {
    return this.#custom === undefined
  }

  /**
   * The value of a stored form, which lies in `bytes` from `start` to `end`. It shares no memory with them.
   *
   * @throws TooHeavy when it would take more memory than there is `room`; another Error when the format is unknown or
   * the bytes are malformed: the entry is corrupt.
   */
  deserialize(serializer: number, bytes: Uint8Array, start = 0, end = bytes.length): unknown {
    if (serializer === SerializerId.Msgpack) return reader.read(bytes, start, end, this.room)
    const own = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
    if (serializer === SerializerId.Json) assertLight(own, this.room)
    if (this.#custom !== undefined && this.#custom.id === serializer) return this.#custom.deserialize(own)
    const read = readers.get(serializer)
    if (read === undefined) throw new RangeError(`no serializer has the id ${serializer}`)
    return read(own)
  }

  /** As `deserialize`, with pauses where the value is large and has many parts. The bytes must stay as they are until then. */
  async deserializeLarge(serializer: number, bytes: Uint8Array, pause: () => Promise<void>): Promise<unknown> {
    if (serializer !== SerializerId.Msgpack) return this.deserialize(serializer, bytes)
    return new MsgpackReader().readInSteps(bytes, this.room, pause)
  }
}

/**
 * The same error with the region and key that it happened at, in its message and context.
 * Pass no key, or a redacted one, where the region encrypts.
 */
export function locateValueError(error: unknown, region: string, key?: string): unknown {
  if (!(error instanceof CacheError) || error.code !== 'UNSERIALIZABLE_VALUE') return error
  const where = key === undefined ? `a value in region '${region}'` : `key ${JSON.stringify(key)} of region '${region}'`
  return new CacheError('UNSERIALIZABLE_VALUE', `Cannot store ${where}: ${error.message}`, {
    ...('cause' in error ? { cause: error.cause } : {}),
    context: key === undefined ? { region } : { region, key },
  })
}

function serializeCustom(custom: Serializer, value: unknown, room: number): Serialized {
  try {
    const data: unknown = custom.serialize(value)
    if (data instanceof Uint8Array || (typeof data === 'string' && isWellFormed(data))) {
      if (custom.id === SerializerId.Json) assertLight(data, room)
      return { serializer: custom.id, data }
    }
  } catch (error) {
    throw unserializable(`the region's serializer refused the value: ${messageOf(error)}`, error)
  }
  throw unserializable("the region's serializer must answer a Uint8Array or a well-formed string")
}

function refusal(error: unknown): CacheError {
  if (!(error instanceof Unsupported)) return unserializable(`the value could not be read: ${messageOf(error)}`, error)
  return unserializable(`value${error.path} ${error.message}`)
}

function unserializable(message: string, cause?: unknown): CacheError {
  return new CacheError('UNSERIALIZABLE_VALUE', message, cause === undefined ? {} : { cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
