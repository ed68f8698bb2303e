import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { type DriverUnderTest, driverContract } from '../../helpers/driver-contract.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

describe.skipIf(!hasRedis)('on a real Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  const byUrl = (client: 'ioredis' | 'redis') => async (): Promise<DriverUnderTest> => ({
    driver: redisDriver(server.url, { client, connectPatience: 5000 }),
    elapse: delay,
    another: async () => redisDriver(server.url, { client, connectPatience: 5000 }),
  })
  driverContract('ioredis by URL', byUrl('ioredis'))
  driverContract('node-redis by URL', byUrl('redis'))

  driverContract('an ioredis client', async () => {
    const client = new Redis(server.port)
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.disconnect(),
    }
  })

  driverContract('an ioredis client with a key prefix, over RESP2, that returns numbers as strings', async () => {
    const client = new Redis(server.port, { keyPrefix: 'my*[app]:', protocol: 2, stringNumbers: true })
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.disconnect(),
    }
  })

  driverContract('a node-redis client', async () => {
    const client = await createClient({ url: server.url }).connect()
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.destroy(),
    }
  })

  driverContract('a node-redis client with a key prefix, over RESP2', async () => {
    const client = await createClient({ url: server.url, keyPrefix: 'your*[app]:', RESP: 2 }).connect()
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.destroy(),
    }
  })
})
