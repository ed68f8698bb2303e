import { Buffer } from 'node:buffer'
import { Random } from '../../demo/random.ts'
import { Zipf } from '../../demo/zipf.ts'

/** The length of every key, in characters: one that servers have, and each the same, so that `fresh` can cut them. */
const KEY_LENGTH = 20

/** How large a benchmark is. */
export interface Scale {
  /** How many entries a full cache holds. */
  readonly entries: number
  /** How many requests one run asks of a synchronous cache, and of an asynchronous one. */
  readonly requests: number
  readonly asyncRequests: number
}

/** Keys of equal length, different from those under any other prefix. */
export function makeKeys(prefix: string, count: number): string[] {
  const keys: string[] = []
  for (let i = 0; i < count; i++) keys.push(prefix + String(i).padStart(KEY_LENGTH - prefix.length, '0'))
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

/** `count` requests among `items`, the first the most popular, as Zipf's law with exponent 0.99 has it. */
export function zipfRequests<T>(items: readonly T[], count: number): T[] {
  const random = new Random(count)
  const zipf = new Zipf(items.length)
  return Array.from({ length: count }, () => items[zipf.draw(random) - 1] as T)
}

/** How many fresh strings are made at a time: few enough that they are still near the processor when they are used. */
export const BATCH = 2_000

/**
 * Makes strings anew, as servers get them from the network: V8 has not hashed them yet, and
 * they are other objects than the keys that a cache holds.
 */
export class FreshStrings {
  readonly #bytes: Buffer
  readonly #batch: string[] = []
  #next = 0

  /** @param texts All as long as keys are; in number a multiple of `BATCH`. */
  constructor(texts: readonly string[]) {
    this.#bytes = Buffer.from(texts.join(''), 'latin1')
  }

  /** The next `BATCH` texts, each a new string, from the beginning again after the last. The array is reused. */
  next(): readonly string[] {
    for (let i = 0; i < BATCH; i++) {
      const from = this.#next + i * KEY_LENGTH
      this.#batch[i] = this.#bytes.toString('latin1', from, from + KEY_LENGTH)
    }
    this.#next = (this.#next + BATCH * KEY_LENGTH) % this.#bytes.length
    return this.#batch
  }
}

/** One small object for each key. */
export function makeValues(count: number): { id: number }[] {
  return Array.from({ length: count }, (_, id) => ({ id }))
}

/** Texts of 200 characters. */
export function makeTexts(count: number): string[] {
  return Array.from({ length: count }, (_, id) => JSON.stringify(record(id)).padEnd(200, '.'))
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
