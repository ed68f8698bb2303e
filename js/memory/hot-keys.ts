import { SerializerId, ValueSerializer } from '../codec/serializer.ts'
import { copyOf } from '../core/byte-slab.ts'
import { hashTail, hashWhole } from './key-hash.ts'

/** So many keys have a line, a power of two. */
const LINES = 4_096
/** A longer key has no line: they are not to hold much memory together. */
const LONGEST_KEY = 128
/** The bytes of a line for the value; a longer one has no line. */
const ROOM = 256

/** The words of a line beside its value. */
const WORDS = 8
const HASH = 0
const CANDIDATE = 1
const SLOT = 2
const CHANGES = 3
const TAG = 4
/** The last two words of a line are one number; as such it is the fourth. */
const DEADLINE = 3

/** So many keys of one hash that push one another out show that the ends of keys tell too little. */
const MOST_CLASHES = 64

/**
 * After so many keys that had no line it is seen whether they are worth it: that is so where half
 * as many had one. If not, nobody is looked for during so many reads.
 */
const TRIAL = 4_096
const PAUSE = 65_536

const serializer = new ValueSerializer()

/** What the core tells of an entry. */
export interface Place {
  readonly slot: number
  /** How often something had changed in the slot. */
  readonly changes: number
  readonly deadline: number
}

/**
 * Copies of the short values of the keys in most use, side by side: a packed store that finds
 * one here need not write the key into linear memory, hash it and look for it, nor read a record
 * that is in no cache of the processor's. Whether the copy is still the value only the core knows.
 *
 * A line is for one key; which one, its hash says. A key takes its line when it comes twice
 * without that the line's own key comes in between: what comes once displaces nobody.
 */
export class HotKeys {
  readonly #keys: (string | undefined)[] = new Array(LINES).fill(undefined)
  readonly #values: (string | Uint8Array | undefined)[] = new Array(LINES).fill(undefined)
  readonly #words = new Int32Array(LINES * WORDS)
  readonly #numbers = new Float64Array(this.#words.buffer)
  /** The bytes of the values. */
  readonly #buffer = new ArrayBuffer(LINES * ROOM)
  #hashesWhole = false
  #clashes = 0
  #hits = 0
  #misses = 0
  /** So many reads are left of a pause. */
  #pause = 0
  /** Of the key that was looked for last; 0 where none was made. */
  #hash = 0

  /** The line of a key; -1 where it has none. */
  find(key: string): number {
    if (this.#pause > 0) {
      this.#pause--
      this.#hash = 0
      return -1
    }
    const hash = (this.#hashesWhole ? hashWhole(key) : hashTail(key)) | 0
    const line = hash & (LINES - 1)
    this.#hash = hash
    if (this.#words[line * WORDS + HASH] !== hash || this.#keys[line] !== key) return -1
    this.#hits++
    return line
  }

  slot(line: number): number {
    return this.#words[line * WORDS + SLOT] as number
  }

  changes(line: number): number {
    return this.#words[line * WORDS + CHANGES] as number
  }

  deadline(line: number): number {
    return this.#numbers[(line * WORDS) / 2 + DEADLINE] as number
  }

  /** The value of a line: text as it is, all else made anew for the caller. */
  read(line: number): unknown {
    const value = this.#values[line] as string | Uint8Array
    if (typeof value === 'string') return value
    const tag = this.#words[line * WORDS + TAG] as number
    return tag === SerializerId.Bytes ? copyOf(value) : serializer.deserialize(tag, value)
  }

  /**
   * The line that is to be `put` for the key that was looked for last, and was found elsewhere; -1
   * if there is to be none.
   */
  claim(key: string, length: number): number {
    if (this.#hash === 0) return -1
    if (++this.#misses === TRIAL) this.#judge()
    const hash = this.#hash
    const at = (hash & (LINES - 1)) * WORDS
    if (this.#words[at + HASH] !== hash && this.#words[at + CANDIDATE] !== hash) {
      this.#words[at + CANDIDATE] = hash
      return -1
    }
    return key.length > LONGEST_KEY || length > ROOM ? -1 : hash & (LINES - 1)
  }

  /**
   * Gives a line to a key, and takes a copy of bytes. The key and a text are kept, so they should
   * not be parts of longer strings.
   */
  put(line: number, key: string, value: string | Uint8Array, tag: number, { slot, changes, deadline }: Place): void {
    const at = line * WORDS
    const before = this.#keys[line]
    if (this.#words[at + HASH] === this.#hash && before !== undefined && before !== key) this.#clash()
    this.#keys[line] = key
    this.#values[line] = typeof value === 'string' ? value : this.#copied(line, value)
    this.#words[at + HASH] = this.#hash
    this.#words[at + CANDIDATE] = 0
    this.#words[at + SLOT] = slot
    this.#words[at + CHANGES] = changes
    this.#words[at + TAG] = tag
    this.#numbers[at / 2 + DEADLINE] = deadline
  }

  #copied(line: number, bytes: Uint8Array): Uint8Array {
    const copy = new Uint8Array(this.#buffer, line * ROOM, bytes.length)
    copy.set(bytes)
    return copy
  }

  #judge(): void {
    if (this.#hits < TRIAL / 2) this.#pause = PAUSE
    this.#hits = 0
    this.#misses = 0
  }

  #clash(): void {
    if (this.#hashesWhole || ++this.#clashes < MOST_CLASHES) return
    this.#hashesWhole = true
    this.#keys.fill(undefined)
  }
}
