import type { Region } from './region.ts'
import type { Transaction } from './transaction.ts'
import type { Factory, GetOrSetOptions, RegionName, SetOptions, WarmData, WarmOptions, WarmProgress } from './types.ts'

/** The operations of every region, called by the region's name. */
export abstract class RegionCalls {
  /** Every region's name. */
  abstract readonly regions: readonly string[]

  /** A region, bound and typed. Throws where there is none of that name. */
  abstract region<V = unknown>(name: RegionName): Region<V>

  /** The value under `key` of `region`, or `undefined`. */
  get<V = unknown>(region: RegionName, key: string): Promise<V | undefined> {
    try {
      return this.region<V>(region).get(key)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.set`. */
  set(region: RegionName, key: string, value: unknown, options?: SetOptions): Promise<boolean> {
    try {
      return this.region(region).set(key, value, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.has`. */
  async has(region: RegionName, key: string): Promise<boolean> {
    return this.region(region).has(key)
  }

  /** See `Region.delete`. */
  async delete(region: RegionName, key: string): Promise<boolean> {
    return this.region(region).delete(key)
  }

  /** Empties a region, or all of them; answers how many entries memory held. */
  async clear(region?: RegionName): Promise<number> {
    if (region !== undefined) return this.region(region).clear()
    const removed = await Promise.all(this.regions.map((name) => this.region(name).clear()))
    return removed.reduce((sum, count) => sum + count, 0)
  }

  /** See `Region.deleteByTag`. */
  async deleteByTag(region: RegionName, tags: string | Iterable<string>): Promise<void> {
    return this.region(region).deleteByTag(tags)
  }

  /** See `Region.expireByTag`. */
  async expireByTag(region: RegionName, tags: string | Iterable<string>): Promise<void> {
    return this.region(region).expireByTag(tags)
  }

  /** See `Region.getMany`. */
  async getMany<V = unknown>(region: RegionName, keys: Iterable<string>): Promise<Map<string, V>> {
    return this.region<V>(region).getMany(keys)
  }

  /** See `Region.setMany`. */
  async setMany<V = unknown>(
    region: RegionName,
    pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
    options?: SetOptions,
  ): Promise<number> {
    return this.region<V>(region).setMany(pairs, options)
  }

  /** See `Region.deleteMany`. */
  async deleteMany(region: RegionName, keys: Iterable<string>): Promise<number> {
    return this.region(region).deleteMany(keys)
  }

  /** See `Region.getOrSet`. */
  getOrSet<V>(region: RegionName, key: string, factory: Factory<V>, options?: GetOrSetOptions): Promise<V> {
    try {
      return this.region<V>(region).getOrSet(key, factory, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** See `Region.warm`. */
  async warm<V>(region: RegionName, data: WarmData<V>, options?: WarmOptions): Promise<WarmProgress> {
    return this.region<V>(region).warm(data, options)
  }

  /** See `Region.transaction`. */
  async transaction<T, V = unknown>(
    region: RegionName,
    work: (transaction: Transaction<V>) => Promise<T> | T,
  ): Promise<T> {
    return this.region<V>(region).transaction(work)
  }
}
