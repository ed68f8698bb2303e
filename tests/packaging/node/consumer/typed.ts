/** What a consumer writes, compiled and never run. What must not compile is marked as such. */

import { CacheError, CacheManager, CacheType, cached, getCacheManager, MemoryCache, type Region } from 'omnicache'
import { MemoryCache as Alone } from 'omnicache/memory'
import { type RedisTierOptions, redisDriver } from 'omnicache/redis'
import { sqliteDriver } from 'omnicache/sqlite'
import { ChaosDriver, FakeClock, memoryDriver } from 'omnicache/testing'
import { upstashDriver } from 'omnicache/upstash'

/** Whether two types are one: `true` is assignable to it, or nothing is. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never

interface Session {
  readonly user: string
}

const memory = new MemoryCache<string>({ max: 10, ttl: '1m' })
const alone: MemoryCache<string> | Alone<string> = new Alone<string>({ maxBytes: '1MB' })
export const text: string | undefined = alone.get('key') ?? memory.get('key')

const cache = new CacheManager({ regions: { sessions: { ttl: '30m', policy: 'lru' } } })
export const stored: Promise<boolean> = cache.set(CacheType.METRICS, 'key', 1)
const sessions: Region<Session> = cache.region<Session>('sessions')

export async function use(): Promise<void> {
  const found = await sessions.get('u1')
  const isOptional: Same<typeof found, Session | undefined> = true
  const made = await sessions.getOrSet('u1', async ({ signal }) => ({ user: String(signal.aborted) }))
  const isMade: Same<typeof made, Session> = true
  const length = cached(async (word: string) => word.length, { cache, region: 'sessions' })
  const count = await length('word')
  const isNumber: Same<typeof count, number> = true
  const all = [isOptional, isMade, isNumber]
  if (all.includes(false as never)) throw new CacheError('INVALID_OPTION', 'never')
  await using own = new CacheManager({ clock: new FakeClock(), l2: new ChaosDriver(memoryDriver()) })
  await own.set('metrics', 'key', 1)
}

const typed = new CacheManager<{ sessions: Session }>({ regions: { sessions: { ttl: '1h' } } })
export const session: Promise<Session | undefined> = typed.get('sessions', 'u1')
// @ts-expect-error A region that there is not.
export const misspelt = typed.get('sesions', 'u1')
// @ts-expect-error No such policy.
export const wrong = new CacheManager({ regions: { a: { policy: 'mru' } } })

const options: RedisTierOptions = { connectPatience: 100 }
export const tiers = [
  new CacheManager({ l2: redisDriver('redis://localhost:6379', options) }),
  new CacheManager({ l2: sqliteDriver('./cache.db') }),
  new CacheManager({ l2: upstashDriver({ url: 'https://example.com', token: 'a' }) }),
  getCacheManager(),
]
