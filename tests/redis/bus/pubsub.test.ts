import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import type { RedisSource } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'

describe.skipIf(!hasRedis)('the bus over Redis', () => {
  let server: RedisServer
  let admin: Redis
  const ends: (() => unknown)[] = []
  let namespaces = 0

  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  const sources: Readonly<Record<string, () => RedisSource>> = {
    'a URL': () => server.url,
    'an ioredis client': () => {
      const client = new Redis(server.url)
      ends.push(() => client.disconnect())
      return client
    },
    'an ioredis client with a key prefix': () => {
      const client = new Redis(server.url, { keyPrefix: 'app:' })
      ends.push(() => client.disconnect())
      return client
    },
    'a node-redis client': () => {
      const client = createClient({ url: server.url })
      ends.push(() => client.isOpen && client.destroy())
      return client as unknown as RedisSource
    },
  }

  /** Two caches whose buses are up. */
  async function pair(source: () => RedisSource): Promise<[CacheManager, CacheManager, string]> {
    const namespace = `bus${namespaces++}`
    const make = () => {
      const cache = new CacheManager({ redis: source(), namespace, regions: { r: { ttl: '1h' } } })
      ends.push(() => cache.close())
      return cache
    }
    const caches = [make(), make()] as const
    for (const cache of caches) await cache.ready()
    await until(() => caches.every((cache) => cache.status().bus.state === 'up'))
    return [...caches, namespace]
  }

  describe.each(Object.keys(sources))('with %s', (name) => {
    const source = () => (sources[name] as () => RedisSource)()

    it('sets, deletes and clears are seen by the other, and own messages are passed over', async () => {
      const [a, b] = await pair(source)
      await a.set('r', 'k', 1)
      expect(await b.get('r', 'k')).toBe(1)
      await a.set('r', 'k', 2)
      await until(async () => (await b.get('r', 'k')) === 2)
      await a.delete('r', 'k')
      await until(async () => (await b.get('r', 'k')) === undefined)
      await a.setMany('r', { x: 1, y: 2 })
      expect(await b.get('r', 'x')).toBe(1)
      await a.clear('r')
      await until(async () => (await b.get('r', 'x')) === undefined)
      expect(a.metrics().bus).toMatchObject({ received: 0, ignored: 0, gaps: 0 })
      expect(a.metrics().bus?.own).toBe(a.metrics().bus?.sent)
      expect(b.metrics().bus).toMatchObject({ sent: 0, own: 0, ignored: 0, gaps: 0 })
    })

    it('a cut connection makes memory suspect, and is made anew', async () => {
      const [a, b] = await pair(source)
      await a.set('r', 'k', 'old')
      expect(await b.get('r', 'k')).toBe('old')
      const states: string[] = []
      b.on('bus', ({ state }) => states.push(state))
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await a.set('r', 'k', 'new')
      await until(() => states.includes('down') && states.at(-1) === 'up')
      expect(await b.get('r', 'k')).toBe('new')
      await until(() => a.status().bus.state === 'up')
      await a.set('r', 'k', 'newest')
      await until(async () => (await b.get('r', 'k')) === 'newest')
    })
  })

  it('costs a writer one command a batch', async () => {
    const [a] = await pair(() => server.url)
    await a.set('r', 'first', 1)
    const published = async () => Number(/cmdstat_publish:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)
    const idle = () => until(() => a.status().bus.waiting === 0)
    await idle()
    const before = await published()
    const keys = Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const)
    await a.setMany('r', keys)
    await idle()
    expect((await published()) - before).toBe(1)
    await Promise.all(keys.map(([key, value]) => a.set('r', key, value)))
    await idle()
    // The server's answers may come in a few pieces, each of which is a tick.
    expect((await published()) - before).toBeLessThan(20)
  })

  it('a server that is not there yet is waited for', async () => {
    const late = await startRedis()
    await late.kill()
    const cache = new CacheManager({ redis: late.url })
    ends.push(
      () => late.stop(),
      () => cache.close(),
    )
    await cache.get('metrics', 'k')
    await until(() => cache.status().bus.state === 'down')
    await late.restart()
    await until(() => cache.status().bus.state === 'up')
  })
})
