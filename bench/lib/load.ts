import { Random } from '../../demo/random.ts'
import { ZIPF_EXPONENT } from '../../demo/zipf.ts'
import { ZipfSampler } from './zipf.ts'

/** The length of every key, in characters: one that servers have, and each the same, so that batches can be cut. */
export const KEY_LENGTH = 20

const ZERO = 48
const encoder = new TextEncoder()

/**
 * Makes texts that end in a number, each a flat string that V8 has not hashed yet, as servers
 * get them from the network. Those under one prefix are all different from those under another.
 * They are made of codes: what a TextDecoder answers is in Chromium no string of V8's own.
 */
export class TextMaker {
  readonly #codes: number[]
  readonly #prefix: number

  /** @param prefix ASCII, and short enough to leave room for the numbers. */
  constructor(prefix: string, length: number = KEY_LENGTH) {
    this.#codes = [...encoder.encode(prefix.padEnd(length, '0'))]
    this.#prefix = prefix.length
  }

  /** The text of `number`, a whole one from 0 up. */
  make(number: number): string {
    const codes = this.#codes
    for (let i = codes.length - 1, rest = number; i >= this.#prefix; i--) {
      codes[i] = ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    }
    return String.fromCharCode.apply(null, codes)
  }
}

/** The keys of 0 to `count` - 1, in an order that has nothing to do with when they were made. */
export function makeKeys(prefix: string, count: number): string[] {
  const maker = new TextMaker(prefix)
  const keys: string[] = []
  for (let i = 0; i < count; i++) keys.push(maker.make(i))
  return shuffled(keys)
}

/** The same items in another order. */
export function shuffled<T>(items: readonly T[]): T[] {
  const random = new Random(items.length)
  const mixed = [...items]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = random.between(0, i)
    const item = mixed[i] as T
    mixed[i] = mixed[j] as T
    mixed[j] = item
  }
  return mixed
}

/** `count` ranks below `ranks`, 0 the most popular, as Zipf's law has it. */
export function zipfRanks(ranks: number, count: number): Uint32Array {
  const random = new Random(count)
  const zipf = new ZipfSampler(ranks, ZIPF_EXPONENT)
  const drawn = new Uint32Array(count)
  for (let i = 0; i < count; i++) drawn[i] = zipf.draw(random) - 1
  return drawn
}

/** `count` requests among `items`, the first the most popular. */
export function zipfRequests<T>(items: readonly T[], count: number): T[] {
  return Array.from(zipfRanks(items.length, count), (rank) => items[rank] as T)
}

/** A stream of requests whose keys are only those that it asks for. */
export interface Stream {
  readonly requests: Uint32Array
  readonly keys: readonly string[]
}

/** `count` requests among `ranks` keys by Zipf's law: numbers of keys, of which most of many were never asked for. */
export function zipfStream(prefix: string, ranks: number, count: number): Stream {
  const drawn = zipfRanks(ranks, count)
  const numbers = new Int32Array(ranks).fill(-1)
  let asked = 0
  for (let i = 0; i < count; i++) {
    const rank = drawn[i] as number
    if (numbers[rank] === -1) numbers[rank] = asked++
    drawn[i] = numbers[rank] as number
  }
  return { requests: drawn, keys: makeKeys(prefix, asked) }
}

/** How many fresh strings are made at a time: few enough that they are still near the processor when they are used. */
export const BATCH = 2_000

/** Makes strings anew: V8 has not hashed them yet, and they are other objects than the keys that a cache holds. */
export class FreshStrings {
  readonly #bytes: Uint8Array
  readonly #codes: number[] = new Array(KEY_LENGTH).fill(ZERO)
  readonly #batch: string[] = []
  #next = 0

  /** @param texts All as long as keys are; in number a multiple of `BATCH`. */
  constructor(texts: readonly string[]) {
    this.#bytes = encoder.encode(texts.join(''))
  }

  /** The next `BATCH` texts, each a new string, from the beginning again after the last. The array is reused. */
  next(): readonly string[] {
    for (let i = 0, at = this.#next; i < BATCH; i++) {
      for (let j = 0; j < KEY_LENGTH; j++) this.#codes[j] = this.#bytes[at++] as number
      this.#batch[i] = String.fromCharCode.apply(null, this.#codes)
    }
    this.#next = (this.#next + BATCH * KEY_LENGTH) % this.#bytes.length
    return this.#batch
  }
}

/** Keys that were never there before, a batch at a time. */
export class NewKeys {
  readonly #maker: TextMaker
  readonly #batch: string[] = []
  #next = 0

  constructor(prefix: string) {
    this.#maker = new TextMaker(prefix)
  }

  /** The next `count` keys. The array is reused. */
  next(count: number): readonly string[] {
    this.#batch.length = count
    for (let i = 0; i < count; i++) this.#batch[i] = this.#maker.make(this.#next++)
    return this.#batch
  }
}

/** One small object for each key. */
export function makeValues(count: number): { id: number }[] {
  const values: { id: number }[] = []
  for (let id = 0; id < count; id++) values.push({ id })
  return values
}

/** An object that takes about 200 bytes as JSON. */
export function record(id: number): Record<string, unknown> {
  return {
    id,
    name: `User number ${id}`,
    email: `user.${id}@mail.example.org`,
    roles: ['reader', 'author'],
    active: id % 3 > 0,
    score: id / 7,
    address: { street: 'Long Street 12', city: 'Springfield', zip: '12345' },
  }
}
