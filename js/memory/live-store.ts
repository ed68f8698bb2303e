import type { Clock } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import { type Removal, tellOf } from './departures.ts'
import { SlotMap } from './slot-map.ts'
import { SlotTable } from './slot-table.ts'
import type { LiveStoreOptions, RemovalReason, Removed, Store, StoreLimits } from './store.ts'

/** How many steps of the timing wheel one call into the core takes at the most. */
const EXPIRE_STEP = 4_096

/** The heaviest entry, in bytes: weights have 32 bits in the core. */
const MAX_WEIGHT = 2 ** 32 - 1

/**
 * Values by reference in JavaScript, their policy, weights and expiry in linear memory.
 *
 * A key has a slot, and the slot's deadline and touch word are read and written through views
 * on linear memory. So a hit does not call into WebAssembly: it is one look-up, one comparison
 * where entries expire at all, and one store.
 */
export class LiveStore<V> implements Store<V> {
  readonly #clock: Clock
  readonly #onRemove: Removed<V> | undefined
  readonly #tellsAll: boolean
  readonly #onRestart: ((crash: CacheError) => void) | undefined
  readonly #table: SlotTable
  readonly #map = new SlotMap<V>()
  /** Whether any entry had a deadline since the store was last empty. Else nobody has to ask for the time. */
  #expires = false
  #removals: Removal<V>[] = []

  constructor(options: LiveStoreOptions<V>) {
    this.#clock = options.clock
    this.#onRemove = options.onRemove
    this.#tellsAll = options.onRemove !== undefined && options.onlyDepartures !== true
    this.#onRestart = options.onRestart
    this.#table = new SlotTable(options.policy, options.favorBytes ?? false, options.limits)
  }

  get size(): number {
    return this.#map.size
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
    const slot = this.#map.find(key)
    if (slot < 0 || (this.#expires && !this.#isLive(slot))) return undefined
    this.#table.touch(slot)
    return this.#map.value(slot)
  }

  getFresh(key: string, now: number, until: number | undefined): V | undefined {
    const slot = this.#map.find(key)
    if (slot < 0 || !this.#table.isLive(slot, now)) return undefined
    const value = this.#map.value(slot)
    this.#table.touch(slot)
    if (until !== undefined) this.#prolong(slot, until)
    return value
  }

  peek(key: string): V | undefined {
    const slot = this.#findLive(key)
    return slot < 0 ? undefined : this.#map.value(slot)
  }

  has(key: string): boolean {
    return this.#findLive(key) >= 0
  }

  deadline(key: string): number | undefined {
    const slot = this.#findLive(key)
    return slot < 0 ? undefined : this.#table.state(slot).deadline
  }

  setDeadline(key: string, deadline: number): boolean {
    return this.#guarded(() => {
      const slot = this.#findLive(key)
      if (slot < 0) return false
      if (deadline !== Infinity) this.#expires = true
      return this.#table.setDeadline(slot, deadline)
    })
  }

  weight(key: string): number | undefined {
    const slot = this.#findLive(key)
    return slot < 0 ? undefined : this.#table.state(slot).weight
  }

  set(key: string, value: V, weight: number, deadline: number): boolean {
    const now = this.#expires || deadline !== Infinity ? this.#clock.now() : 0
    let stored: boolean
    try {
      if (this.#table.crashed) this.#rebuild()
      stored = this.#put(key, value, weight, deadline, now)
    } catch (error) {
      this.#restart(error)
      stored = this.#marked(() => this.#put(key, value, weight, deadline, now))
    }
    if (this.#removals.length > 0) this.#notify()
    return stored
  }

  delete(key: string, reason: RemovalReason = 'delete'): boolean {
    if (typeof key !== 'string') return false
    const hash = this.#map.hash(key)
    const slot = this.#map.findHashed(key, hash)
    if (slot < 0) return false
    const live = !this.#expires || this.#isLive(slot)
    // After a crash all have other slots.
    let moved = this.#table.crashed
    this.#guarded(() => {
      const there = moved ? this.#map.find(key) : slot
      if (there >= 0) this.#remove(there, live ? reason : 'expire', moved ? undefined : hash)
      moved = true
    })
    if (this.#removals.length > 0) this.#notify()
    return live
  }

  clear(): number {
    const removed = this.#map.size
    const gone = !this.#tellsAll ? [] : this.#byUse().map((slot) => this.#removal(slot, 'clear'))
    this.#marked(() => this.#renew())
    this.#removals = this.#removals.concat(gone)
    this.#notify()
    return removed
  }

  expire(): number {
    const now = this.#clock.now()
    const removed = this.#guarded(() => {
      let total = 0
      do {
        total += this.#table.expire(now, EXPIRE_STEP)
        this.#drain(-1)
      } while (this.#table.nextExpiry <= now)
      return total
    })
    this.#notify()
    return removed
  }

  purge(): number {
    const removed = this.#guarded(() => {
      const overdue = this.#byUse().filter((slot) => !this.#isLive(slot))
      for (const slot of overdue) this.#remove(slot, 'expire')
      return overdue.length
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
    this.#drain(-1)
    this.#notify()
  }

  setPolicy(policy: number, favorBytes = false): void {
    this.#guarded(() => this.#table.setPolicy(policy, favorBytes))
    this.#drain(-1)
    this.#notify()
  }

  *entries(): IterableIterator<[string, V]> {
    for (const slot of this.#map.slots()) {
      if (this.#isLive(slot)) yield [this.#map.key(slot) as string, this.#map.value(slot)]
    }
  }

  entriesByUse(): Iterable<[string, V]> {
    const live = this.#byUse().filter((slot) => this.#isLive(slot))
    return live.map((slot): [string, V] => [this.#map.key(slot) as string, this.#map.value(slot)])
  }

  dispose(): void {
    this.#map.clear()
    this.#table.dispose()
  }

  /** All slots that are taken, those unused for longest first. */
  #byUse(): number[] {
    return Array.from(this.#map.slots()).sort((a, b) => this.#table.lastUse(a) - this.#table.lastUse(b))
  }

  #isLive(slot: number): boolean {
    const deadline = this.#table.deadlines[slot] as number
    return deadline === Infinity || deadline > this.#clock.now() || this.#table.isLive(slot, this.#clock.now())
  }

  #findLive(key: string): number {
    const slot = this.#map.find(key)
    return slot >= 0 && this.#isLive(slot) ? slot : -1
  }

  /** A crash costs the entry its longer life, no more. */
  #prolong(slot: number, until: number): void {
    const deadline = this.#table.deadlines[slot] as number
    if (deadline === Infinity || deadline === until || this.#table.crashed) return
    try {
      this.#table.setDeadline(slot, until)
    } catch (error) {
      this.#restart(error)
    }
  }

  #put(key: string, value: V, weight: number, deadline: number, now: number): boolean {
    const hash = this.#map.hash(key)
    const slot = this.#map.findHashed(key, hash)
    if (weight > MAX_WEIGHT) {
      if (slot >= 0) this.#remove(slot, 'set')
      return false
    }
    if (deadline !== Infinity) this.#expires = true
    return slot < 0
      ? this.#insert(key, hash, value, weight, deadline, now)
      : this.#replace(slot, value, weight, deadline, now)
  }

  #insert(key: string, hash: number, value: V, weight: number, deadline: number, now: number): boolean {
    const slot = this.#table.insert(hash, weight, deadline, now)
    if (this.#table.left > 0) this.#drain(slot)
    if (slot < 0) return false
    this.#map.add(slot, key, value, hash)
    return true
  }

  /** A value that is too heavy is refused, and the one before is gone then. */
  #replace(slot: number, value: V, weight: number, deadline: number, now: number): boolean {
    const stored = this.#table.replace(slot, weight, deadline, now)
    if (this.#table.left > 0) this.#drain(-1)
    // The same value has not left: who frees what a value holds must not free this one.
    if (!stored || this.#map.value(slot) !== value) this.#record(slot, 'set')
    if (stored) this.#map.setValue(slot, value)
    else this.#map.remove(slot)
    return stored
  }

  /** Takes out an entry that is there. */
  #remove(slot: number, reason: RemovalReason, hash?: number): void {
    this.#table.remove(slot)
    this.#forget(slot, reason, hash)
  }

  /** Takes over who had to leave in the last call. If it was one for one that came, `taken` is the slot of both. */
  #drain(taken: number): void {
    const table = this.#table
    const { left } = table
    const expired = this.#expires && this.#onRemove !== undefined ? table.expired() : 0
    if (left === 1 && taken >= 0) {
      this.#forget(taken, expired > 0 ? 'expire' : 'evict')
    } else {
      for (let i = 0; i < left; i++) this.#forget(table.departed(i), i < expired ? 'expire' : 'evict')
    }
  }

  #forget(slot: number, reason: RemovalReason, hash?: number): void {
    this.#record(slot, reason)
    this.#map.remove(slot, hash)
  }

  #record(slot: number, reason: RemovalReason): void {
    if (this.#onRemove === undefined || this.#map.key(slot) === undefined) return
    if (!this.#tellsAll && reason !== 'evict' && reason !== 'expire') return
    this.#removals.push(this.#removal(slot, reason))
  }

  #removal(slot: number, reason: RemovalReason): Removal<V> {
    return [this.#map.key(slot) as string, this.#map.value(slot), reason]
  }

  #notify(): void {
    if (this.#removals.length === 0) return
    const batch = this.#removals
    this.#removals = []
    tellOf(batch, this.#onRemove)
  }

  #renew(): void {
    this.#table.renew()
    this.#map.clear()
    this.#expires = false
  }

  /** Runs a call into the core; after a crash once more, when all is rebuilt. */
  #guarded<T>(call: () => T): T {
    try {
      if (!this.#table.crashed) return call()
      this.#rebuild()
    } catch (error) {
      this.#restart(error)
    }
    return this.#marked(call)
  }

  /** Runs what is not tried again. After a crash the next operation begins with a new instance. */
  #marked<T>(call: () => T): T {
    try {
      return call()
    } catch (error) {
      this.#table.trapped(error)
      throw error
    }
  }

  #restart(error: unknown): void {
    if (!this.#table.trapped(error)) throw error
    this.#marked(() => this.#rebuild())
  }

  /**
   * After a crash, here or in a store that shares the instance: a new one, filled again from
   * JavaScript. Entries keep values, weights and deadlines; of what the policy knew, their order
   * by hits is left.
   */
  #rebuild(): void {
    const crash = this.#table.crash()
    const now = this.#clock.now()
    const survivors = Array.from(this.#map.slots(), (slot) => ({
      key: this.#map.key(slot) as string,
      value: this.#map.value(slot),
      ...this.#table.state(slot),
    }))
    survivors.sort((a, b) => a.mark - b.mark)
    this.#renew()
    for (const { key, value, weight, deadline } of survivors) {
      if (deadline > now) this.#put(key, value, weight, deadline, now)
      else if (this.#onRemove !== undefined) this.#removals.push([key, value, 'expire'])
    }
    this.#onRestart?.(crash)
  }
}
