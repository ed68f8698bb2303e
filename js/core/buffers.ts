import { CacheError } from '../errors.ts'
import type { Core } from './core.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How many bytes one UTF-16 unit can take in UTF-8. */
const MOST_BYTES_PER_UNIT = 3

/** A longer string, in UTF-16 units, is encoded first, so that no room is taken for the worst case. */
const LARGE = 65_536

/**
 * How bytes get into an instance and out of it: through buffers in its linear memory, at
 * addresses that it tells. Nothing here is kept across a call that may allocate.
 */
export class Buffers {
  readonly #core: Core
  readonly #keyPointer: number
  readonly #keyBytes: number
  readonly #resultIndex: number
  readonly #stampPointer: number
  #keyView: Uint8Array

  constructor(core: Core) {
    const { glue } = core
    this.#core = core
    this.#keyPointer = glue.keyPointer()
    this.#keyBytes = glue.keyCapacity()
    this.#resultIndex = glue.resultPointer() / Float64Array.BYTES_PER_ELEMENT
    this.#stampPointer = glue.stampPointer()
    this.#keyView = this.#makeKeyView()
  }

  /** Writes a key that was checked before, and answers its length in bytes. */
  writeKey(key: string): number {
    if (this.#keyView.byteLength === 0) this.#keyView = this.#makeKeyView()
    return encoder.encodeInto(key, this.#keyView).written
  }

  /**
   * Writes a payload, and answers its length in bytes.
   *
   * @throws CacheError `OUT_OF_MEMORY`
   */
  writeValue(payload: string | Uint8Array): number {
    if (typeof payload !== 'string' || payload.length > LARGE) {
      const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload
      const pointer = this.#reserve(bytes.byteLength)
      this.#core.bytes.set(bytes, pointer)
      return bytes.byteLength
    }
    const room = payload.length * MOST_BYTES_PER_UNIT
    const pointer = this.#reserve(room)
    return encoder.encodeInto(payload, this.#core.bytes.subarray(pointer, pointer + room)).written
  }

  /** Writes the 16 bytes of a stamp. */
  writeStamp(stamp: Uint8Array): void {
    this.#core.bytes.set(stamp, this.#stampPointer)
  }

  /** One of the numbers that the last call answered. */
  result(index: number): number {
    return this.#core.numbers[this.#resultIndex + index] as number
  }

  /** Bytes in linear memory, to be used before the next call. */
  view(pointer: number, length: number): Uint8Array {
    return this.#core.bytes.subarray(pointer, pointer + length)
  }

  /** A copy of bytes in linear memory. */
  copy(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#core.bytes.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>
  }

  /** Text in linear memory. */
  text(pointer: number, length: number): string {
    return decoder.decode(this.view(pointer, length))
  }

  #reserve(length: number): number {
    const pointer = this.#core.glue.valuePointer(length)
    if (pointer !== 0 || length === 0) return pointer
    throw new CacheError('OUT_OF_MEMORY', `the core has no memory for a value of ${length} bytes`)
  }

  #makeKeyView(): Uint8Array {
    return this.view(this.#keyPointer, this.#keyBytes)
  }
}
