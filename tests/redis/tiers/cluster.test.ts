import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hashSlot } from '../../../js/tiers/redis/slot.ts'
import { delay } from '../../helpers/delay.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const CLIENTS = ['ioredis', 'redis'] as const
const value = Uint8Array.of(7)

/** A cluster of one node refuses commands over several slots like any other. */
describe.skipIf(!hasRedis)('on a Redis Cluster', () => {
  let node: RedisServer
  beforeAll(async () => {
    node = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] })
    const admin = new Redis(node.port)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await delay(10)
    admin.disconnect()
  })
  afterAll(() => node.stop())

  for (const client of CLIENTS) {
    driverContract(`cluster seeds through ${client}`, async () => ({
      driver: redisDriver([node.url], { client, connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver([{ host: '127.0.0.1', port: node.port }], { client, connectPatience: 5000 }),
    }))
  }

  driverContract('an ioredis Cluster with a key prefix', async () => {
    const client = new Cluster([node.port], { keyPrefix: 'io:' })
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.disconnect(),
    }
  })

  driverContract('a node-redis cluster with a key prefix', async () => {
    const client = createCluster({ rootNodes: [{ url: node.url }], keyPrefix: 'node:' })
    return {
      driver: redisDriver(client, { connectPatience: 5000 }),
      elapse: delay,
      another: async () => redisDriver(client, { connectPatience: 5000 }),
      dispose: async () => client.destroy(),
    }
  })

  it.each(CLIENTS)('refuses a commit over several slots before anything is sent, through %s', async (client) => {
    const driver = redisDriver([node.url], { client, connectPatience: 5000 })
    await driver.deleteMany(['a', 'b'])
    const entries = ['a', 'b'].map((key) => ({ key, value, ttl: 60_000 }))
    await expect(driver.commit(entries)).rejects.toMatchObject({ code: 'COMMIT_FAILED' })
    expect(await driver.getMany(['a', 'b'])).toEqual([undefined, undefined])
    await driver.close()
  })

  it('counts hash slots as Redis does', async () => {
    const keys = ['123456789', '', '{user}.a', 'a{}{b}', 'a{{b}}c', 'a{b}{c}', '}{', 'a{b', '{}', 'ключ', '🗝️{é}']
    const admin = new Redis(node.port)
    const slots = await Promise.all(keys.map((key) => admin.cluster('KEYSLOT', key)))
    expect(keys.map(hashSlot)).toEqual(slots)
    admin.disconnect()
  })
})
