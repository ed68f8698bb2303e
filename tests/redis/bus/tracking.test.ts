import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import { type RedisSource, redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { makeCache } from '../cache/helpers.ts'

describe.skipIf(!hasRedis)('a server that tells by itself what changes', () => {
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
    'a URL, by ioredis': () => server.url,
    'an ioredis client': () => ended(new Redis(server.url)),
    'an ioredis client of protocol 3 with a key prefix': () =>
      ended(new Redis(server.url, { keyPrefix: 'app:', protocol: 3 })),
    'a node-redis client': () => nodeRedis({}),
    'a node-redis client of protocol 2': () => nodeRedis({ RESP: 2 }),
  }
  const names = Object.keys(sources)

  function ended(client: Redis): Redis {
    ends.push(() => client.disconnect())
    return client
  }

  function nodeRedis(options: { RESP?: 2 }): RedisSource {
    const client = createClient({ url: server.url, ...options })
    ends.push(() => client.isOpen && client.destroy())
    return client as unknown as RedisSource
  }

  async function up(source: RedisSource, namespace: string): Promise<CacheManager> {
    const cache = makeCache({ redis: source, namespace, bus: 'tracking' })
    await cache.ready()
    await until(() => cache.status().bus.state === 'up')
    return cache
  }

  async function pair(name: string): Promise<[CacheManager, CacheManager]> {
    const namespace = `tracked${namespaces++}`
    const source = () => (sources[name] as () => RedisSource)()
    return [await up(source(), namespace), await up(source(), namespace)]
  }

  describe.each(names)('%s', (name) => {
    it('sets, deletes, clears and tags are seen by the other', async () => {
      const [a, b] = await pair(name)
      const sees = (key: string, value: unknown) => until(async () => (await b.get('live', key)) === value)
      await a.set('live', 'k', 1)
      await sees('k', 1)
      await a.set('live', 'k', 2)
      await sees('k', 2)
      await a.delete('live', 'k')
      await sees('k', undefined)
      await a.set('live', 'x', 1)
      await sees('x', 1)
      await a.clear('live')
      await sees('x', undefined)
      await a.set('live', 'tagged', 1, { tags: ['t'] })
      await sees('tagged', 1)
      await a.deleteByTag('live', 't')
      await sees('tagged', undefined)
      expect(b.status().bus).toMatchObject({ name: 'redis-tracking', state: 'up' })
    })

    it('nothing is published, and what others than caches do is heard as well', async () => {
      const [a, b] = await pair(name)
      await a.set('live', 'k', 1)
      await until(async () => (await b.get('live', 'k')) === 1)
      expect(await a.get('live', 'k')).toBe(1)
      expect(a.metrics().bus?.sent).toBe(0)
      for (const key of await admin.keys('*:k')) await admin.del(key)
      await until(async () => (await a.get('live', 'k')) === undefined)
      await until(async () => (await b.get('live', 'k')) === undefined)
    })

    it('a lock that is kept for longer does not make what is made under it old', async () => {
      const [a, b] = await pair(name)
      const factory = async () => {
        const [lock] = await admin.keys('*:lock:slow')
        const renewed = async () => {
          const before = left
          left = await admin.pttl(String(lock))
          return left > before
        }
        let left = Number.POSITIVE_INFINITY
        for (let times = 0; times < 2; times++) await until(renewed)
        return 'made'
      }
      expect(await a.getOrSet('live', 'slow', factory, { lockTimeout: 600 })).toBe('made')
      await until(async () => (await b.get('live', 'slow')) === 'made')
    })

    it.each(['normal', 'pubsub'])('a cut %s connection makes memory suspect, and it goes on', async (type) => {
      const [a, b] = await pair(name)
      await a.set('live', 'k', 'old')
      await until(async () => (await b.get('live', 'k')) === 'old')
      const states: string[] = []
      b.on('bus', ({ state }) => states.push(state))
      await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
      await until(() => states.includes('down') && states.at(-1) === 'up')
      await until(() => a.status().bus.state === 'up')
      for (const value of ['new', 'newest']) {
        await a.set('live', 'k', value)
        await until(async () => (await b.get('live', 'k')) === value)
      }
    })
  })

  it('that loses all it has says so', async () => {
    const [a, b] = await pair('an ioredis client')
    await a.set('live', 'k', 1)
    await until(async () => (await b.get('live', 'k')) === 1)
    await admin.flushall()
    await until(async () => (await b.get('live', 'k')) === undefined)
  })

  it('does so for one cache on a connection: another is told', async () => {
    const client = ended(new Redis(server.url))
    await up(client, `tracked${namespaces++}`)
    const second = makeCache({ redis: client, namespace: `tracked${namespaces++}`, bus: 'tracking' })
    await second.ready()
    await until(() => second.status().bus.lastError !== undefined)
    expect(second.status().bus).toMatchObject({ state: 'down', lastError: { code: 'INVALID_OPTION' } })
  })

  it('leaves a client that it was handed as it was', async () => {
    const client = ended(new Redis(server.url))
    const cache = await up(client, `tracked${namespaces++}`)
    expect(await client.client('GETREDIR')).toBeGreaterThan(0)
    await cache.close()
    expect(await client.client('GETREDIR')).toBe(-1)
  })

  it('is refused at once where it cannot be, with what to use instead', () => {
    const nodes = [{ host: '127.0.0.1', port: 1 }]
    const cluster = new Cluster(nodes, { lazyConnect: true })
    const impossible: unknown[] = [
      nodes,
      { sentinels: nodes, name: 'm' },
      cluster,
      createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }),
      createSentinel({ name: 'm', sentinelRootNodes: nodes }),
    ]
    for (const source of impossible as RedisSource[]) {
      const refusal = expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining("'pubsub'") })
      expect(() => new CacheManager({ redis: source, bus: 'tracking' })).toThrow(refusal)
      expect(() => new CacheManager({ l2: redisDriver(source), bus: 'tracking' })).toThrow(refusal)
    }
  })
})
