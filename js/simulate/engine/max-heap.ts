import { enlarged } from './key-index.ts'

/** Numbers of 32 bits, of which the greatest can be taken. */
export class MaxHeap {
  #numbers = new Uint32Array(64)
  #size = 0

  get size(): number {
    return this.#size
  }

  push(number: number): void {
    if (this.#size === this.#numbers.length) this.#numbers = enlarged(this.#numbers, this.#size + 1)
    this.#rise(this.#size++, number)
  }

  /** Takes the greatest; there must be one. */
  pop(): number {
    const top = this.#numbers[0] as number
    const last = this.#numbers[--this.#size] as number
    if (this.#size > 0) this.#sink(0, last)
    return top
  }

  /** Keeps only some of the numbers. */
  filter(keep: (number: number) => boolean): void {
    let kept = 0
    for (let i = 0; i < this.#size; i++) {
      const number = this.#numbers[i] as number
      if (keep(number)) this.#numbers[kept++] = number
    }
    this.#size = kept
    for (let i = (kept >>> 1) - 1; i >= 0; i--) this.#sink(i, this.#numbers[i] as number)
  }

  #rise(from: number, number: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if ((this.#numbers[parent] as number) >= number) break
      this.#numbers[at] = this.#numbers[parent] as number
      at = parent
    }
    this.#numbers[at] = number
  }

  #sink(from: number, number: number): void {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#size) break
      const right = child + 1
      if (right < this.#size && (this.#numbers[right] as number) > (this.#numbers[child] as number)) child = right
      if (number >= (this.#numbers[child] as number)) break
      this.#numbers[at] = this.#numbers[child] as number
      at = child
    }
    this.#numbers[at] = number
  }
}
