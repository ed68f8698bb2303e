import type { Clock } from '../clock.ts'
import type { RemovalReason, Removed, Store, StoreLimits, StoreOptions } from './store.ts'

/** What a cache does with the age of its entries beyond letting them expire. */
export interface AgingOptions<V> extends StoreOptions<V> {
  /** How long entries live that are not told of by `setAged`. */
  readonly ttl: number
  readonly updateAgeOnGet: boolean
  readonly updateAgeOnHas: boolean
  readonly allowStale: boolean
  readonly noDeleteOnStaleGet: boolean
}

/** A time that never passes: for a store that is to keep what has expired. */
const NEVER = 0

/**
 * A store around another one, for caches whose entries grow young again when they are used,
 * or stay when their time is over. Other caches do without it, and pay nothing for it.
 *
 * Where stale entries stay, time stands still for the store within, so that it keeps them:
 * what is fresh is decided here.
 */
export class AgingStore<V> implements Store<V> {
  readonly #clock: Clock
  readonly #store: Store<V>
  readonly #onRemove: Removed<V> | undefined
  readonly #ttl: number
  readonly #renewsOnGet: boolean
  readonly #renewsOnHas: boolean
  readonly #keepsStale: boolean
  readonly #keepsStaleOnGet: boolean
  /** The TTLs that are not the cache's own, where entries are renewed. */
  readonly #ttls = new Map<string, number>()

  constructor(options: AgingOptions<V>, make: (options: StoreOptions<V>) => Store<V>) {
    const { clock, onRemove } = options
    this.#clock = clock
    this.#onRemove = onRemove
    this.#ttl = options.ttl
    this.#renewsOnGet = options.updateAgeOnGet
    this.#renewsOnHas = options.updateAgeOnHas
    this.#keepsStale = options.allowStale
    this.#keepsStaleOnGet = options.noDeleteOnStaleGet
    const inner = { ...options, clock: this.#keepsStale ? standing(clock) : clock }
    this.#store = make(this.#renews ? { ...inner, onRemove: this.#left } : inner)
  }

  get size(): number {
    return this.#store.size
  }

  get bytes(): number {
    return this.#store.bytes
  }

  get limits(): StoreLimits {
    return this.#store.limits
  }

  /** Nothing goes by itself where stale entries stay. */
  get nextExpiry(): number {
    return this.#keepsStale ? Infinity : this.#store.nextExpiry
  }

  /** The TTL with which an entry is renewed when it is used; `undefined` where none is. */
  ttl(key: string): number | undefined {
    return this.#renews ? this.#ttlOf(key) : undefined
  }

  /** As `set`, of an entry that is renewed by `ttl`. */
  setAged(key: string, value: V, weight: number, deadline: number, ttl: number): boolean {
    if (!this.#renews) return this.set(key, value, weight, deadline)
    const before = this.#ttls.get(key)
    this.#remember(key, ttl)
    try {
      return this.set(key, value, weight, deadline)
    } catch (error) {
      // A listener may have thrown, when the entry was there. Else the one before keeps its TTL.
      if (this.#store.deadline(key) !== deadline) this.#remember(key, before ?? this.#ttl)
      throw error
    }
  }

  get(key: string): V | undefined {
    const now = this.#clock.now()
    const value = this.#store.getFresh(key, now, this.#renewsOnGet ? now + this.#ttlOf(key) : undefined)
    return value === undefined && this.#keepsStale ? this.#getStale(key) : value
  }

  getFresh(key: string, now: number, until: number | undefined): V | undefined {
    return this.#store.getFresh(key, now, until)
  }

  /** Answers what is stale too, where it stays. */
  peek(key: string): V | undefined {
    return this.#store.peek(key)
  }

  /** Whether there is a fresh value. */
  has(key: string): boolean {
    if (!this.#store.has(key) || (this.#keepsStale && this.#isStale(key))) return false
    if (this.#renewsOnHas) this.#renew(key)
    return true
  }

  /** It may have passed, where stale entries stay. */
  deadline(key: string): number | undefined {
    return this.#store.deadline(key)
  }

  setDeadline(key: string, deadline: number): boolean {
    return this.#store.setDeadline(key, deadline)
  }

  weight(key: string): number | undefined {
    return this.#store.weight(key)
  }

  set(key: string, value: V, weight: number, deadline: number): boolean {
    const stored = this.#store.set(key, value, weight, deadline)
    if (!stored) this.#ttls.delete(key)
    return stored
  }

  delete(key: string, reason?: RemovalReason): boolean {
    return this.#store.delete(key, reason)
  }

  clear(): number {
    return this.#store.clear()
  }

  expire(): number {
    if (!this.#keepsStale) return this.#store.expire()
    const stale = Array.from(this.#store.entriesByUse(), ([key]) => key).filter((key) => this.#isStale(key))
    for (const key of stale) this.#store.delete(key, 'expire')
    return stale.length
  }

  purge(): number {
    return this.#keepsStale ? this.expire() : this.#store.purge()
  }

  evictOne(): boolean {
    return this.#store.evictOne()
  }

  setLimits(limits: StoreLimits): void {
    this.#store.setLimits(limits)
  }

  setPolicy(policy: number, favorBytes?: boolean): void {
    this.#store.setPolicy(policy, favorBytes)
  }

  entries(): IterableIterator<[string, V]> {
    return this.#store.entries()
  }

  entriesByUse(): Iterable<[string, V]> {
    return this.#store.entriesByUse()
  }

  dispose(): void {
    this.#store.dispose()
  }

  get #renews(): boolean {
    return this.#renewsOnGet || this.#renewsOnHas
  }

  #isStale(key: string): boolean {
    return (this.#store.deadline(key) ?? Infinity) <= this.#clock.now()
  }

  /** It is no use of an entry that its stale value is handed out: it is not to stay for longer. */
  #getStale(key: string): V | undefined {
    const value = this.#store.peek(key)
    if (value !== undefined && !this.#keepsStaleOnGet) this.#store.delete(key, 'expire')
    return value
  }

  /** The entry is there and fresh. */
  #renew(key: string): void {
    const ttl = this.#ttlOf(key)
    if (ttl !== Infinity) this.#store.setDeadline(key, this.#clock.now() + ttl)
  }

  #ttlOf(key: string): number {
    return this.#ttls.size === 0 ? this.#ttl : (this.#ttls.get(key) ?? this.#ttl)
  }

  #remember(key: string, ttl: number): void {
    if (ttl !== this.#ttl) this.#ttls.set(key, ttl)
    else if (this.#ttls.size > 0) this.#ttls.delete(key)
  }

  readonly #left = (key: string, value: V, reason: RemovalReason): void => {
    if (reason !== 'set') this.#ttls.delete(key)
    this.#onRemove?.(key, value, reason)
  }
}

/** The same clock, but that time stands still. */
function standing(clock: Clock): Clock {
  return {
    now: () => NEVER,
    exact: () => clock.exact(),
    wall: () => clock.wall(),
    after: (ms, callback) => clock.after(ms, callback),
  }
}
