import type { Batch } from '../trace/batch.ts'
import type { Cell } from './cell.ts'
import { MaxHeap } from './max-heap.ts'
import { NEVER, type NextUses } from './next-uses.ts'

/**
 * Belady's optimum: whoever is asked for last, or never, leaves, or does not even enter. No
 * cache of so many entries of equal weight has more hits. L. A. Belady, "A study of replacement
 * algorithms for a virtual-storage computer", IBM Systems Journal, 1966.
 *
 * What is in the cache is known by its next uses alone: a request is a hit where it is one of
 * them. They are in a heap with the latest on top, those that have passed at its bottom until
 * they are half of it, and a bit for each request of the trace.
 */
export class OptimumCell implements Cell {
  hits = 0
  hitBytes = 0
  readonly #capacity: number
  readonly #next: NextUses
  readonly #heap = new MaxHeap()
  /** Whether a request will find its key, one bit each. */
  readonly #expected: Uint32Array
  #entries = 0
  #now = 0

  /** @param requests How many the trace has. */
  constructor(capacity: number, requests: number, next: NextUses) {
    this.#capacity = capacity
    this.#next = next
    this.#expected = new Uint32Array(Math.ceil(requests / 32))
  }

  run({ sizes, length }: Batch): void {
    for (let i = 0; i < length; i++, this.#now++) {
      if (this.#isExpected(this.#now)) {
        this.hits++
        this.hitBytes += sizes[i] as number
        this.#entries--
      }
      const next = this.#next.of(this.#now)
      if (next !== NEVER) this.#keep(next)
    }
  }

  dispose(): void {
    this.#heap.filter(() => false)
  }

  #keep(next: number): void {
    this.#heap.push(next)
    this.#flip(next)
    if (++this.#entries > this.#capacity) {
      this.#flip(this.#heap.pop())
      this.#entries--
    }
    if (this.#heap.size > 2 * this.#entries + 1_024) this.#heap.filter((use) => use > this.#now)
  }

  #isExpected(at: number): boolean {
    return (((this.#expected[at >>> 5] as number) >>> (at & 31)) & 1) === 1
  }

  #flip(at: number): void {
    this.#expected[at >>> 5] = (this.#expected[at >>> 5] as number) ^ (1 << (at & 31))
  }
}
