import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RedisSource } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, everyCall, LIMIT, makeCache, slowest, TOLERANCE, untilState } from './helpers.ts'

const REGIONS = ['live', 'packed', 'generation_status']

/** Errors that nobody handled: a process without a test runner would have died of one. */
const unhandled: unknown[] = []
const note = (error: unknown): void => {
  unhandled.push(error)
}
beforeAll(() => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterAll(() => {
  process.removeListener('unhandledRejection', note)
  process.removeListener('uncaughtException', note)
})
afterEach(async () => {
  await delay(20)
  expect(unhandled.splice(0)).toEqual([])
})

/** A way to a Redis, and how the test ends it. */
interface Source {
  readonly source: RedisSource
  /** Whether it still works; `undefined` where it is the cache's own. */
  readonly ping?: () => Promise<string>
  readonly end: () => void
}

const SOURCES: Readonly<Record<string, (url: string) => Source>> = {
  'a URL': (url) => ({ source: url, end: () => undefined }),
  'an ioredis client': (url) => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 })
    client.on('error', () => undefined)
    return { source: client, ping: () => client.ping(), end: () => client.disconnect() }
  },
  'a node-redis client': (url) => {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => undefined)
    return { source: client, ping: () => client.ping(), end: () => client.destroy() }
  },
}

describe.skipIf(!hasRedis).each(Object.entries(SOURCES))('a cache over Redis through %s', (_, connect) => {
  let server: RedisServer
  let link: Source
  const options = () => ({ redis: link.source, circuit: { maxDelay: '300ms' } }) as const
  beforeEach(async () => {
    server = await startRedis()
    link = connect(server.url)
  })
  afterEach(async () => {
    link.end()
    await server.stop()
  })

  it('shares what it stores with other processes', async () => {
    const cache = makeCache(options())
    expect(await cache.ready()).toBe(true)
    for (const region of REGIONS) await cache.set(region, 'k', { from: region })
    const other = makeCache({ redis: server.url })
    expect(await other.ready()).toBe(true)
    for (const region of REGIONS) expect(await other.get(region, 'k')).toEqual({ from: region })
    expect(await other.delete('live', 'k')).toBe(true)
    await other.clear('packed')
    const third = makeCache({ redis: server.url })
    expect(await third.ready()).toBe(true)
    expect(await third.get('live', 'k')).toBeUndefined()
    expect(await third.get('packed', 'k')).toBeUndefined()
    expect(await third.get('generation_status', 'k')).toEqual({ from: 'generation_status' })
  })

  it('serves from memory when Redis is killed, and brings it up to date when it is back', async () => {
    const cache = makeCache(options())
    await cache.ready()
    await cache.setMany('live', { a: 'before', gone: 'before' })
    await cache.set('packed', 'cleared', 'before')
    await server.kill()
    expect(await slowest(everyCall(cache, 'generation_status'))).toBeLessThan(LIMIT + TOLERANCE)
    await untilState(cache, 'open')
    await cache.set('live', 'a', 'after')
    await cache.delete('live', 'gone')
    await cache.clear('packed')
    await cache.transaction('live', async (tx) => {
      await tx.set('t1', 1)
      await tx.set('t2', 2)
    })
    expect(await cache.get('live', 'a')).toBe('after')
    await server.restart()
    await untilState(cache, 'closed')
    const other = makeCache({ redis: server.url })
    expect(await other.getMany('live', ['a', 'gone', 't1', 't2'])).toEqual(
      new Map<string, unknown>([
        ['a', 'after'],
        ['t1', 1],
        ['t2', 2],
      ]),
    )
    expect(await other.get('packed', 'cleared')).toBeUndefined()
    expect(await cache.get('live', 'a')).toBe('after')
  })

  it('waits no longer than its limit for a Redis that is frozen, once, and then not at all', async () => {
    const cache = makeCache(options())
    await cache.ready()
    for (const region of REGIONS) await cache.setMany(region, { a: 1, b: 2 })
    server.freeze()
    expect(await slowest(REGIONS.flatMap((region) => everyCall(cache, region)))).toBeLessThan(LIMIT + TOLERANCE)
    expect(cache.status().l2.state).not.toBe('closed')
    for (const region of REGIONS) {
      const start = performance.now()
      for (const call of everyCall(cache, region)) await call()
      // Twelve calls, one after the other: had one of them waited, it would show.
      expect(performance.now() - start).toBeLessThan(LIMIT)
    }
    server.thaw()
    await untilState(cache, 'closed')
  })

  it('has the newest of what was written while Redis was frozen in it afterwards', async () => {
    const cache = makeCache(options())
    await cache.ready()
    await cache.setMany('live', { a: 'before', gone: 'before' })
    await cache.set('packed', 'cleared', 'before')
    server.freeze()
    for (let i = 0; i < 20; i++) await cache.set('live', 'a', `value ${i}`)
    await cache.delete('live', 'gone')
    await cache.clear('packed')
    await cache.set('packed', 'since', 1)
    server.thaw()
    await untilState(cache, 'closed')
    const other = makeCache({ redis: server.url })
    expect(await other.getMany('live', ['a', 'gone'])).toEqual(new Map([['a', 'value 19']]))
    expect(await other.getMany('packed', ['cleared', 'since'])).toEqual(new Map([['since', 1]]))
  })

  it('does not undo what another process wrote later', async () => {
    const cache = makeCache({ redis: link.source, circuit: { firstDelay: '1s', maxDelay: '1s' } })
    await cache.ready()
    await cache.setMany('live', { a: 'before', b: 'before', c: 'before', d: 'before' })
    server.freeze()
    await cache.set('live', 'a', 'first')
    await cache.delete('live', 'b')
    await cache.set('live', 'c', 'first')
    await cache.set('live', 'd', 'first')
    await untilState(cache, 'open')
    server.thaw()
    const late = makeCache({ redis: server.url })
    expect(await late.ready()).toBe(true)
    await late.set('live', 'a', 'second')
    await late.set('live', 'b', 'second')
    await late.delete('live', 'c')
    await untilState(cache, 'closed')
    const reader = makeCache({ redis: server.url })
    expect(await reader.getMany('live', ['a', 'b', 'c', 'd'])).toEqual(
      new Map([
        ['a', 'second'],
        ['b', 'second'],
        ['d', 'first'],
      ]),
    )
  })

  it('leaves a client that it was handed as it is, and closes one of its own', async () => {
    const cache = makeCache(options())
    await cache.ready()
    await cache.set('live', 'k', 1)
    expect(await cache.close()).toEqual({ unsent: 0 })
    if (link.ping !== undefined) {
      expect(await link.ping()).toBe('PONG')
    } else {
      const admin = new Redis(server.url)
      await eventually(async () => {
        const clients = String(await admin.client('LIST'))
          .trim()
          .split('\n')
        expect(clients).toHaveLength(1)
      })
      admin.disconnect()
    }
  })
})

describe.skipIf(!hasRedis)('a Redis that is absent at the start', () => {
  it('costs one limit at the most, is no error, and is used as soon as it is there', async () => {
    const port = await freePort()
    const cache = makeCache({ redis: `redis://127.0.0.1:${port}`, circuit: { maxDelay: '300ms' } })
    const logged: unknown[] = []
    cache.on('circuit', ({ state }) => logged.push(state))
    expect(await slowest(everyCall(cache, 'live'))).toBeLessThan(LIMIT + TOLERANCE)
    await cache.set('live', 'k', 'early')
    expect(await cache.get('live', 'k')).toBe('early')
    expect(await cache.ready('50ms')).toBe(false)
    expect(logged[0]).toBe('open')
    const server = await startRedis({ port })
    try {
      expect(await cache.ready()).toBe(true)
      await untilState(cache, 'closed')
      expect(await makeCache({ redis: server.url }).get('live', 'k')).toBe('early')
    } finally {
      await cache.close()
      await server.stop()
    }
  })

  it('is named as the cause also while a client waits before it connects again', async () => {
    const client = new Redis(await freePort(), '127.0.0.1', { lazyConnect: true, retryStrategy: () => 60_000 })
    client.on('error', () => undefined)
    const cache = makeCache({ redis: client, circuit: { firstDelay: '10ms', maxDelay: '10ms' } })
    const causes: unknown[] = []
    cache.on('circuit', ({ state, cause }) => state === 'open' && causes.push(cause))
    try {
      await cache.get('live', 'k')
      await eventually(() => expect(causes.length).toBeGreaterThan(2))
      expect(causes.filter((cause) => !/ECONNREFUSED/.test(String(cause)))).toEqual([])
      expect(cache.status().l2).toMatchObject({ lastError: { message: expect.stringContaining('ECONNREFUSED') } })
    } finally {
      client.disconnect()
    }
  })

  it('that is frozen at the start costs one limit, whatever comes first', async () => {
    const server = await startRedis()
    try {
      server.freeze()
      const fresh = () => everyCall(makeCache({ redis: server.url, timeouts: { close: '50ms' } }), 'live')
      const firsts = fresh().map((_, i) => fresh()[i] as () => Promise<unknown>)
      expect(await slowest(firsts)).toBeLessThan(LIMIT + TOLERANCE)
    } finally {
      server.thaw()
      await server.stop()
    }
  })

  it('does not even need to exist', async () => {
    const cache = makeCache({ redis: 'redis://nowhere.invalid:6379' })
    expect(await slowest(everyCall(cache, 'live'))).toBeLessThan(LIMIT + TOLERANCE)
    await cache.set('live', 'k', 1)
    expect(await cache.get('live', 'k')).toBe(1)
  })
})
