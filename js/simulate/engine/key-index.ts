import { mix } from '../trace/key-hash.ts'

/** The least and, as a share of the places, the most that is in use before there are more. */
const FIRST_PLACES = 1_024
const MOST_USED = 0.6

/**
 * Which slot a 64-bit key has. A key costs 8 to 16 bytes by its slot and 7 to 13 in the table of
 * places: linear probing, and removals move later keys back, so that nothing has to be swept.
 */
export class KeyIndex {
  /** The slot plus one; 0 is free. */
  #places = new Uint32Array(FIRST_PLACES)
  /** Lower and upper half of the key in each slot. */
  #keys = new Uint32Array(2 * FIRST_PLACES)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The key's slot; -1 where it has none. */
  find(low: number, high: number): number {
    const places = this.#places
    const keys = this.#keys
    const mask = places.length - 1
    for (let place = hashOf(low, high) & mask; ; place = (place + 1) & mask) {
      const slot = (places[place] as number) - 1
      if (slot < 0 || (keys[2 * slot] === low && keys[2 * slot + 1] === high)) return slot
    }
  }

  /** Gives a slot that is free to a key that has none. */
  add(slot: number, low: number, high: number): void {
    if (this.#size >= this.#places.length * MOST_USED) this.#grow()
    if (2 * slot >= this.#keys.length) this.#keys = enlarged(this.#keys, 2 * slot + 2)
    this.#keys[2 * slot] = low
    this.#keys[2 * slot + 1] = high
    this.#place(slot)
    this.#size++
  }

  /** Frees a slot that has a key. */
  delete(slot: number): void {
    const places = this.#places
    const mask = places.length - 1
    let hole = this.#home(slot)
    while (places[hole] !== slot + 1) hole = (hole + 1) & mask
    for (let place = (hole + 1) & mask; places[place] !== 0; place = (place + 1) & mask) {
      // One that would come before its home stays where it is.
      const distance = (place - this.#home((places[place] as number) - 1)) & mask
      if (distance < ((place - hole) & mask)) continue
      places[hole] = places[place] as number
      hole = place
    }
    places[hole] = 0
    this.#size--
  }

  #home(slot: number): number {
    return hashOf(this.#keys[2 * slot] as number, this.#keys[2 * slot + 1] as number) & (this.#places.length - 1)
  }

  #place(slot: number): void {
    const places = this.#places
    const mask = places.length - 1
    let place = this.#home(slot)
    while (places[place] !== 0) place = (place + 1) & mask
    places[place] = slot + 1
  }

  #grow(): void {
    const before = this.#places
    this.#places = new Uint32Array(2 * before.length)
    for (const taken of before) if (taken !== 0) this.#place(taken - 1)
  }
}

/** 32 bits that tell keys apart; what the policies know a key by. */
export function hashOf(low: number, high: number): number {
  return mix(low ^ Math.imul(high, 0x9e3779b1))
}

/** A copy with room for `length` numbers, and for twice as many as before. */
export function enlarged(numbers: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(length, 2 * numbers.length))
  larger.set(numbers)
  return larger
}
