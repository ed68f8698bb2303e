import { CacheManager } from './manager.ts'
import type { RegionName, SetOptions } from './types.ts'

/** Registered, so that the ESM and the CommonJS build of this package share one manager. */
const KEY = Symbol.for('omnicache.manager')

interface WithManager {
  [KEY]?: CacheManager | undefined
}

/**
 * The cache of this process, configured from the environment at the first call. Without
 * `REDIS_URL` it is memory alone. After it was closed, the next call makes a new one.
 *
 * @throws CacheError `INVALID_ENVIRONMENT`
 */
export function getCacheManager(): CacheManager {
  const holder = globalThis as WithManager
  const manager = holder[KEY]
  if (manager !== undefined && !manager.closed) return manager
  const made = CacheManager.fromEnv()
  holder[KEY] = made
  return made
}

/** `get` of the process's own cache. */
export function cacheGet<V = unknown>(region: RegionName, key: string): Promise<V | undefined> {
  return getCacheManager().get<V>(region, key)
}

/** `set` of the process's own cache. */
export function cacheSet(region: RegionName, key: string, value: unknown, options?: SetOptions): Promise<boolean> {
  return getCacheManager().set(region, key, value, options)
}

/** `delete` of the process's own cache. */
export function cacheDelete(region: RegionName, key: string): Promise<boolean> {
  return getCacheManager().delete(region, key)
}
