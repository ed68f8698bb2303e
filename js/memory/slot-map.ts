import { Cells } from './cells.ts'
import { hashKeyed, hashTail, hashWhole } from './key-hash.ts'
import { FARTHEST, GONE, MOST_STEPS, placeOf, REST, STEP, STEPS, told } from './places.ts'

/** The first table's places. A power of two, as are all after it. */
const FEWEST = 64

/** How many keys with one and the same hash are found by it. */
const ALIKE = 8

/** So many keys that crowd, or so many places that one removal looks at, don't come about by accident. */
const CROWD = 8
const RUN = 512

/** How many places of an outgrown table are cleared by each key that comes. */
const MOVES = 16

/** So often the keys' hashes are judged: after so many that came, and found wanting if so many clashed. */
const WINDOW = 256
const CLASHES = 16

/** Hashes are kept in pieces of so many, as a power of two: so that none is ever copied but the first, while it is small. */
const PIECE_BITS = 12
const PIECE = 2 ** PIECE_BITS

/** What hashes are made of. Each kind costs more than the one before and tells more keys apart. */
const TAIL = 0
const WHOLE = 1
const KEYED = 2
type Kind = typeof TAIL | typeof WHOLE | typeof KEYED

/**
 * Keys and values by slot, and where a key's slot is: a `Map` from strings to slots, made for
 * a cache that is full.
 *
 * A `Map` hashes each new string at a high cost, and a `Map` from which keys go as others come
 * is rehashed as a whole again and again, which takes a second where there are millions. Here a
 * key is found by open addressing in one `Int32Array`: the low bits of a place hold the slot,
 * plus one, the upper four how far from home it is, and those between some of the hash which the
 * home does not tell. What is removed leaves no trace, since those behind it move up; who may do so
 * is seen without a look at his hash, which is nowhere near. A table that is half full is replaced by
 * one of twice its size, to which each key that comes moves some others.
 *
 * At first a hash is made of the end of a key alone. If keys clash too often, all is moved to
 * whole hashes. Keys that still crowd go to a `Map`, so that no search takes more than 128 steps.
 * Where they are more than a few, or stand so that a removal would move very many up, somebody has
 * chosen them, or they differ where no hash looks: then all is moved to hashes of every character
 * that depend on a random key, and the keys of the `Map` with it. Nothing is random before that.
 *
 * 16 bytes of an entry are on the heap; 4 for its hash and 8 to 16 for its place are beside it.
 */
export class SlotMap<V> {
  #size = 0
  #cells = new Cells<V>()
  #hashes = [new Int32Array(FEWEST / 2)]
  #table = new Int32Array(FEWEST)
  #mask = FEWEST - 1
  #kind: Kind = TAIL
  /** The random key of hashes that are `KEYED`. */
  readonly #secret = new Int32Array(2)
  #outgrown: Outgrown | undefined
  #crowded = new Map<string, number>()
  /** Whether keys crowd as they don't by accident. */
  #crowds = false
  /** Whether every key is in the table. */
  #simple = true
  #came = 0
  #clashes = 0

  /** How many keys there are. */
  get size(): number {
    return this.#size
  }

  /** The hash of a key, good until the next key comes. */
  hash(key: string): number {
    return this.#kind === TAIL ? hashTail(key) : this.#hashAs(key, this.#kind)
  }

  /** The slot of a key, or -1. What is no string is no key. */
  find(key: string): number {
    if (typeof key !== 'string') return -1
    return this.findHashed(key, this.#kind === TAIL ? hashTail(key) : this.hash(key))
  }

  /** The slot of a key whose hash is known, or -1. */
  findHashed(key: string, hash: number): number {
    const table = this.#table
    const mask = this.#mask
    const cells = this.#cells
    let place = hash & mask
    // The first steps are all that is needed nearly always, and cheaper than those behind them.
    for (let steps = 0, wanted = hash & REST; steps < MOST_STEPS; steps++, wanted = (wanted + STEP) | 0) {
      const found = table[place] as number
      if (found === 0) return this.#simple ? -1 : this.#findElsewhere(key, hash)
      if (((found ^ wanted) & ~mask) === 0) {
        const slot = (found & mask & REST) - 1
        if (cells.takenKey(slot) === key) return slot
      }
      place = (place + 1) & mask
    }
    return this.#findFar(key, hash)
  }

  /** The key in a slot; `undefined` if it is free. */
  key(slot: number): string | undefined {
    return this.#cells.key(slot)
  }

  /** The value in a slot that is taken. */
  value(slot: number): V {
    return this.#cells.value(slot)
  }

  /** Puts another value into a slot that is taken. */
  setValue(slot: number, value: V): void {
    this.#cells.setValue(slot, value)
  }

  /** Takes in a key that is not there. Slots are to be given out from 0 on, the free ones first. */
  add(slot: number, key: string, value: V, hash: number): void {
    this.#size++
    this.#cells.put(slot, key, value)
    if (this.#cells.end * 2 > this.#table.length) this.#replaceTable(this.#kind)
    this.#place(slot, key, hash)
    if (this.#outgrown !== undefined) this.#move(this.#outgrown)
    if (++this.#came === WINDOW) this.#judge()
  }

  /** Frees a slot; `hash` is that of its key, if it is known. */
  remove(slot: number, hash?: number): void {
    const key = this.key(slot)
    if (key === undefined) return
    if (!this.#takeOut(slot, hash ?? this.#hashOf(slot)) && !this.#takeFromOutgrown(key, slot)) {
      this.#crowded.delete(key)
      this.#simple = this.#isSimple()
    }
    this.#cells.free(slot)
    this.#size--
  }

  clear(): void {
    this.#size = 0
    this.#cells = new Cells()
    this.#hashes = [new Int32Array(FEWEST / 2)]
    this.#table = new Int32Array(FEWEST)
    this.#mask = FEWEST - 1
    this.#outgrown = undefined
    this.#crowded = new Map()
    this.#crowds = false
    this.#simple = true
  }

  /** The slots that are taken, in their order. Entries may come and go meanwhile. */
  *slots(): IterableIterator<number> {
    for (let slot = 0; slot < this.#cells.end; slot++) if (this.key(slot) !== undefined) yield slot
  }

  #hashAs(key: string, kind: Kind): number {
    if (kind === TAIL) return hashTail(key)
    return kind === WHOLE ? hashWhole(key) : hashKeyed(key, this.#secret[0] as number, this.#secret[1] as number)
  }

  #search(table: Int32Array, mask: number, key: string, hash: number): number {
    for (let place = hash & mask, steps = 0; steps < FARTHEST; place = (place + 1) & mask, steps++) {
      const found = table[place] as number
      if (found === 0) break
      if (((found ^ told(hash & REST, 0, steps)) & ~mask) !== 0) continue
      const slot = (found & mask & REST) - 1
      if (this.#cells.key(slot) === key) return slot
    }
    return -1
  }

  #findFar(key: string, hash: number): number {
    const slot = this.#search(this.#table, this.#mask, key, hash)
    return slot >= 0 || this.#simple ? slot : this.#findElsewhere(key, hash)
  }

  #findElsewhere(key: string, hash: number): number {
    const outgrown = this.#outgrown
    if (outgrown === undefined) return this.#crowded.get(key) ?? -1
    const { table, mask, kind } = outgrown
    const slot = this.#search(table, mask, key, kind === this.#kind ? hash : this.#hashAs(key, kind))
    return slot >= 0 ? slot : (this.#crowded.get(key) ?? outgrown.crowded.get(key) ?? -1)
  }

  /** Finds a place for a key: the first free one from its home on. */
  #place(slot: number, key: string, hash: number): void {
    const table = this.#table
    const mask = this.#mask
    this.#setHash(slot, hash)
    let alike = 0
    for (let place = hash & mask, steps = 0; steps < FARTHEST; place = (place + 1) & mask, steps++) {
      const found = table[place] as number
      if (found === 0) {
        table[place] = told(hash & REST & ~mask, slot + 1, steps)
        return
      }
      if (found === GONE || ((found ^ told(hash & REST, 0, steps)) & ~mask) !== 0) continue
      if (this.#hashOf((found & mask & REST) - 1) !== hash) continue
      if (alike++ === 0) this.#clashes++
      if (alike === ALIKE) break
    }
    this.#crowded.set(key, slot)
    this.#simple = false
    if (this.#crowded.size > CROWD) this.#crowds = true
  }

  /**
   * Takes a slot out of the table, and moves up who stands behind it because of it. Where they are
   * so many that it is no accident, the place of one is marked instead.
   */
  #takeOut(slot: number, hash: number): boolean {
    const table = this.#table
    const mask = this.#mask
    let hole = placeOf(table, mask, hash, slot)
    if (hole < 0) return false
    let left = RUN
    for (let place = (hole + 1) & mask; ; place = (place + 1) & mask, left--) {
      const next = table[place] as number
      if (next === 0 || ((place - hole) & mask) >= FARTHEST) break
      if (left === 0) {
        table[hole] = GONE
        this.#crowds = true
        return true
      }
      if (next === GONE) continue
      const steps = this.#stepsOf(next, place) - ((place - hole) & mask)
      if (steps < 0) continue
      table[hole] = told(next & REST, 0, steps)
      hole = place
    }
    table[hole] = 0
    return true
  }

  /** How far from its home the key is that is found at a place. */
  #stepsOf(found: number, place: number): number {
    const steps = found >>> STEPS
    return steps < MOST_STEPS ? steps : (place - this.#hashOf((found & this.#mask & REST) - 1)) & this.#mask
  }

  #takeFromOutgrown(key: string, slot: number): boolean {
    if (this.#outgrown === undefined) return false
    const { table, mask, crowded } = this.#outgrown
    const place = placeOf(table, mask, this.#hashOf(slot), slot)
    if (place < 0) return crowded.delete(key)
    table[place] = GONE
    return true
  }

  #hashOf(slot: number): number {
    return (this.#hashes[slot >>> PIECE_BITS] as Int32Array)[slot & (PIECE - 1)] as number
  }

  #setHash(slot: number, hash: number): void {
    const at = slot >>> PIECE_BITS
    let piece = this.#hashes[at]
    if (piece === undefined || (slot & (PIECE - 1)) >= piece.length) {
      const longer = new Int32Array(at === 0 ? Math.min(PIECE, slot * 2) : PIECE)
      if (piece !== undefined) longer.set(piece)
      this.#hashes[at] = longer
      piece = longer
    }
    piece[slot & (PIECE - 1)] = hash
  }

  /** Goes on with an empty table, and moves from the other one as keys come. */
  #replaceTable(kind: Kind): void {
    while (this.#outgrown !== undefined) this.#move(this.#outgrown)
    const table = this.#table
    this.#outgrown = { table, mask: this.#mask, kind: this.#kind, crowded: this.#crowded, next: 0 }
    this.#table = new Int32Array(table.length * 2)
    this.#mask = this.#table.length - 1
    this.#crowded = new Map()
    this.#kind = kind
    this.#simple = false
    this.#crowds = false
    this.#clashes = 0
  }

  #move(outgrown: Outgrown): void {
    const { table, mask, crowded } = outgrown
    const end = Math.min(outgrown.next + MOVES, table.length)
    for (let place = outgrown.next; place < end; place++) {
      const found = table[place] as number
      if (found === 0 || found === GONE) continue
      table[place] = GONE
      this.#moveSlot((found & mask & REST) - 1, outgrown)
    }
    outgrown.next = end
    if (end < table.length) return
    let left = MOVES
    for (const [key, slot] of crowded) {
      if (left-- === 0) return
      crowded.delete(key)
      this.#moveSlot(slot, outgrown)
    }
    this.#outgrown = undefined
    this.#simple = this.#isSimple()
  }

  #moveSlot(slot: number, { kind }: Outgrown): void {
    const key = this.#cells.key(slot) as string
    const hash = kind === this.#kind ? this.#hashOf(slot) : this.#hashAs(key, this.#kind)
    this.#place(slot, key, hash)
  }

  /** Goes on with better hashes if these don't tell the keys apart, or somebody sees to it that they don't. */
  #judge(): void {
    if (this.#outgrown === undefined) {
      if (this.#kind === TAIL) {
        if (this.#crowds || this.#clashes > CLASHES) this.#replaceTable(WHOLE)
      } else if (this.#kind === WHOLE && this.#crowds && fill(this.#secret)) {
        this.#replaceTable(KEYED)
      }
    }
    this.#came = 0
    this.#clashes = 0
  }

  #isSimple(): boolean {
    return this.#outgrown === undefined && this.#crowded.size === 0
  }
}

/** A table that is being left. */
interface Outgrown {
  readonly table: Int32Array
  readonly mask: number
  readonly kind: Kind
  /** Keys for which it had no place. */
  readonly crowded: Map<string, number>
  /** The first place that was not visited. */
  next: number
}

/** Fills an array with random bits. On workerd there are none before the first request: then later. */
function fill(words: Int32Array<ArrayBuffer>): boolean {
  try {
    crypto.getRandomValues(words)
    return true
  } catch {
    return false
  }
}
