import { BATCH_CAPACITY, type Batch } from '../trace/batch.ts'
import { KeyIndex } from './key-index.ts'

const FIRST_KEYS = 1_024

/**
 * For each request of a batch, how long ago its key was asked for. It keeps every key of the
 * trace, in 31 to 61 bytes.
 */
export class Intervals {
  /** In requests; 0 where it is the first one for its key. */
  readonly lengths = new Float64Array(BATCH_CAPACITY)
  /** The least bytes that the object has had until then. */
  readonly weights = new Float64Array(BATCH_CAPACITY)
  readonly #keys = new KeyIndex()
  #last = new Float64Array(FIRST_KEYS)
  #least = new Float64Array(FIRST_KEYS)
  #now = 0

  run({ low, high, sizes, length }: Batch): void {
    for (let i = 0; i < length; i++, this.#now++) {
      const size = sizes[i] as number
      const key = this.#keys.find(low[i] as number, high[i] as number)
      if (key < 0) {
        this.lengths[i] = 0
        this.#learn(low[i] as number, high[i] as number, size)
      } else {
        this.lengths[i] = this.#now - (this.#last[key] as number)
        this.weights[i] = this.#least[key] as number
        this.#last[key] = this.#now
        if (size < (this.#least[key] as number)) this.#least[key] = size
      }
    }
  }

  #learn(low: number, high: number, size: number): void {
    const key = this.#keys.size
    this.#keys.add(key, low, high)
    if (key === this.#last.length) {
      this.#last = doubled(this.#last)
      this.#least = doubled(this.#least)
    }
    this.#last[key] = this.#now
    this.#least[key] = size
  }
}

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
