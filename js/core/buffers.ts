import { CacheError } from '../errors.ts'
import { copyOf } from './byte-slab.ts'
import type { Core } from './core.ts'
import { type ReadText, textReader } from './text-reader.ts'

const encoder = new TextEncoder()

/** How many bytes one UTF-16 unit can take in UTF-8. */
const MOST_BYTES_PER_UNIT = 3

/** A longer string, in UTF-16 units, is encoded first, so that no room is taken for the worst case. */
const LARGE = 65_536

/** The least room for values that the core is asked for, and the most that is kept in view. */
const LEAST_ROOM = 4_096
const MOST_ROOM = 1_048_576

const NOTHING = new Uint8Array(0)

const made = new WeakMap<Core, Buffers>()

/**
 * How bytes get into an instance and out of it: through buffers in its linear memory, at
 * addresses that it tells. The views are made anew when the memory has grown, for that
 * detaches them all at once.
 */
export class Buffers {
  readonly #core: Core
  readonly #keyPointer: number
  readonly #keyBytes: number
  readonly #resultPointer: number
  readonly #stampPointer: number
  #memory!: ArrayBufferLike
  #keyView!: Uint8Array
  #results!: Float64Array
  #valuePointer = 0
  #valueView: Uint8Array = new Uint8Array(0)
  #readText!: ReadText

  private constructor(core: Core) {
    const { glue } = core
    this.#core = core
    this.#keyPointer = glue.keyPointer()
    this.#keyBytes = glue.keyCapacity()
    this.#resultPointer = glue.resultPointer()
    this.#stampPointer = glue.stampPointer()
    this.#look()
  }

  /** The buffers of an instance, which all who work with it share: a value's place moves when it grows. */
  static of(core: Core): Buffers {
    const known = made.get(core)
    if (known !== undefined) return known
    const buffers = new Buffers(core)
    made.set(core, buffers)
    return buffers
  }

  /** Writes a key that has not too many bytes, and answers its length in bytes. */
  writeKey(key: string): number {
    if (this.#keyView.length === 0) this.#look()
    return encoder.encodeInto(key, this.#keyView).written
  }

  /** The key of so many bytes that was written last, as a string of its own. */
  key(length: number): string {
    return this.text(this.#keyPointer, length)
  }

  /** Writes a key that is bytes, not too many, and answers its length. */
  writeKeyBytes(key: Uint8Array): number {
    if (this.#keyView.length === 0) this.#look()
    this.#keyView.set(key)
    return key.length
  }

  /**
   * Writes a payload, and `side` behind it; answers the payload's length in bytes.
   *
   * @throws CacheError `OUT_OF_MEMORY`
   */
  writeValue(payload: string | Uint8Array, side: Uint8Array = NOTHING): number {
    const length = this.#writePayload(payload, side.length)
    if (side.length > 0) this.#valueView.set(side, length)
    return length
  }

  #writePayload(payload: string | Uint8Array, more: number): number {
    if (typeof payload !== 'string' || payload.length > LARGE) {
      const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload
      this.#makeRoom(bytes.length + more)
      this.#valueView.set(bytes)
      return bytes.length
    }
    this.#makeRoom(payload.length * MOST_BYTES_PER_UNIT + more)
    return encoder.encodeInto(payload, this.#valueView).written
  }

  /** Writes the 16 bytes of a stamp. */
  writeStamp(stamp: Uint8Array): void {
    this.#core.bytes.set(stamp, this.#stampPointer)
  }

  /** One of the numbers that the last call answered. */
  result(index: number): number {
    const result = this.#results[index]
    if (result !== undefined) return result
    this.#look()
    return this.#results[index] as number
  }

  /** Bytes in linear memory, to be used before the next call. */
  view(pointer: number, length: number): Uint8Array {
    // A view on the buffer itself is made in half of the time that `subarray` takes.
    if (this.#keyView.length === 0) this.#look()
    return new Uint8Array(this.#memory, pointer, length)
  }

  /** A copy of bytes in linear memory. */
  copy(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#core.bytes.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>
  }

  /** A copy of bytes in linear memory that are a value: a short one may share its buffer with others. */
  value(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return copyOf(this.view(pointer, length))
  }

  /** Text in linear memory. */
  text(pointer: number, length: number): string {
    if (this.#keyView.length === 0) this.#look()
    return this.#readText(pointer, length, false)
  }

  /** Text in linear memory of which every byte is a character. */
  ascii(pointer: number, length: number): string {
    if (this.#keyView.length === 0) this.#look()
    return this.#readText(pointer, length, true)
  }

  /** Has `#valueView` be on so many bytes or more. */
  #makeRoom(length: number): void {
    const { length: had } = this.#valueView
    // A view without length may be one of memory that has grown since. A large buffer is given back
    // at the next value that does not need it.
    if (had > 0 && length <= had && (had <= MOST_ROOM || length > MOST_ROOM)) return
    const room = Math.max(length, LEAST_ROOM)
    if (had === 0 || room > had || had > MOST_ROOM) this.#valuePointer = this.#reserve(room)
    this.#valueView = this.view(this.#valuePointer, room)
  }

  #reserve(length: number): number {
    const pointer = this.#core.glue.valuePointer(length)
    if (pointer !== 0) return pointer
    throw new CacheError('OUT_OF_MEMORY', `the core has no memory for a value of ${length} bytes`)
  }

  #look(): void {
    const { buffer } = this.#core.glue.memory
    this.#memory = buffer
    this.#keyView = new Uint8Array(buffer, this.#keyPointer, this.#keyBytes)
    this.#results = new Float64Array(buffer, this.#resultPointer, RESULTS)
    this.#readText = textReader(buffer)
  }
}

/** How many numbers an answer can have. */
const RESULTS = 10
