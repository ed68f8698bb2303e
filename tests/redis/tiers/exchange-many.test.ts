import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stamped } from '../../../js/testing/contract/trial.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { commandCalls } from '../cluster/command-calls.ts'

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('a batch that is written through %s', (client) => {
  let server: RedisServer
  let admin: Redis
  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis(server.port)
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  const connected = async () => {
    await admin.flushall()
    const driver = redisDriver(server.url, { client, connectPatience: 10_000 })
    await driver.setMany([{ key: 'guard', value: new Uint8Array([7]), ttl: Infinity }])
    return driver
  }

  const entries = (count: number, time: number) =>
    Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: stamped(time), ttl: i % 2 ? 60_000 : Infinity }))

  it('is one command, which reads the guard too', async () => {
    const driver = await connected()
    await driver.exchangeMany(entries(1, 1), true)
    await admin.config('RESETSTAT')
    const { previous, guard } = await driver.exchangeMany(entries(100, 2), true, 'guard')
    expect(previous).toEqual(['value', ...new Array(99).fill('none')])
    expect(guard).toEqual(new Uint8Array([7]))
    const [, processed] = /total_commands_processed:(\d+)/.exec(await admin.info('stats')) ?? []
    expect(await commandCalls([admin], 'evalsha')).toBe(1)
    // What a script calls counts as well: GETRANGE and SET of each key, TYPE where it was new.
    expect(Number(processed)).toBeLessThan(310)
    await driver.close()
  })

  it('is several runs where it is large; outcomes stay in order, also where the server forgot the script', async () => {
    const driver = await connected()
    await driver.exchangeMany(entries(300, 10), true, 'guard')
    await admin.script('FLUSH')
    const mixed = entries(600, 20).map((entry, i) => (i % 3 === 0 ? { ...entry, value: stamped(5) } : entry))
    const { previous, guard } = await driver.exchangeMany(mixed, true, 'guard')
    expect(previous).toEqual(mixed.map((_, i) => (i >= 300 ? 'none' : i % 3 === 0 ? 'newer' : 'value')))
    expect(guard).toEqual(new Uint8Array([7]))
    const values = await driver.getMany(mixed.map(({ key }) => key))
    expect(values).toEqual(mixed.map(({ value }, i) => (i % 3 === 0 && i < 300 ? stamped(10) : value)))
    expect(await admin.pttl('k1')).toBeGreaterThan(0)
    expect(await admin.pttl('k2')).toBe(-1)
    await driver.close()
  })
})
