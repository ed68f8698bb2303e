import { Cluster, Redis } from 'ioredis'
import { version } from 'ioredis/package.json'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

// Whoever imports `ioredis` here, as the tier does at its first use, gets the major version before.
vi.mock('ioredis', () => import('ioredis5' as string))
vi.mock('ioredis/package.json', () => import('ioredis5/package.json' as string))

const PATIENCE = { connectPatience: 5000 }

describe.skipIf(!hasRedis)('through ioredis 5', () => {
  let server: RedisServer
  let cluster: RedisServer
  beforeAll(async () => {
    server = await startRedis()
    cluster = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] })
    const admin = new Redis(cluster.port)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await delay(10)
    admin.disconnect()
  })
  afterAll(() => Promise.all([server.stop(), cluster.stop()]))

  it('is version 5', () => {
    expect(version).toMatch(/^5\./)
  })

  const made = (source: () => string | string[]) => async () => ({
    driver: redisDriver(source(), { client: 'ioredis', ...PATIENCE }),
    elapse: delay,
    another: async () => redisDriver(source(), { client: 'ioredis', ...PATIENCE }),
  })
  driverContract(
    'by URL',
    made(() => server.url),
  )
  driverContract(
    'by the seeds of a cluster',
    made(() => [cluster.url]),
  )

  const handed = (connect: () => Redis | Cluster) => async () => {
    const client = connect()
    return {
      driver: redisDriver(client, PATIENCE),
      elapse: delay,
      another: async () => redisDriver(client, PATIENCE),
      dispose: async () => client.disconnect(),
    }
  }
  driverContract(
    'a client with a key prefix',
    handed(() => new Redis(server.port, { keyPrefix: 'my*[app]:' })),
  )
  driverContract(
    'a cluster client',
    handed(() => new Cluster([cluster.url])),
  )
})
