import type { Parser } from './parser.ts'
import { TraceError } from './trace-error.ts'

/** Cuts bytes into records of one length. */
export class Records implements Parser {
  readonly #length: number
  readonly #take: (view: DataView, at: number) => void
  readonly #rest: Uint8Array
  readonly #restView: DataView
  #kept = 0
  #count = 0

  /** @param take Reads the record that begins at `at`. */
  constructor(length: number, take: (view: DataView, at: number) => void) {
    this.#length = length
    this.#take = take
    this.#rest = new Uint8Array(length)
    this.#restView = new DataView(this.#rest.buffer)
  }

  write(bytes: Uint8Array): void {
    const start = this.#complete(bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const length = this.#length
    let at = start
    for (; at + length <= bytes.byteLength; at += length) this.#take(view, at)
    this.#count += (at - start) / length
    if (at < bytes.byteLength) this.#keep(bytes.subarray(at))
  }

  end(): void {
    if (this.#kept === 0) return
    const at = this.#count * this.#length
    throw new TraceError(
      `record ${this.#count + 1}, at byte ${at}: it ends after ${this.#kept} of its ${this.#length} bytes`,
    )
  }

  /** Completes the record of which the last bytes had the beginning; answers where the next one begins. */
  #complete(bytes: Uint8Array): number {
    if (this.#kept === 0) return 0
    const missing = this.#length - this.#kept
    this.#keep(bytes.subarray(0, missing))
    if (this.#kept < this.#length) return bytes.byteLength
    this.#take(this.#restView, 0)
    this.#count++
    this.#kept = 0
    return missing
  }

  #keep(bytes: Uint8Array): void {
    this.#rest.set(bytes, this.#kept)
    this.#kept += bytes.byteLength
  }
}
