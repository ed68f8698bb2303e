// Checked by the compiler alone, with `exactOptionalPropertyTypes`: `npm run types`. Nothing here runs.
import { expectTypeOf } from 'vitest'
import { type CacheError, CacheManager, cached, type Duration, MemoryCache } from '../../js/index.ts'
import { redisDriver } from '../../js/tiers/redis/index.ts'

/** What a program has not made up its mind on is left out: `undefined` says so everywhere. */
export async function undecided(
  ttl: Duration | undefined,
  max: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cache = new CacheManager({
    redis: process.env.REDIS_URL,
    maxBytes: max,
    regions: { users: { ttl, maxBytes: max, l1: { ttl }, l2: { timeout: ttl } } },
    circuit: { firstDelay: ttl },
    alerts: { fill: { raise: max } },
  })
  const users = cache.region<string>('users')
  await users.set('u1', 'Ada', { ttl, grace: ttl, tags: undefined, l2: { ttl } })
  await users.getOrSet('u1', () => 'Ada', { ttl, signal })
  await users.getOrSetMany(['u1'], () => ({}), { chunk: max, signal })
  await users.warm({ u1: 'Ada' }, { ttl, onProgress: undefined })
  cache.configure('users', { ttl })
  cached(async () => 1, { cache, region: 'users', ttl, key: undefined })
  new MemoryCache<number>({ max: 10, maxBytes: max, ttl, onEvict: undefined }).set('one', 1, { ttl, size: max })
  redisDriver('redis://localhost:6379', { database: max, connectTimeout: max })
}

/** Why L2 is away can be asked whether there is one or not, and is told as an error of the cache. */
export function whyAway(cache: CacheManager): void {
  cache.on('circuit', ({ cause }) => expectTypeOf(cause).toEqualTypeOf<CacheError | undefined>())
  expectTypeOf(cache.status().l2.lastError).toEqualTypeOf<CacheError | undefined>()
  expectTypeOf(cache.status().l2.tier).toEqualTypeOf<string | undefined>()
}
