import { type Clock, systemClock } from '../clock.ts'
import {
  beginsWith,
  type Driver,
  type DriverEntry,
  type Exchange,
  isOlder,
  isSame,
  type Previous,
  previousOf,
  type Replacement,
  type ScanStep,
} from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { closedError } from './tier-error.ts'

/** Options of `memoryDriver`. */
export interface MemoryDriverOptions {
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
  /**
   * Whether several caches use the same driver object, as processes share a Redis.
   * Default: false.
   */
  readonly shared?: boolean | undefined
}

/**
 * A tier in the memory of this process: the reference for what a driver does, and a stand-in
 * for Redis in tests. It keeps copies, so nobody can change a value behind its back.
 */
export function memoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  checkOptions('memoryDriver', options, ['clock', 'shared'])
  return new MapDriver(options.clock ?? systemClock, options.shared ?? false)
}

/** A driver that can tell how much it holds. */
export interface MemoryDriver extends Driver {
  /** How many values are held; expired ones count until they are swept. */
  readonly size: number
}

interface Stored {
  readonly value: Uint8Array
  /** Monotonic ms; `Infinity` is never. */
  readonly deadline: number
}

/** Below this many values nothing is swept: expired ones go when they are asked for. */
const SWEEP_FLOOR = 1024

class MapDriver implements MemoryDriver {
  readonly name = 'memory'
  readonly shared: boolean
  readonly #clock: Clock
  readonly #stored = new Map<string, Stored>()
  #sweepAt = SWEEP_FLOOR
  #closed = false

  constructor(clock: Clock, shared: boolean) {
    this.#clock = clock
    this.shared = shared
  }

  get size(): number {
    return this.#stored.size
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen()
    return keys.map((key) => this.#copy(key))
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    for (const entry of entries) this.#store(entry)
    return guard === undefined ? undefined : this.#copy(guard)
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    this.#assertOpen()
    const previous = entries.map((entry) => this.#exchange(entry, onlyNewer))
    return { previous, guard: guard === undefined ? undefined : this.#copy(guard) }
  }

  exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.exchangeMany(entries, true, guard)
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    this.#assertOpen()
    const there = this.#copy(key)
    if (there !== undefined) return there
    this.#store({ key, value, ttl: Number.POSITIVE_INFINITY })
    return new Uint8Array(value)
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    this.#assertOpen()
    if (onlyNewer && entries.some((entry) => this.#isRefused(entry))) return false
    for (const entry of entries) this.#store(entry)
    return true
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    this.#assertOpen()
    return keys.filter((key) => this.#live(key) !== undefined && this.#stored.delete(key)).length
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    this.#assertOpen()
    if (signal?.aborted) return 0
    return this.deleteMany([...this.#stored.keys()].filter((key) => key.startsWith(prefix)))
  }

  /** All of them in one step. */
  async scan(prefix: string): Promise<ScanStep> {
    this.#assertOpen()
    return { keys: [...this.#stored.keys()].filter((key) => key.startsWith(prefix)), cursor: undefined }
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    this.#assertOpen()
    return replacements.map(({ key, head, value }) => {
      const there = this.#live(key)
      if (there === undefined || !beginsWith(there, head)) return false
      const { deadline } = this.#stored.get(key) as Stored
      this.#stored.set(key, { value: new Uint8Array(value), deadline })
      return true
    })
  }

  async lock(entry: DriverEntry): Promise<boolean> {
    this.#assertOpen()
    const there = this.#live(entry.key)
    if (there !== undefined && !isSame(there, entry.value)) return false
    this.#store(entry)
    return true
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    this.#assertOpen()
    const there = this.#live(key)
    return there !== undefined && isSame(there, token) && this.#stored.delete(key)
  }

  async now(): Promise<number> {
    this.#assertOpen()
    return this.#clock.wall()
  }

  async connect(): Promise<void> {
    this.#assertOpen()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stored.clear()
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError(this.name)
  }

  #live(key: string): Uint8Array | undefined {
    const stored = this.#stored.get(key)
    if (stored === undefined) return undefined
    if (stored.deadline > this.#clock.now()) return stored.value
    this.#stored.delete(key)
    return undefined
  }

  #copy(key: string): Uint8Array | undefined {
    const value = this.#live(key)
    return value && new Uint8Array(value)
  }

  #exchange(entry: DriverEntry, onlyNewer: boolean): Previous {
    if (onlyNewer && this.#isRefused(entry)) return 'newer'
    const there = this.#live(entry.key)
    this.#store(entry)
    return previousOf(there)
  }

  /** Whether something as new is there, or the time is over in which it may be stored. */
  #isRefused(entry: DriverEntry): boolean {
    const there = this.#live(entry.key)
    return (there !== undefined && !isOlder(there, entry.value)) || this.#clock.wall() > (entry.before ?? Infinity)
  }

  #store({ key, value, ttl }: DriverEntry): void {
    this.#stored.set(key, { value: new Uint8Array(value), deadline: this.#clock.now() + ttl })
    if (this.#stored.size >= this.#sweepAt) this.#sweep()
  }

  /** Drops what has expired each time the map has doubled: O(1) per write. */
  #sweep(): void {
    const now = this.#clock.now()
    for (const [key, { deadline }] of this.#stored) if (deadline <= now) this.#stored.delete(key)
    this.#sweepAt = Math.max(SWEEP_FLOOR, this.#stored.size * 2)
  }
}
