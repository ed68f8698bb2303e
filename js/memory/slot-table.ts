import type { LiveCore } from '../../pkg/glue.js'
import { Core } from '../core/core.ts'
import type { CacheError } from '../errors.ts'
import { REBASE_AT, type StoreLimits, TouchKind } from './store.ts'

/** Where the tables lie in linear memory, and how many slots they have. */
interface Places {
  readonly touchKind: TouchKind
  readonly capacity: number
  readonly touch: number
  readonly deadlines: number
  readonly weights: number
}

/** What of an entry is in linear memory. */
export interface SlotState {
  readonly weight: number
  readonly deadline: number
  /** What hits have left: of two entries the one with the greater mark was used later, or more often. */
  readonly mark: number
}

/** The answers of the core hold how many left above so many bits, and below them the slot plus one. */
const LEFT = 2 ** 32

/** How many uses a touch word of each kind counts at the most. */
const MOST_USES: Record<TouchKind, number> = {
  [TouchKind.None]: 0,
  [TouchKind.Tick]: 0,
  [TouchKind.Count]: 0x7fff_ffff,
  [TouchKind.Bit]: 1,
  [TouchKind.TickCount]: 15,
}

const NO_WORDS = new Uint32Array(0)
const NO_TIMES = new Float64Array(0)

/**
 * The slots of one live store in linear memory, and the views through which JavaScript reads
 * deadlines and marks hits without a call. A detached view has no length, and answers
 * `undefined`, which is greater than nothing: so a hit is `deadlines[slot] > now`, and whoever
 * finds no hit asks `isLive`, which makes the views anew as `touch` does.
 */
export class SlotTable {
  /** One deadline a slot; `-Infinity` where it holds nothing. For the fast path of a read. */
  deadlines: Float64Array = NO_TIMES
  #touch: Uint32Array = NO_WORDS
  #weights: Uint32Array = NO_WORDS
  #touchKind: TouchKind = TouchKind.None
  /** What one tick counts in a touch word, and how many uses its lower bits count at the most. */
  #tickUnit = 0
  #mostUses = 0
  #tick: number
  #policy: number
  #favorBytes: boolean
  #limits: StoreLimits
  #core: Core
  #native: LiveCore
  #places: Places
  #left = 0
  /** Whether JavaScript was stopped between a call into the core and what belongs to it. */
  #torn = false

  /** @param tick The running number of the last use before the first. */
  constructor(policy: number, favorBytes: boolean, limits: StoreLimits, tick = 0) {
    this.#tick = tick
    this.#policy = policy
    this.#favorBytes = favorBytes
    this.#limits = limits
    this.#core = Core.shared()
    this.#native = this.#makeNative(this.#core)
    this.#places = placesOf(this.#native)
    this.#view()
  }

  /** Whether the instance crashed, here or in a store that shares it, or the slots are not what the store takes them for: `renew` must follow. */
  get crashed(): boolean {
    return this.#core.crashed || this.#torn
  }

  get bytes(): number {
    return this.#core.crashed ? 0 : this.#native.bytes()
  }

  get limits(): StoreLimits {
    return this.#limits
  }

  get nextExpiry(): number {
    return this.#native.nextExpiry()
  }

  /** Whether `error` is a crash of the instance, or such that something may be half done: at the end of the stack, say. */
  trapped(error: unknown): boolean {
    if (this.#core.trapped(error)) return true
    const name = (error as Error | undefined)?.name
    if (name === 'RangeError' || name === 'InternalError') this.#torn = true
    return this.#torn
  }

  /** The error that tells of the crash. */
  crash(): CacheError {
    return this.#core.crash()
  }

  /** How many had to leave in the last call. `departed` tells who. */
  get left(): number {
    return this.#left
  }

  /**
   * Marks a hit, as the policy wants it: with the tick times a unit, and a count below it. Without a branch
   * for each kind, it is little enough code to be inlined into every read.
   */
  touch(slot: number): void {
    if (slot >= this.#touch.length || this.#tick >= REBASE_AT) this.#prepare()
    const words = this.#touch
    const most = this.#mostUses
    const uses = (words[slot] as number) & most
    const word = Math.imul(++this.#tick, this.#tickUnit) | (uses < most ? uses + 1 : most)
    if (word !== 0) words[slot] = word
  }

  /** Makes the views anew, and lowers the ticks where they are due. */
  #prepare(): void {
    this.#view()
    if (this.#tick >= REBASE_AT) this.#rebaseAtHit()
  }

  /** Whether the slot holds an entry that is not over; makes sure of the views first. */
  isLive(slot: number, now: number): boolean {
    if (this.deadlines.length === 0) this.#view()
    return (this.deadlines[slot] as number) > now
  }

  /** The new entry's slot, or a negative number where it is refused. `departed` tells who left. */
  insert(fingerprint: number, weight: number, deadline: number, now: number): number {
    const answer = this.#native.insert(fingerprint, weight, deadline, now, this.#nextTick())
    const slot = this.#unpack(answer) - 1
    // Where memory ran out, one of the tables may have moved before another could not.
    if (slot < 0 || slot >= this.#touch.length) this.#locate()
    return slot
  }

  /** Whether the entry is there with its new weight; otherwise it is gone. `departed` tells who left. */
  replace(slot: number, weight: number, deadline: number, now: number): boolean {
    return this.#unpack(this.#native.replace(slot, weight, deadline, now, this.#nextTick())) > 0
  }

  /** Moves the deadline of an entry; answers whether the slot holds one. */
  setDeadline(slot: number, deadline: number): boolean {
    return this.#native.setDeadline(slot, deadline)
  }

  /** The running number of the last use, where the policy keeps one; else always 0. */
  lastUse(slot: number): number {
    if (slot >= this.#touch.length) this.#view()
    const word = this.#touch[slot] as number
    if (this.#touchKind === TouchKind.Tick) return word
    return this.#touchKind === TouchKind.TickCount ? word >>> 4 : 0
  }

  remove(slot: number): void {
    this.#native.remove(slot)
  }

  /** Takes out what has expired, in so many steps at most. `departed` tells who left. */
  expire(now: number, steps: number): number {
    this.#left = this.#native.expire(now, steps)
    this.#rebase()
    return this.#left
  }

  /** The slot of the entry that the policy took out; negative where there is none. */
  evictOne(): number {
    return this.#native.evictOne()
  }

  setLimits(limits: StoreLimits): void {
    this.#limits = limits
    this.#left = this.#native.setLimits(limits.maxBytes, limits.maxEntries)
  }

  setPolicy(policy: number, favorBytes: boolean): void {
    this.#policy = policy
    this.#favorBytes = favorBytes
    this.#left = this.#native.setPolicy(policy, favorBytes, this.#tick)
    this.#locate()
  }

  /** The slot of the one that left at `index` in the last call: first the expired, then the evicted. */
  departed(index: number): number {
    return this.#native.departedAt(index)
  }

  /** How many of those that left had expired. */
  expired(): number {
    return this.#native.expired()
  }

  /** What linear memory says of a slot. Calls nothing, so that it can be read after a crash. */
  state(slot: number): SlotState {
    if (slot >= this.#touch.length) this.#view()
    return {
      weight: this.#weights[slot] as number,
      deadline: this.deadlines[slot] as number,
      mark: this.#touch[slot] as number,
    }
  }

  /** Starts with no entries, in an instance that lives. Where it fails, all is as before, or all is new. */
  renew(): void {
    const core = this.#core.crashed ? Core.shared() : this.#core
    const native = this.#makeNative(core)
    const places = placesOf(native)
    const outlived = core === this.#core ? this.#native : undefined
    this.#core = core
    this.#native = native
    this.#places = places
    this.#tick = 0
    this.#left = 0
    this.#torn = false
    this.#touch = NO_WORDS
    this.deadlines = NO_TIMES
    try {
      outlived?.free()
    } catch {
      // Locked by a call that was left in its middle: it stays.
    }
  }

  dispose(): void {
    if (!this.#core.crashed) this.#native.free()
  }

  /** The lower part of an answer; the upper one is how many left. */
  #unpack(answer: number): number {
    this.#left = answer < LEFT ? 0 : Math.floor(answer / LEFT)
    return answer - this.#left * LEFT
  }

  #nextTick(): number {
    this.#rebase()
    return ++this.#tick
  }

  /** Hits alone would run out of ticks, too. A crash is found by the next call into the core. */
  #rebaseAtHit(): void {
    if (this.#core.crashed) return
    try {
      this.#rebase()
    } catch (error) {
      if (!this.#core.trapped(error)) throw error
    }
  }

  #rebase(): void {
    if (this.#tick >= REBASE_AT) this.#tick = this.#native.rebase(this.#tick)
  }

  /** Asks where the tables are, and makes the views on them. */
  #locate(): void {
    this.#places = placesOf(this.#native)
    this.#view()
  }

  #view(): void {
    const { touchKind, capacity, touch, deadlines, weights } = this.#places
    this.#touchKind = touchKind
    this.#tickUnit = touchKind === TouchKind.TickCount ? 16 : touchKind === TouchKind.Tick ? 1 : 0
    this.#mostUses = MOST_USES[touchKind]
    this.#touch = this.#core.words(touch, capacity)
    this.#weights = this.#core.words(weights, capacity)
    this.deadlines = this.#core.floats(deadlines, capacity)
  }

  #makeNative(core: Core): LiveCore {
    const { maxBytes, maxEntries } = this.#limits
    return new core.glue.LiveCore(this.#policy, this.#favorBytes, maxBytes, maxEntries)
  }
}

function placesOf(native: LiveCore): Places {
  return {
    touchKind: native.touchKind() as TouchKind,
    capacity: native.capacity(),
    touch: native.touchPointer(),
    deadlines: native.deadlinePointer(),
    weights: native.weightPointer(),
  }
}
