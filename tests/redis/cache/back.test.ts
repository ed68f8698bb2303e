import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { makeCache, untilState } from './helpers.ts'

/** By itself the circuit would look again after half of this at the earliest: the test would be over. */
const NEVER = { firstDelay: '10m', maxDelay: '10m' } as const

const WAYS: Readonly<Record<string, (url: string) => ManagerOptions>> = {
  'a URL': (redis) => ({ redis }),
  'a URL, without a bus': (redis) => ({ redis, bus: false }),
  'ioredis, without a bus': (url) => ({ l2: redisDriver(url, { client: 'ioredis' }), bus: false }),
  'node-redis, without a bus': (url) => ({ l2: redisDriver(url, { client: 'redis' }), bus: false }),
}

describe.skipIf(!hasRedis).each(Object.entries(WAYS))('a Redis that is back, through %s', (_, way) => {
  let server: RedisServer
  beforeEach(async () => {
    server = await startRedis({ persistent: true })
  })
  afterEach(() => server.stop())

  it('is used at once, however long the circuit would have waited', async () => {
    const cache = makeCache({ ...way(server.url), circuit: NEVER })
    expect(await cache.ready()).toBe(true)
    await cache.set('live', 'k', 'before')
    await server.kill()
    await cache.set('live', 'k', 'meanwhile')
    await untilState(cache, 'open')
    expect(await cache.get('live', 'k')).toBe('meanwhile')
    await cache.delete('packed', 'k')
    await server.restart()
    await untilState(cache, 'closed')
    const other = makeCache({ redis: server.url })
    expect(await other.get('live', 'k')).toBe('meanwhile')
  })
})
