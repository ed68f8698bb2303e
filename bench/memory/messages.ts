/** What the process of one contender is asked, as JSON in its first argument. */
export interface MemoryOrder {
  readonly contender: string
  /**
   * `load`: fill, collect garbage, mix operations. `heap`: what the cache adds to the heap where
   * keys and values are there already.
   */
  readonly mode: 'load' | 'heap'
  readonly entries: number
  readonly operations: number
}

/** What `load` found. */
export interface LoadFound {
  /** Bytes that became resident with the fill, after a full collection. */
  readonly resident: number
  /** Bytes of JavaScript heap, of array buffers beside it, and of linear memory, after it. */
  readonly heap: number
  readonly buffers: number
  readonly linear: number
  /** The time of a forced full collection, in ms. */
  readonly collection: number
  /** The longest of each kind of operation, in ms, the making of its key and value included. */
  readonly longest: { readonly read: number; readonly set: number; readonly delete: number }
}

/** What `heap` found: bytes an entry beside key and value. */
export interface HeapFound {
  readonly heap: number
  readonly buffers: number
  readonly linear: number
}

/** What a contender's process says on its way. */
export type MemoryMessage =
  | { readonly stage: 'mixing' }
  | { readonly stage: 'mixed' }
  | { readonly stage: 'done'; readonly found: LoadFound | HeapFound }
