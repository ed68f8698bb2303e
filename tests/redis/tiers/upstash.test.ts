import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/index.ts'
import { FakeClock } from '../../../js/testing/index.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { type UpstashOptions, upstashDriver } from '../../../js/tiers/upstash.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { type RedisHttpFront, startRedisHttp } from '../../helpers/redis-http.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const bytes = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) % 256)
const entry = (key: string, value = bytes, ttl = 60_000) => ({ key, value, ttl })

describe.skipIf(!hasRedis)('Redis over HTTP', () => {
  let server: RedisServer
  let front: RedisHttpFront
  const drivers: Driver[] = []
  const make = (options: Partial<UpstashOptions> = {}): Driver => {
    const driver = upstashDriver({ url: front.url, token: front.token, ...options })
    drivers.push(driver)
    return driver
  }
  beforeAll(async () => {
    server = await startRedis()
    front = await startRedisHttp(server.url)
  })
  afterEach(async () => {
    front.misbehave(undefined)
    await Promise.all(drivers.splice(0).map((driver) => driver.close()))
  })
  afterAll(async () => {
    await front.stop()
    await server.stop()
  })

  driverContract('upstash', async () => ({
    driver: upstashDriver({ url: front.url, token: front.token }),
    elapse: (ms) => sleep(ms),
    another: async () => upstashDriver({ url: `${front.url}/`, token: front.token }),
  }))

  it('stores what the Redis tier reads, and reads what it stores', async () => {
    const overTcp = redisDriver(server.url)
    const overHttp = make()
    await overHttp.setMany([entry('http')])
    await overTcp.setMany([entry('tcp')])
    expect(await overTcp.getMany(['http', 'tcp'])).toEqual([bytes, bytes])
    expect(await overHttp.getMany(['http', 'tcp'])).toEqual([bytes, bytes])
    await overTcp.close()
  })

  it('sends a script once, and again after the server has forgotten it', async () => {
    const driver = make()
    const names = () => front.requests.splice(0).map((request) => (request as string[])[0])
    await driver.lock?.(entry('l1'))
    names()
    await driver.lock?.(entry('l2'))
    expect(names()).toEqual(['EVALSHA'])
    const redis = new Redis(server.url)
    await redis.script('FLUSH')
    redis.disconnect()
    expect(await driver.lock?.(entry('l3'))).toBe(true)
    expect(names()).toEqual(['EVALSHA', 'EVAL'])
  })

  it('is behind a cache as any tier is', async () => {
    const one = new CacheManager({ l2: make(), regions: { region: { ttl: '1h' } } })
    const two = new CacheManager({ l2: make(), regions: { region: { ttl: '1h' } } })
    await one.set('region', 'a', { text: 'ключ', bytes: [0, 255] })
    expect(await two.get('region', 'a')).toEqual({ text: 'ключ', bytes: [0, 255] })
    await one.transaction('region', async (tx) => {
      await tx.set('b', 1)
      await tx.set('c', 2)
    })
    expect(await two.get('region', 'c')).toBe(2)
    await one.clear('region')
    await one.close()
    const three = new CacheManager({ l2: make(), regions: { region: { ttl: '1h' } } })
    expect(await three.get('region', 'c')).toBeUndefined()
    await Promise.all([two.close(), three.close()])
  })

  it.each([
    ['a wrong token', { token: 'wrong' }, /401.*Unauthorized/],
    ['nobody there', { url: 'http://127.0.0.1:1' }, /upstash: /],
  ])('rejects with %s', async (_what, options, message) => {
    const driver = make(options)
    for (const call of [() => driver.getMany(['a']), () => driver.setMany([entry('a')]), () => driver.connect()]) {
      await expect(call()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE', message: expect.stringMatching(message) })
    }
    await expect(driver.commit([entry('a')])).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' })
  })

  it.each<[string, (response: { writeHead(status: number): { end(body?: string): void } }) => void]>([
    ['a page of a proxy', (response) => response.writeHead(502).end('<html>Bad gateway</html>')],
    ['something that is no reply', (response) => response.writeHead(200).end('{"hello":1}')],
    ['a number', (response) => response.writeHead(200).end('{"result":7}')],
    ['no base64', (response) => response.writeHead(200).end('{"result":["*"]}')],
    ['nothing', (response) => response.writeHead(204).end()],
  ])('rejects where the answer is %s', async (_what, fault) => {
    const driver = make()
    front.misbehave(fault)
    await expect(driver.getMany(['a'])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    await expect(driver.exchangeMany([entry('a')], true)).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    await expect(driver.now()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
  })

  it('gives a request up that nobody answers, and those under way when it is closed', async () => {
    const clock = new FakeClock()
    const driver = make({ clock, requestTimeout: 1000 })
    front.misbehave(() => undefined)
    const call = expect(driver.getMany(['a'])).rejects.toMatchObject({
      code: 'TIER_UNAVAILABLE',
      message: expect.stringContaining('no answer within 1000 ms'),
    })
    await clock.advance(1000)
    await call
    const last = expect(driver.getMany(['a'])).rejects.toMatchObject({ code: 'CLOSED' })
    await driver.close()
    await last
    expect(clock.pending).toBe(0)
  })

  it('tells an answer that breaks off from one that never ends', async () => {
    const clock = new FakeClock()
    const driver = make({ clock, requestTimeout: 1000 })
    const refused = (message: RegExp) =>
      expect(driver.getMany(['a'])).rejects.toMatchObject({
        code: 'TIER_UNAVAILABLE',
        message: expect.stringMatching(message),
      })
    front.misbehave((response) => response.writeHead(200).end('{"result": "aGVs'))
    await refused(/JSON/)
    const begun = new Promise<void>((resolve) => {
      front.misbehave((response) => {
        response.writeHead(200)
        response.write('{"result":')
        resolve()
      })
    })
    const call = refused(/no answer within 1000 ms/)
    await begun
    await clock.advance(1000)
    await call
  })

  it('tells that the server takes no writes, and still reads', async () => {
    const driver = make()
    await driver.setMany([entry('kept')])
    const redis = new Redis(server.url)
    await redis.config('SET', 'maxmemory', '1')
    await expect(driver.setMany([entry('more')])).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    await expect(driver.commit([entry('more')])).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    expect(await driver.getMany(['kept'])).toEqual([bytes])
    await redis.config('SET', 'maxmemory', '0')
    redis.disconnect()
    await driver.setMany([entry('more')])
  })
})

describe('options of Redis over HTTP', () => {
  it.each([
    [{ url: 'redis://h', token: 't' }],
    [{ url: 'https://user:secret@h', token: 't' }],
    [{ url: '', token: 't' }],
    [{ url: 'https://h', token: '' }],
    [{ url: 'https://h', token: 'secret\nof two lines' }],
    [{ url: 'https://h', token: 't', requestTimeout: 0 }],
  ])('refuses %j, and repeats no secret', (options) => {
    expect(() => upstashDriver(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(() => upstashDriver(options)).not.toThrow(/secret/)
  })
})
