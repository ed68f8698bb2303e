import type { Duration } from '../../config/units.ts'
import type {
  EntryInfo,
  Factory,
  GetOrSetManyOptions,
  GetOrSetOptions,
  GetOrSetRequest,
  ManyFactory,
  SetOptions,
  WarmData,
  WarmOptions,
  WarmProgress,
} from '../types.ts'
import { warm } from '../warm.ts'
import { assertFactory, assertFunction, assertKeys, isRequest } from './arguments.ts'
import type { Region } from './region.ts'
import { ManyResult } from './region-many.ts'
import type { Scope } from './scope.ts'
import type { Transaction } from './transaction.ts'

/** What a namespace is made of. */
export interface NamespaceParts {
  readonly scope: Scope
  /** The entries of the namespace, under their stored keys. */
  readonly region: Region
  /** Throws for a key that cannot be one. */
  readonly checkKey: (key: string) => void
  readonly clear: () => Promise<void>
  readonly namespace: (name: string) => Namespace
}

/** A transaction in a namespace. */
export type NamespaceTransaction<V> = Pick<Transaction<V>, 'get' | 'has' | 'set' | 'delete'>

/**
 * A part of a region with keys and tags of its own, as for one tenant of many. Its entries share
 * the region's options and budget, and go with it when the region is cleared; nothing else
 * reaches from one namespace into another, or from the region into one. Namespaces cost nothing
 * until they hold an entry, so there may be any number.
 *
 * @example
 * const tenant = cache.region('sessions').namespace('tenant-1')
 * await tenant.set('u1', session)
 * await tenant.clear()
 */
export class Namespace<V = unknown> {
  readonly #parts: NamespaceParts
  readonly #region: Region<V>

  /** @internal */
  constructor(parts: NamespaceParts) {
    this.#parts = parts
    this.#region = parts.region as Region<V>
  }

  /** See `Region.get`. */
  async get(key: string): Promise<V | undefined> {
    return this.#region.get(this.#stored(key))
  }

  /** See `Region.set`. */
  async set(key: string, value: V, options?: SetOptions): Promise<boolean> {
    return this.#region.set(this.#stored(key), value, tagged(options))
  }

  /** See `Region.has`. */
  async has(key: string): Promise<boolean> {
    return this.#region.has(this.#stored(key))
  }

  /** See `Region.delete`. */
  async delete(key: string): Promise<boolean> {
    return this.#region.delete(this.#stored(key))
  }

  /**
   * Removes every entry of this namespace and of those inside of it, at once, whatever their
   * number, in all processes. A value that is being made meanwhile is handed out and not stored.
   */
  clear(): Promise<void> {
    return this.#parts.clear()
  }

  /** See `Region.deleteByTag`. Only entries that were stored by this namespace have its tags. */
  deleteByTag(tags: string | Iterable<string>): Promise<void> {
    return this.#region.deleteByTag(tags)
  }

  /** See `Region.expireByTag`. Only entries that were stored by this namespace have its tags. */
  expireByTag(tags: string | Iterable<string>): Promise<void> {
    return this.#region.expireByTag(tags)
  }

  /** See `Region.getMany`. */
  async getMany(keys: Iterable<string>): Promise<Map<string, V>> {
    const found = await this.#region.getMany(this.#storedAll(keys))
    const { length } = this.#parts.scope.prefix
    return new Map(Array.from(found, ([key, value]) => [key.slice(length), value]))
  }

  /** See `Region.setMany`. */
  async setMany(
    pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
    options?: SetOptions,
  ): Promise<number> {
    const inside = typeof pairs === 'object' && pairs !== null ? this.#storedPairs(pairs) : pairs
    return this.#region.setMany(inside, tagged(options))
  }

  /** See `Region.deleteMany`. */
  async deleteMany(keys: Iterable<string>): Promise<number> {
    return this.#region.deleteMany(this.#storedAll(keys))
  }

  /** See `Region.getOrSet`. */
  getOrSet(key: string, factory: Factory<V, V>, options?: GetOrSetOptions): Promise<V>
  getOrSet(key: string, factory: Factory<V | undefined, V>, options?: GetOrSetOptions): Promise<V | undefined>
  getOrSet(request: GetOrSetRequest<V, V>): Promise<V>
  getOrSet(request: GetOrSetRequest<V | undefined, V>): Promise<V | undefined>
  async getOrSet(
    key: string | GetOrSetRequest<V | undefined, V>,
    factory?: Factory<V | undefined, V>,
    options?: GetOrSetOptions,
  ): Promise<V | undefined> {
    if (factory === undefined && isRequest<V | undefined, V>(key)) {
      const { key: own, factory: ownFactory, ...rest } = key
      return this.getOrSet(own, ownFactory, rest)
    }
    assertFactory(factory)
    return this.#region.getOrSet(this.#stored(key as string), factory as Factory<V | undefined, V>, tagged(options))
  }

  /** See `Region.getOrSetMany`. The factory is told of keys as they are called in this namespace. */
  async getOrSetMany(
    keys: Iterable<string>,
    factory: ManyFactory<V>,
    options?: GetOrSetManyOptions,
  ): Promise<ManyResult<V>> {
    const { length } = this.#parts.scope.prefix
    const made = await this.#region.getOrSetMany(this.#storedAll(keys), factory, tagged(options))
    const own = <T>(found: ReadonlyMap<string, T>) =>
      Array.from(found, ([key, value]) => [key.slice(length), value] as const)
    return new ManyResult(own(made), new Map(own(made.errors)))
  }

  /** See `Region.getEntry`. */
  async getEntry(key: string): Promise<EntryInfo<V>> {
    const { prefix } = this.#parts.scope
    const entry = await this.#region.getEntry(this.#stored(key))
    const own = entry.tags.filter((tag) => tag.startsWith(prefix) && tag !== prefix)
    return { ...entry, tags: own.map((tag) => tag.slice(prefix.length)) }
  }

  /** See `Region.ttl`. */
  async ttl(key: string): Promise<number | undefined> {
    return this.#region.ttl(this.#stored(key))
  }

  /** See `Region.expire`. */
  async expire(key: string): Promise<boolean> {
    return this.#region.expire(this.#stored(key))
  }

  /** See `Region.touch`. */
  async touch(key: string, ttl: Duration): Promise<boolean> {
    return this.#region.touch(this.#stored(key), ttl)
  }

  /** See `Region.warm`. */
  warm(data: WarmData<V>, options: WarmOptions = {}): Promise<WarmProgress> {
    return warm(data, (batch) => this.setMany(batch, options), options)
  }

  /** See `Region.transaction`. */
  async transaction<T>(work: (transaction: NamespaceTransaction<V>) => Promise<T> | T): Promise<T> {
    assertFunction(work, 'work')
    return this.#region.transaction((transaction) =>
      work({
        get: async (key) => transaction.get(this.#stored(key)),
        has: async (key) => transaction.has(this.#stored(key)),
        set: async (key, value, options) => transaction.set(this.#stored(key), value, tagged(options)),
        delete: async (key) => transaction.delete(this.#stored(key)),
      }),
    )
  }

  /** A namespace inside of this one: cleared with it, and by itself. */
  namespace(name: string): Namespace<V> {
    return this.#parts.namespace(name) as Namespace<V>
  }

  #stored(key: string): string {
    this.#parts.checkKey(key)
    return this.#parts.scope.prefix + key
  }

  #storedAll(keys: Iterable<string>): string[] {
    assertKeys(keys)
    return Array.from(keys, (key) => this.#stored(key))
  }

  *#storedPairs(pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>): Generator<readonly [string, V]> {
    for (const [key, value] of Symbol.iterator in pairs ? pairs : Object.entries(pairs)) {
      yield [this.#stored(key), value]
    }
  }
}

/** Every entry of a namespace has tags: those of the namespace, whatever else the caller says. */
function tagged<Options extends SetOptions>(
  options: Options | undefined,
): Options | { readonly tags: readonly string[] } {
  if (options === undefined) return { tags: [] }
  return typeof options === 'object' && options !== null ? { ...options, tags: options.tags ?? [] } : options
}
