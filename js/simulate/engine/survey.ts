import type { Batch } from '../trace/batch.ts'
import { KeyIndex } from './key-index.ts'

/**
 * What a trace is made of, from one pass. Every key is kept, in 15 to 29 bytes: the one thing
 * here that grows with the trace and not with the caches.
 */
export class Survey {
  requests = 0
  /** The sum of all sizes. */
  bytes = 0
  /** The sum of the sizes of all keys, each as it was first seen. */
  uniqueBytes = 0
  readonly #keys = new KeyIndex()
  readonly #tell: ((key: number) => void) | undefined

  /** @param tell Told of each request the number of its key: keys count up from 0 as they come. */
  constructor(tell?: (key: number) => void) {
    this.#tell = tell
  }

  get keys(): number {
    return this.#keys.size
  }

  run({ low, high, sizes, length }: Batch): void {
    this.requests += length
    for (let i = 0; i < length; i++) {
      const size = sizes[i] as number
      let key = this.#keys.find(low[i] as number, high[i] as number)
      if (key < 0) {
        key = this.#keys.size
        this.#keys.add(key, low[i] as number, high[i] as number)
        this.uniqueBytes += size
      }
      this.bytes += size
      this.#tell?.(key)
    }
  }
}
