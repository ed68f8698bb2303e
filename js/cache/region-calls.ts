import type { RegionNameIn, TypedName } from '../config/presets.ts'
import type { Duration } from '../config/units.ts'
import type { Region } from './region/region.ts'
import type { ManyResult } from './region/region-many.ts'
import type { RekeyOptions, RekeyProgress } from './region/rekey.ts'
import type { RegionTrainOptions } from './region/sampled-dictionary.ts'
import type { Transaction } from './region/transaction.ts'
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
} from './types.ts'

/** The names of the regions whose values have no known type. */
type UntypedName<Values> = Exclude<RegionNameIn<Values>, TypedName<Values>>

/** Any number of pairs. */
type Pairs<V> = Iterable<readonly [string, V]> | Readonly<Record<string, V>>

/**
 * The operations of every region, called by the region's name. Where the types of a region's
 * values are known, by its schema or because the manager was told, they hold here too; for
 * other regions, and where a call says so itself, a type is what the caller says it is.
 *
 * @typeParam Values - The type of each region's values, by the region's name.
 */
export abstract class RegionCalls<Values extends object = Record<string, unknown>> {
  /** Every region's name. */
  abstract readonly regions: readonly RegionNameIn<Values>[]

  /** A region, bound and typed. Throws where there is none of that name. */
  abstract region<Name extends TypedName<Values>>(name: Name): Region<Values[Name]>
  abstract region<V = unknown>(name: RegionNameIn<Values>): Region<V>

  /** The value under `key` of `region`, or `undefined`. */
  get<Name extends TypedName<Values>>(region: Name, key: string): Promise<Values[Name] | undefined>
  get<V = unknown>(region: RegionNameIn<Values>, key: string): Promise<V | undefined>
  get(region: RegionNameIn<Values>, key: string): Promise<unknown> {
    try {
      return this.region(region).get(key)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.set`. */
  set<Name extends TypedName<Values>>(
    region: Name,
    key: string,
    value: Values[Name],
    options?: SetOptions,
  ): Promise<boolean>
  set(region: UntypedName<Values>, key: string, value: unknown, options?: SetOptions): Promise<boolean>
  set(region: RegionNameIn<Values>, key: string, value: unknown, options?: SetOptions): Promise<boolean> {
    try {
      return this.region(region).set(key, value, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.has`. */
  async has(region: RegionNameIn<Values>, key: string): Promise<boolean> {
    return this.region(region).has(key)
  }

  /** See `Region.delete`. */
  async delete(region: RegionNameIn<Values>, key: string): Promise<boolean> {
    return this.region(region).delete(key)
  }

  /** Empties a region, or all of them; answers how many entries memory held. */
  async clear(region?: RegionNameIn<Values>): Promise<number> {
    if (region !== undefined) return this.region(region).clear()
    const removed = await Promise.all(this.regions.map((name) => this.region(name).clear()))
    return removed.reduce((sum, count) => sum + count, 0)
  }

  /** See `Region.deleteByTag`. */
  async deleteByTag(region: RegionNameIn<Values>, tags: string | Iterable<string>): Promise<void> {
    return this.region(region).deleteByTag(tags)
  }

  /** See `Region.expireByTag`. */
  async expireByTag(region: RegionNameIn<Values>, tags: string | Iterable<string>): Promise<void> {
    return this.region(region).expireByTag(tags)
  }

  /** See `Region.getMany`. */
  getMany<Name extends TypedName<Values>>(region: Name, keys: Iterable<string>): Promise<Map<string, Values[Name]>>
  getMany<V = unknown>(region: RegionNameIn<Values>, keys: Iterable<string>): Promise<Map<string, V>>
  async getMany(region: RegionNameIn<Values>, keys: Iterable<string>): Promise<Map<string, unknown>> {
    return this.region(region).getMany(keys)
  }

  /** See `Region.setMany`. */
  setMany<Name extends TypedName<Values>>(
    region: Name,
    pairs: Pairs<Values[Name]>,
    options?: SetOptions,
  ): Promise<number>
  setMany<V = unknown>(region: UntypedName<Values>, pairs: Pairs<V>, options?: SetOptions): Promise<number>
  async setMany(region: RegionNameIn<Values>, pairs: Pairs<unknown>, options?: SetOptions): Promise<number> {
    return this.region(region).setMany(pairs, options)
  }

  /** See `Region.deleteMany`. */
  async deleteMany(region: RegionNameIn<Values>, keys: Iterable<string>): Promise<number> {
    return this.region(region).deleteMany(keys)
  }

  /** See `Region.getOrSet`. */
  getOrSet<Name extends TypedName<Values>>(
    region: Name,
    key: string,
    factory: Factory<Values[Name], Values[Name]>,
    options?: GetOrSetOptions,
  ): Promise<Values[Name]>
  getOrSet<Name extends TypedName<Values>>(
    region: Name,
    request: GetOrSetRequest<Values[Name], Values[Name]>,
  ): Promise<Values[Name]>
  getOrSet<V>(region: UntypedName<Values>, key: string, factory: Factory<V>, options?: GetOrSetOptions): Promise<V>
  getOrSet<V>(region: UntypedName<Values>, request: GetOrSetRequest<V>): Promise<V>
  getOrSet(
    region: RegionNameIn<Values>,
    key: string | GetOrSetRequest<unknown>,
    factory?: Factory<unknown>,
    options?: GetOrSetOptions,
  ): Promise<unknown> {
    try {
      return this.region(region).getOrSet(key as string, factory as Factory<unknown>, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.getOrSetMany`. */
  async getOrSetMany<V>(
    region: RegionNameIn<Values>,
    keys: Iterable<string>,
    factory: ManyFactory<V>,
    options?: GetOrSetManyOptions,
  ): Promise<ManyResult<V>> {
    return this.region<V>(region).getOrSetMany(keys, factory, options)
  }

  /** See `Region.getEntry`. */
  async getEntry<V = unknown>(region: RegionNameIn<Values>, key: string): Promise<EntryInfo<V>> {
    return this.region<V>(region).getEntry(key)
  }

  /** See `Region.ttl`. */
  async ttl(region: RegionNameIn<Values>, key: string): Promise<number | undefined> {
    return this.region(region).ttl(key)
  }

  /** See `Region.expire`. */
  async expire(region: RegionNameIn<Values>, key: string): Promise<boolean> {
    return this.region(region).expire(key)
  }

  /** See `Region.touch`. */
  async touch(region: RegionNameIn<Values>, key: string, ttl: Duration): Promise<boolean> {
    return this.region(region).touch(key, ttl)
  }

  /** See `Region.warm`. */
  warm<Name extends TypedName<Values>>(
    region: Name,
    data: WarmData<Values[Name]>,
    options?: WarmOptions,
  ): Promise<WarmProgress>
  warm<V>(region: UntypedName<Values>, data: WarmData<V>, options?: WarmOptions): Promise<WarmProgress>
  async warm(region: RegionNameIn<Values>, data: WarmData<unknown>, options?: WarmOptions): Promise<WarmProgress> {
    return this.region(region).warm(data, options)
  }

  /** See `Region.rekey`. */
  async rekey(region: RegionNameIn<Values>, options?: RekeyOptions): Promise<RekeyProgress> {
    return this.region(region).rekey(options)
  }

  /** See `Region.trainDictionary`. */
  async trainDictionary(region: RegionNameIn<Values>, options?: RegionTrainOptions): Promise<Uint8Array> {
    return this.region(region).trainDictionary(options)
  }

  /** See `Region.transaction`. */
  transaction<T, Name extends TypedName<Values>>(
    region: Name,
    work: (transaction: Transaction<Values[Name]>) => Promise<T> | T,
  ): Promise<T>
  transaction<T, V = unknown>(
    region: UntypedName<Values>,
    work: (transaction: Transaction<V>) => Promise<T> | T,
  ): Promise<T>
  async transaction<T>(
    region: RegionNameIn<Values>,
    work: (transaction: Transaction<unknown>) => Promise<T> | T,
  ): Promise<T> {
    return this.region(region).transaction(work)
  }
}
