import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { TemporaryFolder } from '../temporary-folder.ts'

/** There is no later request for the key. */
export const NEVER = 0xffff_ffff

/** Numbers that are read or written at a time. */
const BLOCK = 65_536
const BYTES = Uint32Array.BYTES_PER_ELEMENT

/** Reads or writes some bytes at a place in a file, and answers how many. */
type Move = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number

/**
 * For each request of a trace, which later one is the next for the same key. It is in a
 * temporary file, 4 bytes a request: first the numbers of the keys as they come, then, from
 * the end of the trace to its beginning, each is replaced by what is known by then.
 */
export class NextUses {
  readonly #folder = new TemporaryFolder()
  readonly #file = openSync(this.#folder.file('next-uses'), 'w+')
  readonly #block = new Uint32Array(BLOCK)
  /** How many numbers of the block are meant, and the number in the file of its first. */
  #length = 0
  #first = 0

  /** Notes the number of the key of the next request. */
  readonly add = (key: number): void => {
    this.#block[this.#length++] = key
    if (this.#length === BLOCK) this.#append()
  }

  /** Turns the numbers of keys into next uses. There are `keys` of them. */
  resolve(keys: number): void {
    this.#append()
    const next = new Uint32Array(keys).fill(NEVER)
    for (let end = this.#first; end > 0; ) {
      const start = Math.max(0, end - BLOCK)
      this.#load(start)
      for (let i = end - start - 1; i >= 0; i--) {
        const key = this.#block[i] as number
        this.#block[i] = next[key] as number
        next[key] = start + i
      }
      this.#transfer(writeSync, end - start, start)
      end = start
    }
    this.#load(0)
  }

  /** The next use after request `at`. Cheap where one near it was asked for before. */
  of(at: number): number {
    if (at < this.#first || at >= this.#first + this.#length) this.#load(at)
    return this.#block[at - this.#first] as number
  }

  /** Removes the file. */
  dispose(): void {
    closeSync(this.#file)
    this.#folder.dispose()
  }

  #append(): void {
    this.#transfer(writeSync, this.#length, this.#first)
    this.#first += this.#length
    this.#length = 0
  }

  #load(first: number): void {
    this.#first = first
    this.#length = this.#transfer(readSync, BLOCK, first)
  }

  /** Moves numbers between the block's beginning and the file, until all are or the file ends. */
  #transfer(move: Move, length: number, first: number): number {
    const bytes = new Uint8Array(this.#block.buffer, 0, length * BYTES)
    let done = 0
    while (done < bytes.length) {
      const moved = move(this.#file, bytes, done, bytes.length - done, first * BYTES + done)
      if (moved === 0) break
      done += moved
    }
    return done / BYTES
  }
}
