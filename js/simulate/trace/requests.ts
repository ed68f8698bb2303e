import { Batch } from './batch.ts'
import { KeyHash } from './key-hash.ts'

/** Takes requests as a format reads them, and hands them on in batches. */
export class Requests {
  /** Lines of a log that were no requests. */
  skipped = 0
  readonly #consume: (batch: Batch) => void
  readonly #batch = new Batch()
  readonly #hash = new KeyHash()
  #left: number

  /**
   * @param consume Has each batch until it returns.
   * @param limit After so many requests the rest is left out.
   */
  constructor(consume: (batch: Batch) => void, limit: number) {
    this.#consume = consume
    this.#left = limit
  }

  /** Whether no more requests are wanted. */
  get full(): boolean {
    return this.#left === 0
  }

  /** A request for the key with these halves, for an object of `size` bytes. */
  add(low: number, high: number, size: number): void {
    if (this.#left === 0) return
    this.#left--
    if (this.#batch.add(low, high, size)) this.flush()
  }

  /** A request for the key that these bytes are. */
  addBytes(bytes: Uint8Array, start: number, end: number, size: number): void {
    this.#hash.ofBytes(bytes, start, end)
    this.add(this.#hash.low, this.#hash.high, size)
  }

  /** A request for the key that this text is. */
  addText(text: string, size: number): void {
    this.#hash.ofText(text)
    this.add(this.#hash.low, this.#hash.high, size)
  }

  /** A request for the key that is this whole number, from 0 up to 2^53. */
  addNumber(key: number, size: number): void {
    this.add(key >>> 0, Math.floor(key / 2 ** 32), size)
  }

  /** Hands on what is still here. */
  flush(): void {
    if (this.#batch.length === 0) return
    this.#consume(this.#batch)
    this.#batch.length = 0
  }
}
