/** How many requests come at a time: few enough that a batch stays in the processor's cache. */
export const BATCH_CAPACITY = 4_096

/**
 * Some requests of a trace, in order. A key is 64 bits: a whole number as it is, a text as its
 * hash.
 */
export class Batch {
  /** The lower half of each key. */
  readonly low = new Uint32Array(BATCH_CAPACITY)
  /** The upper half of each key. */
  readonly high = new Uint32Array(BATCH_CAPACITY)
  /** The bytes of each object; 1 in a trace without sizes. */
  readonly sizes = new Float64Array(BATCH_CAPACITY)
  length = 0

  /** Adds one, and answers whether the batch is full now. */
  add(low: number, high: number, size: number): boolean {
    const at = this.length++
    this.low[at] = low
    this.high[at] = high
    this.sizes[at] = size
    return this.length === BATCH_CAPACITY
  }
}
