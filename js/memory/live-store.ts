import type { Clock } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import { SlotTable } from './slot-table.ts'
import type { RemovalReason, Removed, Store, StoreLimits, StoreOptions } from './store.ts'

/** How many steps of the timing wheel one call into the core takes at the most. */
const EXPIRE_STEP = 4_096

/** The heaviest entry, in bytes: weights have 32 bits in the core. */
const MAX_WEIGHT = 2 ** 32 - 1

/**
 * Values by reference in JavaScript, their policy, weights and expiry in linear memory.
 *
 * A key has a slot, and the slot's deadline and touch word are read and written through views
 * on linear memory. So a hit does not call into WebAssembly: it is one `Map.get`, one
 * comparison and one store.
 */
export class LiveStore<V> implements Store<V> {
  readonly #clock: Clock
  readonly #onRemove: Removed<V> | undefined
  readonly #onRestart: ((crash: CacheError) => void) | undefined
  readonly #table: SlotTable
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #values: (V | undefined)[] = []
  #removals: [key: string, value: V, reason: RemovalReason][] = []

  constructor(options: StoreOptions<V>) {
    this.#clock = options.clock
    this.#onRemove = options.onRemove
    this.#onRestart = options.onRestart
    this.#table = new SlotTable(options.policy, options.favorBytes ?? false, options.limits)
  }

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  get limits(): StoreLimits {
    return this.#table.limits
  }

  get nextExpiry(): number {
    return this.#guarded(() => this.#table.nextExpiry)
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) return undefined
    const table = this.#table
    const deadline = table.deadlines[slot] as number
    if (deadline === Infinity || deadline > this.#clock.now() || table.isLive(slot, this.#clock.now())) {
      table.touch(slot)
      return this.#values[slot]
    }
    return undefined
  }

  peek(key: string): V | undefined {
    const slot = this.#slots.get(key)
    return slot !== undefined && this.#table.isLive(slot, this.#clock.now()) ? this.#values[slot] : undefined
  }

  has(key: string): boolean {
    return this.peek(key) !== undefined
  }

  deadline(key: string): number | undefined {
    const slot = this.#slots.get(key)
    return slot !== undefined && this.#table.isLive(slot, this.#clock.now()) ? this.#table.deadlines[slot] : undefined
  }

  set(key: string, value: V, weight: number, deadline: number): boolean {
    let stored: boolean
    try {
      if (this.#table.crashed) this.#rebuild()
      stored = this.#put(key, value, weight, deadline)
    } catch (error) {
      this.#restart(error)
      stored = this.#put(key, value, weight, deadline)
    }
    if (this.#removals.length > 0) this.#notify()
    return stored
  }

  delete(key: string): boolean {
    const live = this.peek(key) !== undefined
    this.#guarded(() => {
      const slot = this.#slots.get(key)
      if (slot === undefined) return
      this.#table.remove(slot)
      this.#forget(slot, live ? 'delete' : 'expire')
    })
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
        total += this.#table.expire(now, EXPIRE_STEP)
        this.#drain()
      } while (this.#table.nextExpiry <= now)
      return total
    })
    this.#notify()
    return removed
  }

  evictOne(): boolean {
    const slot = this.#guarded(() => this.#table.evictOne())
    if (slot >= 0) this.#forget(slot, 'evict')
    this.#notify()
    return slot >= 0
  }

  setLimits(limits: StoreLimits): void {
    this.#guarded(() => this.#table.setLimits(limits))
    this.#drain()
    this.#notify()
  }

  setPolicy(policy: number, favorBytes = false): void {
    this.#guarded(() => this.#table.setPolicy(policy, favorBytes))
  }

  *entries(): IterableIterator<[string, V]> {
    for (const [key, slot] of this.#slots) {
      if (this.#table.isLive(slot, this.#clock.now())) yield [key, this.#values[slot] as V]
    }
  }

  dispose(): void {
    this.#empty()
    this.#table.dispose()
  }

  #put(key: string, value: V, weight: number, deadline: number): boolean {
    const slot = this.#slots.get(key)
    if (weight > MAX_WEIGHT) return this.#refuse(slot)
    return slot === undefined
      ? this.#insert(key, value, weight, deadline)
      : this.#replace(slot, key, value, weight, deadline)
  }

  #insert(key: string, value: V, weight: number, deadline: number): boolean {
    const slot = this.#table.insert(weight, deadline, this.#clock.now())
    this.#drain()
    if (slot < 0) return false
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#values[slot] = value
    return true
  }

  /** A value that is too heavy is refused, and the one before is gone then. */
  #replace(slot: number, key: string, value: V, weight: number, deadline: number): boolean {
    const before = this.#values[slot] as V
    const stored = this.#table.replace(slot, weight, deadline, this.#clock.now())
    this.#drain()
    if (stored) {
      this.#values[slot] = value
      this.#record(key, before, 'set')
    } else {
      this.#forget(slot, 'set')
    }
    return stored
  }

  /** What was there before is gone then. */
  #refuse(slot: number | undefined): false {
    if (slot !== undefined) {
      this.#table.remove(slot)
      this.#forget(slot, 'set')
    }
    return false
  }

  /** Takes over who had to leave in the last call. */
  #drain(): void {
    this.#table.departed(this.#left)
  }

  readonly #left = (slot: number, reason: RemovalReason): void => this.#forget(slot, reason)

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

  #empty(): void {
    this.#slots.clear()
    this.#keys.length = 0
    this.#values.length = 0
  }

  #renew(): void {
    this.#empty()
    this.#table.renew()
  }

  /** Runs a call into the core; after a crash once more, when all is rebuilt. */
  #guarded<T>(call: () => T): T {
    try {
      if (!this.#table.crashed) return call()
      this.#rebuild()
    } catch (error) {
      this.#restart(error)
    }
    return call()
  }

  #restart(error: unknown): void {
    if (!this.#table.trapped(error)) throw error
    this.#rebuild()
  }

  /**
   * After a crash, here or in a store that shares the instance: a new one, filled again from
   * JavaScript. Entries keep values, weights and deadlines; the policy's knowledge starts anew,
   * in the order of insertion.
   */
  #rebuild(): void {
    const crash = this.#table.crash()
    const now = this.#clock.now()
    const states = this.#table.states(this.#slots.values())
    const survivors = Array.from(this.#slots, ([key, slot]) => [key, this.#values[slot] as V] as const)
    this.#renew()
    for (const [i, [key, value]] of survivors.entries()) {
      const { weight, deadline } = states[i] ?? { weight: 0, deadline: 0 }
      if (deadline > now) this.#insert(key, value, weight, deadline)
    }
    this.#onRestart?.(crash)
  }
}
