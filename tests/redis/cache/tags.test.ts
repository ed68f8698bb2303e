import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, makeCache, untilState } from './helpers.ts'

const KEY = '7e'.repeat(32)

describe.skipIf(!hasRedis)('tags over a real Redis', () => {
  let server: RedisServer
  let admin: Redis
  beforeEach(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
  })
  afterEach(async () => {
    admin.disconnect()
    await server.stop()
  })

  /** A cache that looks at its copies again after 50 ms at the most, whether it hears anything or not. */
  function cacheOf() {
    const l1 = { ttl: '50ms' } as const
    return makeCache({
      redis: server.url,
      encryption: { keys: KEY },
      regions: { live: { l1 }, compressed: { compression: true, l1 }, encrypted: { encryption: true, l1 } },
    })
  }

  describe.each(['live', 'compressed', 'encrypted'])('in a region that is %s', (region) => {
    it('take entries from all processes, and from those that begin later', async () => {
      const [one, two] = [cacheOf(), cacheOf()]
      await one.set(region, 'a', 1, { tags: ['x'] })
      await one.set(region, 'b', 'b'.repeat(3_000), { tags: ['x', 'y'] })
      await one.set(region, 'c', 3)
      expect((await two.getMany(region, ['a', 'b', 'c'])).size).toBe(3)
      await two.expireByTag(region, 'y')
      expect(await two.getMany(region, ['a', 'b', 'c'])).toEqual(
        new Map([
          ['a', 1],
          ['c', 3],
        ]),
      )
      await one.deleteByTag(region, 'x')
      await eventually(async () => {
        expect(await two.getMany(region, ['a', 'b', 'c'])).toEqual(new Map([['c', 3]]))
      })
      expect(await cacheOf().getMany(region, ['a', 'b', 'c'])).toEqual(new Map([['c', 3]]))
      await two.set(region, 'a', 4, { tags: ['x'] })
      expect(await cacheOf().get(region, 'a')).toBe(4)
    })

    it('changed while Redis was away are changed for all when it is back', async () => {
      const [one, two] = [cacheOf(), cacheOf()]
      await one.set(region, 'a', 1, { tags: ['x'] })
      await one.set(region, 'b', 2, { tags: ['y'] })
      expect((await two.getMany(region, ['a', 'b'])).size).toBe(2)
      server.freeze()
      await one.deleteByTag(region, 'x')
      expect(await one.get(region, 'a')).toBeUndefined()
      server.thaw()
      await untilState(one, 'closed')
      await untilState(two, 'closed')
      await eventually(async () => {
        expect(await two.getMany(region, ['a', 'b'])).toEqual(new Map([['b', 2]]))
      })
      expect(await one.getMany(region, ['a', 'b'])).toEqual(new Map([['b', 2]]))
    })

    it('that Redis has lost bring nothing back', async () => {
      const cache = cacheOf()
      await cache.set(region, 'a', 1, { tags: ['x'] })
      await admin.flushall()
      await cache.get(region, 'other')
      await eventually(async () => expect(await cache.get(region, 'a')).toBeUndefined())
      await cache.set(region, 'a', 2, { tags: ['x'] })
      expect(await cacheOf().get(region, 'a')).toBe(2)
    })
  })

  it('are not readable in Redis where the region encrypts', async () => {
    const cache = cacheOf()
    await cache.set('encrypted', 'a', 1, { tags: ['patient:sophie'] })
    await cache.deleteByTag('encrypted', 'patient:sophie')
    await cache.set('encrypted', 'b', 2, { tags: ['patient:sophie'] })
    const keys = await admin.keys('*')
    const values = await Promise.all(keys.map((key) => admin.getBuffer(key)))
    const text = [...keys, ...values.map((value) => value?.toString('latin1') ?? '')].join('\n')
    expect(text).toMatch(/:tags:[0-9a-f]{16}:d/)
    expect(text).not.toMatch(/patient|sophie/)
  })

  it('have tokens that Redis forgets by itself, and that cost one write to change', async () => {
    const cache = cacheOf()
    await cache.set('live', 'a', 1, { tags: ['x'], ttl: '10m' })
    for (const key of await admin.keys('*:tags:*:[de]x')) {
      const left = await admin.pttl(key)
      expect(left).toBeGreaterThan(86_000_000)
      expect(left).toBeLessThanOrEqual(86_400_000)
      expect(await admin.strlen(key)).toBe(38)
    }
    expect((await admin.keys('*:tags:*:[de]x')).length).toBe(2)
  })
})
