import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { parseAddress } from '../../js/tiers/redis/address.ts'
import { planClient, reconnectDelay } from '../../js/tiers/redis/connect.ts'
import { type RedisSource, redisDriver } from '../../js/tiers/redis/index.ts'

describe('Redis URLs', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, tls: false }],
    ['redis://', { host: 'localhost', port: 6379, tls: false }],
    ['rediss://cache.example:6380/2', { host: 'cache.example', port: 6380, tls: true, database: 2 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, tls: false }],
    ['redis://:p%40ss@h/0', { host: 'h', port: 6379, tls: false, password: 'p@ss', database: 0 }],
    [
      'redis://me:secret@h?db=5',
      { host: 'h', port: 6379, tls: false, username: 'me', password: 'secret', database: 5 },
    ],
    ['unix:///run/redis%20a.sock', { path: '/run/redis a.sock', tls: false }],
    ['unix:///run/redis.sock?db=1', { path: '/run/redis.sock', tls: false, database: 1 }],
  ])('%s', (url, address) => {
    expect(parseAddress(url)).toEqual(address)
  })

  it.each([
    'http://user:hunter2@localhost',
    'localhost:6379:hunter2',
    'redis://me:hunter2@localhost/first',
    'redis://me:hunter2@localhost/-1',
    'unix://hunter2',
    'unix:///',
    'redis://me:hunter2@local host',
    '',
  ])('refuses %j without repeating it', (url) => {
    const refused = () => redisDriver(url)
    expect(refused).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(refused).not.toThrow(/hunter2/)
  })
})

describe('a Redis source', () => {
  it.each([
    [undefined],
    [null],
    [{}],
    [[]],
    [{ status: 'ready' }],
    [{ sendCommand: () => 0 }],
    [['redis://h/3']],
    [['unix:///s']],
    [{ sentinels: [] }],
    [{ sentinels: [], name: 'm' }],
    [{ sentinels: ['unix:///s'], name: 'm' }],
    [{ sentinels: ['h'], name: '' }],
  ])('refuses %j', (source) => {
    expect(() => redisDriver(source as RedisSource)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  it('may be a client of either package, as its types say', () => {
    expectTypeOf<Redis>().toExtend<RedisSource>()
    expectTypeOf(createClient()).toExtend<RedisSource>()
    expectTypeOf(createClient({ RESP: 2, scripts: {} })).toExtend<RedisSource>()
  })

  it('is not touched before the first use', async () => {
    const client = new Redis({ lazyConnect: true, port: 1 })
    const driver = redisDriver(client)
    await driver.close()
    expect(client.status).toBe('wait')
  })
})

describe('options of a client of ours', () => {
  const [address] = [parseAddress('rediss://me:secret@h:1/2')] as const

  it('of sentinels are not those of the servers', () => {
    const topology = { kind: 'sentinels', name: 'm', auth: { username: 'me', password: 'secret' } } as const
    const sentinel = parseAddress('redis://me:secret@h', 26_379)
    expect(planClient([sentinel], topology, { password: 'other', database: 3 })).toMatchObject({
      endpoints: [{ host: 'h', port: 26_379 }],
      auth: { password: 'other' },
      database: 3,
    })
    expect(planClient([sentinel], topology, {}).auth).toEqual({})
  })

  it('come from the URL', () => {
    expect(planClient([address], { kind: 'server' }, {})).toEqual({
      endpoints: [{ host: 'h', port: 1 }],
      topology: { kind: 'server' },
      readFrom: 'master',
      auth: { username: 'me', password: 'secret' },
      database: 2,
      tls: {},
      connectTimeout: 5000,
      socketTimeout: 5000,
    })
  })

  it('are beaten by explicit ones', () => {
    const options = { username: 'you', password: 'other', database: 0, tls: false, connectTimeout: 1, socketTimeout: 2 }
    expect(planClient([address], { kind: 'server' }, options)).toMatchObject({
      auth: { username: 'you', password: 'other' },
      database: 0,
      tls: undefined,
      connectTimeout: 1,
      socketTimeout: 2,
    })
    expect(planClient([address], { kind: 'server' }, { tls: { servername: 'x' } }).tls).toEqual({ servername: 'x' })
  })

  it('try to reconnect for ever, ever more slowly up to two seconds, each at a time of its own', () => {
    for (const attempt of [1, 2, 3, 10, 2000]) {
      const delays = Array.from({ length: 50 }, () => reconnectDelay(attempt))
      const longest = Math.min(50 * 2 ** attempt, 2000)
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(longest / 2)
      expect(Math.max(...delays)).toBeLessThanOrEqual(longest)
      expect(new Set(delays).size).toBeGreaterThan(1)
    }
  })
})

describe('the client packages', () => {
  afterEach(() => {
    vi.doUnmock('ioredis')
    vi.doUnmock('redis')
    vi.unstubAllGlobals()
  })
  const absent = (name: string) =>
    vi.doMock(name, () => {
      throw new Error(`Cannot find package '${name}'`)
    })
  const connect = (client?: 'ioredis' | 'redis') =>
    redisDriver('redis://127.0.0.1:1', client === undefined ? {} : { client }).connect()

  it('one is enough, whichever it is', async () => {
    absent('redis')
    await expect(connect()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    vi.doUnmock('redis')
    absent('ioredis')
    await expect(connect()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
  })

  it('none, or not the one asked for: the error says what to install', async () => {
    absent('ioredis')
    await expect(connect('ioredis')).rejects.toThrow(expect.objectContaining({ code: 'MISSING_PEER' }))
    absent('redis')
    await expect(connect()).rejects.toThrow('npm install ioredis')
    await expect(connect('redis')).rejects.toThrow('npm install redis')
  })

  it('one that is there and cannot be loaded is told from one that is missing', async () => {
    vi.doMock('ioredis', () => {
      throw new Error('Dynamic require of "events" is not supported')
    })
    await expect(connect('ioredis')).rejects.toMatchObject({
      code: 'MISSING_PEER',
      message: expect.stringContaining('npm install ioredis; loading it failed: '),
    })
  })

  it('are of no use in a browser, and the error names what is', async () => {
    vi.stubGlobal('process', undefined)
    await expect(connect()).rejects.toMatchObject({
      code: 'UNSUPPORTED_RUNTIME',
      message: expect.stringMatching(/omnicache\/indexeddb.*omnicache\/upstash/),
    })
  })
})
