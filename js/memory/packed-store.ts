import type { PackedCore } from '../../pkg/glue.js'
import type { Clock } from '../clock.ts'
import { ValueSerializer } from '../codec/serializer.ts'
import { isWellFormed } from '../codec/text.ts'
import { Buffers } from '../core/buffers.ts'
import { Core } from '../core/core.ts'
import type { CacheError } from '../errors.ts'
import type { RemovalReason, Removed, Store, StoreLimits, StoreOptions } from './store.ts'

/** How many steps of the timing wheel one call into the core takes at the most. */
const EXPIRE_STEP = 4_096

/** The time at which nothing has expired: for what is there and may be over. */
const ANY_TIME = -Infinity

const serializer = new ValueSerializer()

/**
 * Keys and values in linear memory, as bytes: nothing for the garbage collector to trace, and
 * weights that are exact. A hit makes a new value each time. The first byte of what is stored
 * says how to read the rest.
 */
export class PackedStore<V> implements Store<V> {
  readonly #clock: Clock
  readonly #onRemove: Removed<V> | undefined
  readonly #onRestart: ((crash: CacheError) => void) | undefined
  #policy: number
  #favorBytes: boolean
  #limits: StoreLimits
  #core: Core
  #buffers: Buffers
  #native: PackedCore

  constructor(options: StoreOptions<V>) {
    this.#clock = options.clock
    this.#onRemove = options.onRemove
    this.#onRestart = options.onRestart
    this.#policy = options.policy
    this.#favorBytes = options.favorBytes ?? false
    this.#limits = options.limits
    this.#core = Core.create()
    this.#buffers = new Buffers(this.#core)
    this.#native = this.#makeNative()
  }

  get size(): number {
    return this.#guarded(() => this.#native.len())
  }

  get bytes(): number {
    return this.#guarded(() => this.#native.bytes())
  }

  get limits(): StoreLimits {
    return this.#limits
  }

  get nextExpiry(): number {
    return this.#guarded(() => this.#native.nextExpiry())
  }

  get(key: string): V | undefined {
    if (!canBeKey(key)) return undefined
    const found = this.#guarded(() => this.#native.rawGet(this.#buffers.writeKey(key), this.#clock.now()))
    return found ? this.#read(this.#buffers.result(0), this.#buffers.result(1)) : undefined
  }

  getFresh(key: string, now: number, until: number | undefined): V | undefined {
    if (!canBeKey(key)) return undefined
    const found = this.#guarded(() => this.#native.rawGet(this.#buffers.writeKey(key), now))
    if (!found) return undefined
    const value = this.#read(this.#buffers.result(0), this.#buffers.result(1))
    if (until !== undefined && this.deadline(key) !== Infinity) this.setDeadline(key, until)
    return value
  }

  peek(key: string): V | undefined {
    return this.#peekAt(key, this.#clock.now())
  }

  has(key: string): boolean {
    if (!canBeKey(key)) return false
    return this.#guarded(() => this.#native.rawPeek(this.#buffers.writeKey(key), this.#clock.now()))
  }

  deadline(key: string): number | undefined {
    if (!canBeKey(key)) return undefined
    const deadline = this.#guarded(() => this.#native.rawDeadline(this.#buffers.writeKey(key), this.#clock.now()))
    return deadline < 0 ? undefined : deadline
  }

  setDeadline(key: string, deadline: number): boolean {
    if (!canBeKey(key)) return false
    return this.#guarded(() => this.#native.rawSetDeadline(this.#buffers.writeKey(key), deadline, this.#clock.now()))
  }

  weight(): undefined {
    return undefined
  }

  /** The weight is the true one: it cannot be declared. */
  set(key: string, value: V, _weight: number, deadline: number): boolean {
    const before = this.#onRemove && this.#peekAt(key, ANY_TIME)
    const { serializer: id, data } = serializer.serialize(value)
    const stored = this.#guarded(() => {
      const valueLength = this.#buffers.writeValue(data)
      const keyLength = this.#buffers.writeKey(key)
      return this.#native.rawSet(keyLength, valueLength, id, deadline, this.#clock.now())
    })
    this.#tellOfDeparted()
    if (before !== undefined) this.#onRemove?.(key, before, 'set')
    return stored
  }

  delete(key: string, reason: RemovalReason = 'delete'): boolean {
    if (!canBeKey(key)) return false
    const before = this.#onRemove && this.#peekAt(key, ANY_TIME)
    const live = this.#guarded(() => this.#native.rawRemove(this.#buffers.writeKey(key), this.#clock.now()))
    if (before !== undefined) this.#onRemove?.(key, before, live ? reason : 'expire')
    return live
  }

  clear(): number {
    const removed = this.size
    const gone = this.#onRemove === undefined ? [] : [...this.#entriesAt(() => ANY_TIME)]
    this.#renew()
    for (const [key, value] of gone) this.#onRemove?.(key, value, 'clear')
    return removed
  }

  expire(): number {
    const now = this.#clock.now()
    let removed = 0
    do {
      removed += this.#guarded(() => this.#native.expire(now, EXPIRE_STEP))
      this.#tellOfDeparted()
    } while (this.nextExpiry <= now)
    return removed
  }

  evictOne(): boolean {
    const evicted = this.#guarded(() => this.#native.evictOne())
    this.#tellOfDeparted()
    return evicted
  }

  setLimits(limits: StoreLimits): void {
    this.#limits = limits
    this.#guarded(() => this.#native.setLimits(limits.maxBytes, limits.maxEntries))
    this.#tellOfDeparted()
  }

  setPolicy(policy: number, favorBytes = false): void {
    this.#policy = policy
    this.#favorBytes = favorBytes
    this.#guarded(() => this.#native.setPolicy(policy, favorBytes))
  }

  entries(): IterableIterator<[string, V]> {
    return this.#entriesAt(() => this.#clock.now())
  }

  *#entriesAt(now: () => number): IterableIterator<[string, V]> {
    for (let cursor = 0; cursor >= 0; ) {
      const at = cursor
      cursor = this.#guarded(() => this.#native.rawNext(at))
      if (cursor < 0 || !(this.#buffers.result(4) > now())) continue
      const key = this.#buffers.text(this.#buffers.result(2), this.#buffers.result(3))
      yield [key, this.#read(this.#buffers.result(0), this.#buffers.result(1))]
    }
  }

  entriesByUse(): Iterable<[string, V]> {
    return this.entries()
  }

  dispose(): void {
    if (!this.#core.crashed) this.#native.free()
  }

  #peekAt(key: string, now: number): V | undefined {
    if (!canBeKey(key)) return undefined
    const found = this.#guarded(() => this.#native.rawPeek(this.#buffers.writeKey(key), now))
    return found ? this.#read(this.#buffers.result(0), this.#buffers.result(1)) : undefined
  }

  #read(pointer: number, length: number): V {
    const id = this.#core.bytes[pointer] as number
    return serializer.deserialize(id, this.#buffers.view(pointer + 1, length - 1)) as V
  }

  /** Of what had to leave the key is told, not the value: to make it again would cost too much. */
  #tellOfDeparted(): void {
    if (this.#onRemove === undefined) return
    for (let length = this.#native.takeDeparted(); length >= 0; length = this.#native.takeDeparted()) {
      const key = this.#buffers.text(this.#core.glue.outPointer(), length)
      this.#onRemove(key, undefined as V, this.#buffers.result(0) === 0 ? 'expire' : 'evict')
    }
  }

  #makeNative(): PackedCore {
    const { maxBytes, maxEntries } = this.#limits
    return new this.#core.glue.PackedCore(
      this.#policy,
      this.#favorBytes,
      maxBytes,
      maxEntries,
      this.#onRemove !== undefined,
    )
  }

  /** Starts with an instance of its own; the memory of the one before goes back to the system. */
  #renew(): void {
    if (!this.#core.crashed) this.#native.free()
    this.#core = Core.create()
    this.#buffers = new Buffers(this.#core)
    this.#native = this.#makeNative()
  }

  /** Runs a call into the core; after a trap once more, on a new and empty instance. */
  #guarded<T>(call: () => T): T {
    try {
      return call()
    } catch (error) {
      if (!this.#core.trapped(error)) throw error
      const crash = this.#core.crash()
      this.#renew()
      this.#onRestart?.(crash)
      return call()
    }
  }
}

/** The longest key in UTF-16 units that any key in UTF-8 can have. */
const MAX_KEY_UNITS = 65_536

/** Whether there can be an entry under `key`: lone surrogates would all become the same bytes. */
function canBeKey(key: unknown): key is string {
  return typeof key === 'string' && key.length <= MAX_KEY_UNITS && isWellFormed(key)
}
