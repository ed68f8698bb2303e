import type { LiveCore } from '../../pkg/glue.js'
import type { Clock } from '../clock.ts'
import { Core } from '../core/core.ts'
import type { CacheError } from '../errors.ts'
import {
  REBASE_AT,
  type RemovalReason,
  type Removed,
  type Store,
  type StoreLimits,
  type StoreOptions,
  TouchKind,
} from './store.ts'

/** How many steps of the timing wheel one call into the core takes at the most. */
const EXPIRE_STEP = 4_096

const NO_WORDS = new Uint32Array(0)
const NO_FLOATS = new Float64Array(0)

/** Where the per-slot state lies in linear memory. */
interface SlotTable {
  readonly capacity: number
  readonly touch: number
  readonly deadlines: number
  readonly weights: number
}

/**
 * Values by reference in JavaScript, their policy, weights and expiry in linear memory.
 *
 * A key has a slot; the slot's deadline and touch word lie in linear memory and are read
 * and written through views, so that a hit does not call into WebAssembly: one `Map.get`,
 * one comparison, one store. A detached view answers `undefined`, which fails the
 * comparison and leads to `#recheck`, the one place where views are made anew.
 */
export class LiveStore<V> implements Store<V> {
  readonly #clock: Clock
  readonly #onRemove: Removed<V> | undefined
  readonly #onRestart: ((crash: CacheError) => void) | undefined
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #values: (V | undefined)[] = []
  #policy: number
  #limits: StoreLimits
  #core: Core
  #native: LiveCore
  #touchKind: TouchKind
  #touch: Uint32Array
  #deadlines: Float64Array
  #table: SlotTable = { capacity: 0, touch: 0, deadlines: 0, weights: 0 }
  #tick = 0
  #removals: [key: string, value: V, reason: RemovalReason][] = []

  constructor(options: StoreOptions<V>) {
    this.#clock = options.clock
    this.#onRemove = options.onRemove
    this.#onRestart = options.onRestart
    this.#policy = options.policy
    this.#limits = options.limits
    this.#core = Core.shared()
    this.#native = this.#makeNative()
    this.#touchKind = TouchKind.None
    this.#touch = NO_WORDS
    this.#deadlines = NO_FLOATS
    this.#refresh()
  }

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#native.bytes()
  }

  get limits(): StoreLimits {
    return this.#limits
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) return undefined
    const deadline = this.#deadlines[slot] as number
    if (deadline === Infinity || deadline > this.#clock.now()) {
      this.#touchSlot(slot)
      return this.#values[slot]
    }
    return this.#recheck(slot, true)
  }

  peek(key: string): V | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) return undefined
    return (this.#deadlines[slot] as number) > this.#clock.now() ? this.#values[slot] : this.#recheck(slot, false)
  }

  has(key: string): boolean {
    return this.peek(key) !== undefined
  }

  deadline(key: string): number | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined || this.#recheck(slot, false) === undefined) return undefined
    return this.#deadlines[slot]
  }

  set(key: string, value: V, weight: number, deadline: number): boolean {
    let stored: boolean
    try {
      if (this.#core.crashed) this.#rebuild()
      stored = this.#put(key, value, weight, deadline)
    } catch (error) {
      this.#restart(error)
      stored = this.#put(key, value, weight, deadline)
    }
    if (this.#removals.length > 0) this.#notify()
    return stored
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    const live = this.#recheck(slot, false) !== undefined
    this.#guarded(() => this.#native.remove(this.#slots.get(key) ?? slot))
    this.#forget(slot, live ? 'delete' : 'expire')
    this.#notify()
    return live
  }

  clear(): number {
    const removed = this.#slots.size
    for (const [key, slot] of this.#slots) this.#record(key, this.#values[slot] as V, 'clear')
    this.#renew()
    this.#notify()
    return removed
  }

  expire(): number {
    const now = this.#clock.now()
    const removed = this.#guarded(() => {
      let total = 0
      do {
        total += this.#native.expire(now, EXPIRE_STEP)
        this.#drain()
      } while (this.#native.nextExpiry() <= now)
      this.#rebase()
      return total
    })
    this.#notify()
    return removed
  }

  get nextExpiry(): number {
    return this.#guarded(() => this.#native.nextExpiry())
  }

  evictOne(): boolean {
    const slot = this.#guarded(() => this.#native.evictOne())
    if (slot >= 0) this.#forget(slot, 'evict')
    this.#notify()
    return slot >= 0
  }

  setLimits(limits: StoreLimits): void {
    this.#limits = limits
    this.#guarded(() => this.#native.setLimits(limits.maxBytes, limits.maxEntries))
    this.#drain()
    this.#notify()
  }

  setPolicy(policy: number): void {
    this.#policy = policy
    this.#guarded(() => this.#native.setPolicy(policy, this.#tick))
    this.#refresh()
  }

  *entries(): IterableIterator<[string, V]> {
    for (const [key, slot] of this.#slots) {
      const value = this.#recheck(slot, false)
      if (value !== undefined) yield [key, value]
    }
  }

  dispose(): void {
    this.#slots.clear()
    this.#keys.length = 0
    this.#values.length = 0
    if (!this.#core.crashed) this.#native.free()
  }

  #put(key: string, value: V, weight: number, deadline: number): boolean {
    const slot = this.#slots.get(key)
    return slot === undefined
      ? this.#insert(key, value, weight, deadline)
      : this.#replace(slot, key, value, weight, deadline)
  }

  #insert(key: string, value: V, weight: number, deadline: number): boolean {
    const slot = this.#native.insert(weight, deadline, this.#clock.now(), this.#nextTick())
    this.#drain()
    if (slot < 0) return false
    if (slot >= this.#touch.length) this.#refresh()
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#values[slot] = value
    return true
  }

  /** A value that is too heavy is refused, and the one before is gone then. */
  #replace(slot: number, key: string, value: V, weight: number, deadline: number): boolean {
    const before = this.#values[slot] as V
    const stored = this.#native.replace(slot, weight, deadline, this.#clock.now(), this.#nextTick())
    this.#drain()
    if (stored) {
      this.#values[slot] = value
      this.#record(key, before, 'set')
    } else {
      this.#forget(slot, 'set')
    }
    return stored
  }

  #touchSlot(slot: number): void {
    if (this.#touchKind === TouchKind.Tick) {
      this.#touch[slot] = ++this.#tick
    } else if (this.#touchKind === TouchKind.Count) {
      this.#tick++
      const count = this.#touch[slot] as number
      if (count < 0xffff_ffff) this.#touch[slot] = count + 1
    }
  }

  /** The slow side of a read: with fresh views, is the entry alive? */
  #recheck(slot: number, touch: boolean): V | undefined {
    if (this.#deadlines.length === 0) this.#view()
    if (!((this.#deadlines[slot] as number) > this.#clock.now())) return undefined
    if (touch) this.#touchSlot(slot)
    return this.#values[slot]
  }

  /** Takes over who had to leave in the last call: first the expired, then the evicted. */
  #drain(): void {
    const native = this.#native
    const departed = native.departed()
    if (departed === 0) return
    const expired = native.expired()
    for (let i = 0; i < departed; i++) this.#forget(native.departedAt(i), i < expired ? 'expire' : 'evict')
  }

  #forget(slot: number, reason: RemovalReason): void {
    const key = this.#keys[slot]
    if (key === undefined) return
    this.#record(key, this.#values[slot] as V, reason)
    this.#slots.delete(key)
    this.#keys[slot] = undefined
    this.#values[slot] = undefined
  }

  #record(key: string, value: V, reason: RemovalReason): void {
    if (this.#onRemove !== undefined) this.#removals.push([key, value, reason])
  }

  /**
   * Tells of what was removed. Last in each operation, when the store is whole again: the
   * listener may use the store itself.
   */
  #notify(): void {
    while (this.#removals.length > 0) {
      const batch = this.#removals
      this.#removals = []
      for (const [key, value, reason] of batch) this.#onRemove?.(key, value, reason)
    }
  }

  #nextTick(): number {
    this.#rebase()
    return ++this.#tick
  }

  #rebase(): void {
    if (this.#tick >= REBASE_AT) this.#tick = this.#native.rebase(this.#tick)
  }

  #refresh(): void {
    const native = this.#native
    this.#table = {
      capacity: native.capacity(),
      touch: native.touchPointer(),
      deadlines: native.deadlinePointer(),
      weights: native.weightPointer(),
    }
    this.#view()
    this.#touchKind = this.#native.touchKind() as TouchKind
  }

  /** Makes the views on the slot table anew, calling nothing: also after a trap. */
  #view(): void {
    const { capacity, touch, deadlines } = this.#table
    this.#touch = this.#core.words(touch, capacity)
    this.#deadlines = this.#core.floats(deadlines, capacity)
  }

  #makeNative(): LiveCore {
    return new this.#core.glue.LiveCore(this.#policy, this.#limits.maxBytes, this.#limits.maxEntries)
  }

  /** Drops all that is stored, and starts with fresh state in a living instance. */
  #renew(): void {
    this.#slots.clear()
    this.#keys.length = 0
    this.#values.length = 0
    if (this.#core.crashed) this.#core = Core.shared()
    else this.#native.free()
    this.#native = this.#makeNative()
    this.#tick = 0
    this.#refresh()
  }

  #guarded<T>(call: () => T): T {
    try {
      if (!this.#core.crashed) return call()
      this.#rebuild()
    } catch (error) {
      this.#restart(error)
    }
    return call()
  }

  #restart(error: unknown): void {
    if (!this.#core.trapped(error)) throw error
    this.#rebuild()
  }

  /**
   * After a trap, here or in a store that shares the instance: a new one, filled again from
   * JavaScript. Of the old one nothing is called, its memory is only read. Entries keep
   * values, weights and deadlines; the policy's knowledge starts anew, in the order of
   * insertion.
   */
  #rebuild(): void {
    const crash = this.#core.crash()
    const now = this.#clock.now()
    const weights = this.#core.words(this.#table.weights, this.#table.capacity)
    this.#view()
    const survivors = [...this.#slots].map(([key, slot]) => ({
      key,
      value: this.#values[slot] as V,
      weight: weights[slot] as number,
      deadline: this.#deadlines[slot] as number,
    }))
    this.#renew()
    for (const { key, value, weight, deadline } of survivors) {
      if (deadline > now) this.#insert(key, value, weight, deadline)
    }
    this.#onRestart?.(crash)
  }
}
