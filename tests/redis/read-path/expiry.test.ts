import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import type { RegionOptions } from '../../../js/config/types.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { makeCache } from '../cache/helpers.ts'

const MINUTE = 60_000

/** What a busy machine may take between a write and the look at it, in ms. */
const LATE = 10_000

/** Redis' own expiry is the end of an entry's grace: nothing of a cache that is gone stays behind. */
describe.skipIf(!hasRedis)('what Redis is told of the life of an entry', () => {
  let server: RedisServer
  let admin: Redis
  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  /** A cache that has a connection, and waits for this busy machine's answers. */
  async function cacheOf(options: RegionOptions = {}): Promise<CacheManager> {
    const cache = makeCache({ redis: server.url, regions: { live: { ...options, l2: { timeout: '10s' } } } })
    await cache.ready()
    return cache
  }

  /** How long Redis itself keeps the entry of `key`, in ms; -1 is for ever. */
  async function kept(key: string): Promise<number> {
    const [stored, ...others] = await admin.keys(`*:${key}`)
    if (stored === undefined || others.length > 0) throw new Error(`there is not one entry of ${key}`)
    return admin.pttl(stored)
  }

  async function expectKept(key: string, ms: number): Promise<void> {
    const left = await kept(key)
    expect(left).toBeLessThanOrEqual(ms)
    expect(left).toBeGreaterThan(ms - LATE)
  }

  it('is its TTL, and grace or swr beyond it, whichever is longer', async () => {
    const cache = await cacheOf({ ttl: '10m' })
    await cache.set('live', 'plain', 1)
    await expectKept('plain', 10 * MINUTE)
    await cache.getOrSet('live', 'graceful', () => 1, { grace: '1h', swr: '30m' })
    await expectKept('graceful', 70 * MINUTE)
    await cache.getOrSet('live', 'swr', () => 1, { grace: '1h', swr: '2h' })
    await expectKept('swr', 130 * MINUTE)
    await cache.getOrSet('live', 'short', () => 1, { l2: { ttl: '5m' } })
    await expectKept('short', 5 * MINUTE)
    await cache.getOrSet('live', 'nothing', () => undefined, { negativeTtl: '2m' })
    await expectKept('nothing', 2 * MINUTE)
  })

  it('is for ever, months or 100 years where that was asked for', async () => {
    const cache = await cacheOf()
    await cache.set('live', 'ever', 1, { ttl: Number.POSITIVE_INFINITY })
    expect(await kept('ever')).toBe(-1)
    await cache.set('live', 'months', 1, { ttl: '60d' })
    await expectKept('months', 60 * 1_440 * MINUTE)
    await cache.set('live', 'century', 1, { ttl: '36500d' })
    await expectKept('century', 36_500 * 1_440 * MINUTE)
  })

  it('changes with touch, and stays until grace is over with expire', async () => {
    const cache = await cacheOf({ ttl: '10m', grace: '1h' })
    const region = cache.region<number>('live')
    await region.set('touched', 1)
    await region.touch('touched', '20m')
    await expectKept('touched', 80 * MINUTE)
    await region.set('expired', 1)
    await region.expire('expired')
    await expectKept('expired', 70 * MINUTE)
  })
})
