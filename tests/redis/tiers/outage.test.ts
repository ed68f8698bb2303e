import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Driver } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const CLIENTS = ['ioredis', 'redis'] as const
/** Loading a client package takes its time on a busy machine. */
const PATIENCE = 5000
const FOREVER = Number.POSITIVE_INFINITY
const value = Uint8Array.of(1, 2, 3)
const entry = (key: string, ttl = FOREVER) => ({ key, value, ttl })

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

/** How long something took, in ms, however it ended. */
async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work.catch(() => undefined)
  return performance.now() - start
}

async function eventually(check: () => Promise<unknown>, limit = 10_000): Promise<void> {
  const end = performance.now() + limit
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (performance.now() > end) throw error
      await delay(20)
    }
  }
}

/** Calls every method over and over until told to stop; counts how the calls ended. */
function load(driver: Driver): { stop(): Promise<{ served: number; rejected: number; slowest: number }> } {
  let running = true
  const result = { served: 0, rejected: 0, slowest: 0 }
  const calls = [
    () => driver.getMany(['load', 'other']),
    () => driver.setMany([entry('load', 60_000), entry('other')], 'guard'),
    () => driver.exchangeMany([entry('load')], true, 'guard'),
    () => driver.commit([entry('load'), entry('other')]),
    () => driver.setIfAbsent('guard', value),
    () => driver.deleteMany(['other']),
    () => driver.deletePrefix('oth'),
    () => driver.now(),
  ]
  const workers = calls.map(async (call) => {
    while (running) {
      const start = performance.now()
      try {
        await call()
        result.served++
      } catch (error) {
        expect(error).toMatchObject({ name: 'CacheError' })
        result.rejected++
      }
      result.slowest = Math.max(result.slowest, performance.now() - start)
      await delay(1)
    }
  })
  return {
    async stop() {
      running = false
      await Promise.all(workers)
      return result
    },
  }
}

describe.skipIf(!hasRedis).each(CLIENTS)('outages through %s', (client) => {
  let server: RedisServer
  let driver: Driver
  beforeEach(async () => {
    server = await startRedis()
    driver = redisDriver(server.url, { client, socketTimeout: 400, connectPatience: PATIENCE })
  })
  afterEach(async () => {
    await driver.close()
    await server.stop()
  })

  it('serves again by itself after a crash under load', async () => {
    await driver.connect()
    const running = load(driver)
    for (let round = 0; round < 3; round++) {
      await delay(100)
      await server.kill()
      await delay(100)
      await server.restart()
      await eventually(() => driver.getMany(['load']))
    }
    await delay(100)
    const { served, rejected, slowest } = await running.stop()
    expect(served).toBeGreaterThan(100)
    expect(rejected).toBeGreaterThan(0)
    expect(slowest).toBeLessThan(2000)
  })

  it('rejects at once while there is no connection, and sends nothing later', async () => {
    await driver.setMany([entry('before')])
    await server.kill()
    await eventually(() => expect(driver.getMany(['a'])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' }))
    for (let i = 0; i < 20; i++) {
      expect(await timed(driver.setMany([entry('late')]))).toBeLessThan(150)
    }
    await server.restart()
    await eventually(() => driver.getMany(['a']))
    expect(await driver.getMany(['late'])).toEqual([undefined])
  })

  it('knows its scripts again after a restart', async () => {
    await driver.exchangeMany([entry('a')], true)
    await server.restart()
    await eventually(() => driver.getMany(['a']))
    const answer = await driver.exchangeMany([entry('a'), entry('b')], true, 'a')
    expect(answer).toEqual({ previous: ['none', 'none'], guard: value })
  })

  it('closes while the server is frozen with calls under way', async () => {
    await driver.setMany([entry('a')])
    server.freeze()
    const pending = Promise.allSettled([
      driver.getMany(['a']),
      driver.setMany([entry('b')]),
      driver.exchangeMany([entry('c')], true),
      driver.commit([entry('d')]),
      driver.now(),
    ])
    await delay(50)
    expect(await timed(driver.close())).toBeLessThan(1000)
    expect((await pending).map(({ status }) => status)).toEqual(new Array(5).fill('rejected'))
  })

  it('gives up a frozen connection after the socket time-out and serves once the server goes on', async () => {
    await driver.setMany([entry('a')])
    server.freeze()
    expect(await timed(driver.getMany(['a']))).toBeLessThan(1500)
    server.thaw()
    await eventually(() => driver.getMany(['a']))
    expect(await driver.getMany(['a'])).toEqual([value])
  })

  it('keeps an idle connection for longer than the socket time-out', async () => {
    await driver.connect()
    const [id] = await clientIds(server)
    await delay(1000)
    expect(await clientIds(server)).toEqual([id])
  })

  it('tells a commit of unknown outcome from one that was refused', async () => {
    await driver.connect()
    const admin = new Redis(server.port)
    await admin.config('SET', 'maxmemory', '1')
    for (const onlyNewer of [false, true]) {
      const commit = driver.commit([entry('a'), entry('b')], onlyNewer)
      await expect(commit).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    }
    await admin.config('SET', 'maxmemory', '0')
    expect(await driver.getMany(['a', 'b'])).toEqual([undefined, undefined])
    admin.disconnect()
    server.freeze()
    const commit = driver.commit([entry('a')])
    const outcome = expect(commit).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' })
    await delay(20)
    await server.kill()
    await outcome
    await expect(driver.commit([entry('a')])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
  })

  it('tries a read that timed out once more where it is asked to', async () => {
    const patient = redisDriver(server.url, {
      client,
      socketTimeout: 300,
      retryOnTimeout: true,
      connectPatience: PATIENCE,
    })
    await patient.setMany([entry('a')])
    server.freeze()
    const read = patient.getMany(['a'])
    await delay(400)
    server.thaw()
    expect(await read).toEqual([value])
    await patient.close()
  })
})

/** The ids of the connections that are not this question's own. */
async function clientIds(server: RedisServer): Promise<string[]> {
  const admin = new Redis(server.port)
  const list = (await admin.client('LIST')) as string
  const own = await admin.client('ID')
  admin.disconnect()
  return [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id ?? '').filter((id) => id !== String(own))
}

describe.skipIf(!hasRedis).each(CLIENTS)('no server at the start, through %s', (client) => {
  it('rejects at once, blocks nothing, and serves when the server comes', async () => {
    const port = await freePort()
    const driver = redisDriver(`redis://127.0.0.1:${port}`, { client })
    await expect(driver.connect()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    expect(await timed(driver.getMany(['a']))).toBeLessThan(1000)
    const server = await startRedis({ port })
    await eventually(() => driver.setMany([entry('a')]))
    expect(await driver.getMany(['a'])).toEqual([value])
    await driver.close()
    await server.stop()
  })

  it('waits for the first connection no longer than its patience', async () => {
    const server = await startRedis()
    server.freeze()
    const driver = redisDriver(server.url, { client, connectPatience: 100 })
    expect(await timed(driver.getMany(['a']))).toBeLessThan(1000)
    expect(await timed(driver.close())).toBeLessThan(1000)
    await expect(driver.getMany(['a'])).rejects.toMatchObject({ code: 'CLOSED' })
    await server.stop()
  })

  it('closes before, during and without a connection', async () => {
    const port = await freePort()
    const unused = redisDriver(`redis://127.0.0.1:${port}`, { client })
    await unused.close()
    const early = redisDriver(`redis://127.0.0.1:${port}`, { client })
    const connecting = expect(early.connect()).rejects.toMatchObject({ name: 'CacheError' })
    await early.close()
    await connecting
    const late = redisDriver(`redis://127.0.0.1:${port}`, { client })
    await late.connect().catch(() => undefined)
    await late.close()
    await expect(late.connect()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe.skipIf(!hasRedis)('clients made elsewhere', () => {
  let server: RedisServer
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(() => server.stop())

  it('a node-redis client without an error listener survives an outage', async () => {
    const client = createClient({ url: server.url })
    const driver = redisDriver(client, { connectPatience: PATIENCE })
    await driver.setMany([entry('a')])
    await server.restart()
    await eventually(() => driver.setMany([entry('a')]))
    await driver.close()
    await server.restart()
    await eventually(async () => expect(await client.exists('a')).toBe(0))
    client.destroy()
  })

  it('queues nothing in a client that has an offline queue', async () => {
    const ioredis = new Redis(server.port)
    const nodeRedis = await createClient({ url: server.url }).connect()
    const drivers = [
      { driver: redisDriver(ioredis), isReady: () => ioredis.status === 'ready' },
      { driver: redisDriver(nodeRedis), isReady: () => nodeRedis.isReady },
    ]
    for (const { driver, isReady } of drivers) {
      await eventually(() => driver.setMany([entry('a')]))
      await server.kill()
      // A call that was sent into the dying connection is the client's: ioredis keeps it to send it again.
      await eventually(async () => expect(isReady()).toBe(false))
      const late = driver.setMany([entry('late')])
      expect(await timed(late)).toBeLessThan(150)
      await expect(late).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
      await server.restart()
      await eventually(() => driver.getMany(['a']))
      expect(await driver.getMany(['late'])).toEqual([undefined])
    }
    ioredis.disconnect()
    nodeRedis.destroy()
  })

  it('are not closed, nor opened again after their owner closed them', async () => {
    const ioredis = new Redis(server.port, { lazyConnect: true })
    const nodeRedis = createClient({ url: server.url })
    for (const client of [ioredis, nodeRedis]) {
      const first = redisDriver(client, { connectPatience: PATIENCE })
      await first.setMany([entry('a')])
      await first.close()
      const second = redisDriver(client)
      expect(await second.getMany(['a'])).toEqual([value])
      await client.quit()
      await eventually(() => expect(second.getMany(['a'])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' }))
      await expect(second.connect()).rejects.toThrow('its owner closed it, or it gave up reconnecting')
      await second.close()
    }
  })

  it('keep the listeners that they had', async () => {
    const client = new Redis(server.port)
    const listener = (): void => undefined
    client.on('error', listener)
    const before = client.listenerCount('ready')
    for (let i = 0; i < 30; i++) {
      const driver = redisDriver(client)
      await driver.connect()
      await driver.close()
    }
    expect(client.listeners('error')).toContain(listener)
    expect(client.listenerCount('error')).toBeLessThanOrEqual(2)
    expect(client.listenerCount('ready')).toBe(before)
    client.disconnect()
  })
})
