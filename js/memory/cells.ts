/** So many slots have one piece, as a power of two. */
const PIECE_BITS = 17
const PIECE = 2 ** PIECE_BITS
const MASK = PIECE - 1

/**
 * Keys and values by slot, side by side. An array that grows is copied, which takes tens of
 * milliseconds where it holds millions, so what is beyond the first piece lies in others. The first
 * one is at hand without a table of pieces: that look-up would cost a small cache's hit 10 ns of 65.
 */
export class Cells<V> {
  #first: unknown[] = []
  readonly #later: unknown[][] = []
  #end = 0

  /** Every slot that was ever taken is below this one. */
  get end(): number {
    return this.#end
  }

  /** The key in a slot; `undefined` if it is free. */
  key(slot: number): string | undefined {
    return this.#piece(slot)?.[(slot & MASK) * 2] as string | undefined
  }

  // The two that each hit asks say for themselves where a piece is: so little code is always inlined.

  /** The key in a slot that is taken. */
  takenKey(slot: number): string {
    const piece = slot < PIECE ? this.#first : this.#later[(slot >>> PIECE_BITS) - 1]
    return (piece as unknown[])[(slot & MASK) * 2] as string
  }

  /** The value in a slot that is taken. */
  value(slot: number): V {
    const piece = slot < PIECE ? this.#first : this.#later[(slot >>> PIECE_BITS) - 1]
    return (piece as unknown[])[(slot & MASK) * 2 + 1] as V
  }

  /** Takes a slot. They are taken from 0 on, the free ones first. */
  put(slot: number, key: string, value: V): void {
    if (slot >= this.#end) this.#end = slot + 1
    let piece = this.#piece(slot)
    if (piece === undefined) {
      piece = []
      this.#later[(slot >>> PIECE_BITS) - 1] = piece
    }
    piece[(slot & MASK) * 2] = key
    piece[(slot & MASK) * 2 + 1] = value
  }

  /** Puts another value into a slot that is taken. */
  setValue(slot: number, value: V): void {
    ;(this.#piece(slot) as unknown[])[(slot & MASK) * 2 + 1] = value
  }

  /** Frees a slot that is taken. */
  free(slot: number): void {
    const piece = this.#piece(slot) as unknown[]
    piece[(slot & MASK) * 2] = undefined
    piece[(slot & MASK) * 2 + 1] = undefined
  }

  #piece(slot: number): unknown[] | undefined {
    return slot < PIECE ? this.#first : this.#later[(slot >>> PIECE_BITS) - 1]
  }
}
