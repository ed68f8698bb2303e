import { unknownRegion } from '../../config/resolve.ts'
import { invalidOption, parseDuration } from '../../config/units.ts'
import { getCacheManager } from '../global.ts'
import type { Region } from '../region/region.ts'
import type { FactoryContext, GetOrSetOptions, RegionName } from '../types.ts'
import { argumentKey } from './argument-key.ts'

/** What is asked of a cache here: any `CacheManager` will do, whatever it knows of its regions' values. */
export interface RegionSource {
  /** The names of all regions, where that is known before the first call. */
  readonly regions?: readonly string[] | undefined
  /** The region of that name. Throws `UNKNOWN_REGION` where there is none. */
  region<V = unknown>(name: string): Region<V>
}

/** Options of `cached` and `@Cached`. */
export interface CachedOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown>
  extends Omit<GetOrSetOptions, 'signal' | 'tags'> {
  /** The region that holds the results. */
  readonly region: RegionName
  /** Makes the key from the arguments. Default: `name`, then the arguments in a stable form. */
  readonly key?: ((...args: Args) => string) | undefined
  /**
   * The tags of a result. A function that takes the arguments alone is asked before the run, and a
   * tag that is deleted meanwhile is noticed. One that takes the result too is asked after it: a
   * tag that was deleted during the run is not noticed then. Default: none.
   */
  readonly tags?: readonly string[] | ((args: Args, result: Result) => readonly string[]) | undefined
  /** What default keys begin with. Default: the function's name (a method's, with its class). */
  readonly name?: string | undefined
  /** The cache to use. Default: `getCacheManager()`, taken at the first call. */
  readonly cache?: RegionSource | undefined
}

/** One call of a function whose results are kept: where its result lies, and under which key. */
export interface CachedCall<Result> {
  readonly region: Region<Result>
  readonly key: string
  readonly options: Omit<GetOrSetOptions, 'tags'>
}

/**
 * Where the result for these arguments is kept.
 *
 * @throws CacheError `INVALID_KEY` where no key can be made of them; `UNKNOWN_REGION`.
 */
export function callOf<Args extends readonly unknown[], Result>(
  given: CachedOptions<Args, Result>,
  name: string,
  args: Args,
): CachedCall<Result> {
  const { region, key, name: _name, tags: _tags, cache, ...options } = given
  const text = key === undefined ? `${name}(${argumentKey(args)})` : key(...args)
  return { region: (cache ?? getCacheManager()).region<Result>(region), key: text, options }
}

/** The result for these arguments: the one that is kept, or else the one that `compute` makes. */
export async function runCached<Args extends readonly unknown[], Result>(
  given: CachedOptions<Args, Result>,
  name: string,
  args: Args,
  compute: () => Result | Promise<Result>,
  forceFresh = given.forceFresh ?? false,
): Promise<Result> {
  const { region, key, options } = callOf<Args, Result>(given, name, args)
  const { tags } = given
  if (typeof tags !== 'function') {
    return region.getOrSet(key, compute, { ...options, ...(tags && { tags }), forceFresh })
  }
  if (tags.length < 2) {
    const ofArguments = tags as (args: Args) => readonly string[]
    return region.getOrSet(key, compute, { ...options, tags: ofArguments(args), forceFresh })
  }
  const tagging = async ({ setOptions }: FactoryContext<Result>) => {
    const result = await compute()
    if (result !== undefined) setOptions({ tags: tags(args, result) })
    return result
  }
  return region.getOrSet(key, tagging, { ...options, forceFresh })
}

/** What is wrong is said where the function is made, not at its first call. */
export function checkCachedOptions(options: unknown): void {
  const { region, ttl, cache } = (options ?? {}) as Partial<CachedOptions>
  if (typeof region !== 'string') throw invalidOption('region', region, 'the name of a region')
  if (cache?.regions?.includes(region) === false) throw unknownRegion(region, cache.regions)
  if (ttl !== undefined) parseDuration(ttl, 'ttl')
}
