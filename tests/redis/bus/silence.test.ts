import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RedisSource } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { FaultyRedis } from '../../helpers/faulty-redis.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { makeCache } from '../cache/helpers.ts'

describe.skipIf(!hasRedis)('a connection of the bus on which nothing passes any more', () => {
  let server: RedisServer
  let faulty: FaultyRedis
  const ends: (() => unknown)[] = []

  beforeAll(async () => {
    server = await startRedis()
    faulty = await FaultyRedis.start(server.port)
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })
  afterAll(async () => {
    await faulty.stop()
    await server.stop()
  })

  const sources: Readonly<Record<string, () => RedisSource>> = {
    'a URL': () => faulty.url,
    'an ioredis client': () => {
      const client = new Redis(faulty.url)
      ends.push(() => client.disconnect())
      return client
    },
    'a node-redis client': () => {
      const client = createClient({ url: faulty.url })
      ends.push(() => client.isOpen && client.destroy())
      return client as unknown as RedisSource
    },
  }
  const names = Object.keys(sources)

  async function up(options: Parameters<typeof makeCache>[0]) {
    const cache = makeCache(options)
    await cache.ready()
    await until(() => cache.status().bus.state === 'up')
    return cache
  }

  describe.each(['pubsub', 'tracking'] as const)('%s', (bus) => {
    it.each(names)('is noticed by who uses its memory, and made anew: %s', { timeout: 40_000 }, async (name) => {
      const reader = await up({ redis: (sources[name] as () => RedisSource)(), bus })
      const writer = makeCache({ redis: server.url, bus })
      await writer.set('live', 'k', 'old')
      // What tells of it must have come, or it takes away what is read now.
      await delay(500)
      expect(await reader.get('live', 'k')).toBe('old')
      const states: string[] = []
      reader.on('bus', ({ state }) => states.push(state))
      faulty.deafen()
      await writer.set('live', 'k', 'new')
      const start = performance.now()
      await until(async () => {
        await delay(100)
        return (await reader.get('live', 'k')) === 'new'
      }, 30_000)
      // 10 s of silence, 2 s for an answer, and what a busy machine adds; without a bus it is 30 s.
      expect(performance.now() - start).toBeLessThan(20_000)
      await until(() => states.at(-1) === 'up')
      await writer.set('live', 'k', 'newest')
      await until(async () => (await reader.get('live', 'k')) === 'newest')
    })
  })
})
