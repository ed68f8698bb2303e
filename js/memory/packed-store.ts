import type { PackedCore } from '../../pkg/glue.js'
import type { Clock } from '../clock.ts'
import { SerializerId, ValueSerializer } from '../codec/serializer.ts'
import { isWellFormed } from '../codec/text.ts'
import { Buffers } from '../core/buffers.ts'
import { Core } from '../core/core.ts'
import { CacheError } from '../errors.ts'
import { type Removal, tellOf } from './departures.ts'
import { HotKeys } from './hot-keys.ts'
import { noteHot, overdueKeys } from './packed-reads.ts'
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
  #hot = new HotKeys()

  constructor(options: StoreOptions<V>) {
    this.#clock = options.clock
    this.#onRemove = options.onRemove
    this.#onRestart = options.onRestart
    this.#policy = options.policy
    this.#favorBytes = options.favorBytes ?? false
    this.#limits = options.limits
    this.#core = Core.create()
    this.#buffers = Buffers.of(this.#core)
    this.#native = this.#makeNative(this.#core)
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
    return this.getFresh(key, this.#clock.now(), undefined)
  }

  getFresh(key: string, now: number, until: number | undefined): V | undefined {
    if (typeof key !== 'string') return undefined
    let value: V | undefined
    try {
      const hot = this.#hot
      const line = hot.find(key)
      const isThere = line >= 0 && hot.deadline(line) > now && this.#native.rawUse(hot.slot(line), hot.changes(line))
      value = isThere ? (hot.read(line) as V) : this.#find(key, now)
    } catch (error) {
      this.#restart(error)
    }
    if (value === undefined) return undefined
    if (until !== undefined && this.deadline(key) !== Infinity) this.setDeadline(key, until)
    return value
  }

  peek(key: string): V | undefined {
    return this.#peekAt(key, this.#clock.now())
  }

  has(key: string): boolean {
    return this.#peek(key, this.#clock.now()) !== 0
  }

  deadline(key: string): number | undefined {
    const length = this.#writeKey(key)
    const deadline = length === 0 ? -1 : this.#guarded(() => this.#native.rawDeadline(length, this.#clock.now()))
    return deadline < 0 ? undefined : deadline
  }

  setDeadline(key: string, deadline: number): boolean {
    const length = this.#writeKey(key)
    return length > 0 && this.#guarded(() => this.#native.rawSetDeadline(length, deadline, this.#clock.now()))
  }

  weight(): undefined {
    return undefined
  }

  /**
   * The weight is the true one: it cannot be declared.
   *
   * @throws CacheError `OUT_OF_MEMORY` where nothing that could be evicted makes room; then the key is not there.
   */
  set(key: string, value: V, _weight: number, deadline: number): boolean {
    const before = this.#onRemove && this.#peekAt(key, ANY_TIME)
    let stored = 0
    try {
      stored = this.#store(key, value, deadline)
    } catch (error) {
      this.#restart(error)
      stored = this.#store(key, value, deadline)
    }
    if (this.#onRemove !== undefined) {
      const removals = this.#departed()
      if (before !== undefined) removals.push([key, before, 'set'])
      this.#tell(removals)
    }
    if (stored < 0) throw new CacheError('OUT_OF_MEMORY', `the core has no memory for the value of ${key}`)
    return stored > 0
  }

  delete(key: string, reason: RemovalReason = 'delete'): boolean {
    const before = this.#onRemove && this.#peekAt(key, ANY_TIME)
    const length = this.#writeKey(key)
    const live = length > 0 && this.#guarded(() => this.#native.rawRemove(length, this.#clock.now()))
    if (before !== undefined) this.#onRemove?.(key, before, live ? reason : 'expire')
    return live
  }

  clear(): number {
    const removed = this.size
    const gone = this.#onRemove === undefined ? [] : [...this.#entriesAt(() => ANY_TIME)]
    this.#renew()
    this.#tell(gone.map(([key, value]) => [key, value, 'clear']))
    return removed
  }

  expire(): number {
    const now = this.#clock.now()
    const removals: Removal<V | undefined>[] = []
    let removed = 0
    do {
      removed += this.#guarded(() => this.#native.expire(now, EXPIRE_STEP))
      for (const removal of this.#departed()) removals.push(removal)
    } while (this.nextExpiry <= now)
    this.#tell(removals)
    return removed
  }

  purge(): number {
    const overdue = this.#overdue()
    for (const key of overdue) {
      const length = this.#writeKey(key)
      this.#guarded(() => this.#native.rawRemove(length, this.#clock.now()))
    }
    this.#tell(overdue.map((key) => [key, undefined, 'expire']))
    return overdue.length
  }

  evictOne(): boolean {
    const evicted = this.#guarded(() => this.#native.evictOne())
    this.#tell(this.#departed())
    return evicted
  }

  setLimits(limits: StoreLimits): void {
    this.#limits = limits
    this.#guarded(() => this.#native.setLimits(limits.maxBytes, limits.maxEntries))
    this.#tell(this.#departed())
  }

  setPolicy(policy: number, favorBytes = false): void {
    this.#policy = policy
    this.#favorBytes = favorBytes
    this.#guarded(() => this.#native.setPolicy(policy, favorBytes))
    this.#tell(this.#departed())
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
      yield [key, this.#read(this.#buffers.result(5))]
    }
  }

  /** The keys of what is there though its time is over. */
  #overdue(): string[] {
    const now = this.#clock.now()
    return this.#guarded(() => overdueKeys(this.#native, this.#buffers, now))
  }

  entriesByUse(): Iterable<[string, V]> {
    return this.entries()
  }

  dispose(): void {
    if (!this.#core.crashed) this.#native.free()
  }

  /** Writes a key, and answers its length in bytes; 0 where there can be no entry under it. */
  #writeKey(key: string): number {
    if (typeof key !== 'string' || key.length > MAX_KEY_UNITS) return 0
    const length = this.#buffers.writeKey(key)
    // Surrogates that stand alone would all become the same bytes; one-byte characters are none.
    return length === key.length || isWellFormed(key) ? length : 0
  }

  #peekAt(key: string, now: number): V | undefined {
    const tag = this.#peek(key, now)
    return tag === 0 ? undefined : this.#read(tag)
  }

  #peek(key: string, now: number): number {
    const length = this.#writeKey(key)
    return length === 0 ? 0 : this.#guarded(() => this.#native.rawPeek(length, now))
  }

  /** Puts an entry into the core, as `rawSet` answers. */
  #store(key: string, value: V, deadline: number): number {
    const buffers = this.#buffers
    let tag: number = ASCII
    let length = -1
    if (typeof value === 'string') {
      length = buffers.writeValue(value)
      if (length !== value.length) length = -1
    }
    if (length < 0) {
      const { serializer: id, data } = serializer.serialize(value)
      tag = id
      length = buffers.writeValue(data)
    }
    return this.#native.rawSet(buffers.writeKey(key), length, tag, deadline, this.#clock.now())
  }

  /** Looks for a value in the core, and notes where that of a key in much use lies. */
  #find(key: string, now: number): V | undefined {
    const keyLength = this.#writeKey(key)
    const tag = keyLength === 0 ? 0 : this.#native.rawGet(keyLength, now)
    if (tag === 0) return undefined
    const value = this.#read(tag)
    noteHot(this.#hot, this.#buffers, key, keyLength, value, tag)
    return value
  }

  /** The value that the last call found. */
  #read(tag: number): V {
    return this.#value(tag, this.#buffers.result(0), this.#buffers.result(1))
  }

  #value(tag: number, pointer: number, length: number): V {
    const buffers = this.#buffers
    if (tag === ASCII) return buffers.ascii(pointer, length) as V
    if (tag === SerializerId.Bytes) return buffers.value(pointer, length) as V
    if (tag === SerializerId.Msgpack)
      return serializer.deserialize(tag, this.#core.bytes, pointer, pointer + length) as V
    return serializer.deserialize(tag, buffers.view(pointer, length)) as V
  }

  /**
   * What had to leave in the last call, and was not asked for yet. Of these the key is told, not
   * the value: to make it again would cost too much.
   */
  #departed(): Removal<V | undefined>[] {
    const removals: Removal<V | undefined>[] = []
    if (this.#onRemove === undefined) return removals
    for (let length = this.#native.takeDeparted(); length >= 0; length = this.#native.takeDeparted()) {
      const key = this.#buffers.text(this.#core.glue.outPointer(), length)
      removals.push([key, undefined, this.#buffers.result(0) === 0 ? 'expire' : 'evict'])
    }
    return removals
  }

  #tell(removals: readonly Removal<V | undefined>[]): void {
    tellOf(removals, this.#onRemove as Removed<V | undefined> | undefined)
  }

  #makeNative(core: Core): PackedCore {
    const { maxBytes, maxEntries } = this.#limits
    return new core.glue.PackedCore(this.#policy, this.#favorBytes, maxBytes, maxEntries, this.#onRemove !== undefined)
  }

  /**
   * Starts with an instance of its own; the memory of the one before goes back to the system.
   * The old one stays until the new one is there: to make it may fail.
   */
  #renew(): void {
    const core = Core.create()
    const buffers = Buffers.of(core)
    const native = this.#makeNative(core)
    if (!this.#core.crashed) this.#native.free()
    this.#core = core
    this.#buffers = buffers
    this.#native = native
    this.#hot = new HotKeys()
  }

  /** Runs a call into the core; after a trap once more, on a new and empty instance. */
  #guarded<T>(call: () => T): T {
    try {
      return call()
    } catch (error) {
      this.#restart(error)
      return call()
    }
  }

  /** Replaces an instance that trapped; throws what was no trap. */
  #restart(error: unknown): void {
    if (!this.#core.trapped(error)) throw error
    const crash = this.#core.crash()
    this.#renew()
    this.#onRestart?.(crash)
  }
}

/** The longest key in UTF-16 units that any key in UTF-8 can have. */
const MAX_KEY_UNITS = 65_536

/** The tag of text whose characters take one byte each. The others are the ids of serializers. */
const ASCII = 127
