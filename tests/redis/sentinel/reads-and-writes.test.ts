import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DriverEntry } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { SentinelSet } from '../../helpers/redis-sentinel.ts'
import { hasRedis, type RedisServer } from '../../helpers/redis-server.ts'
import { eventually } from '../cache/helpers.ts'
import { commandCalls } from '../cluster/command-calls.ts'
import { sentinelWays, type Way } from '../cluster/sources.ts'

const NAMES = sentinelWays([], '').map(({ name }) => name)
const value = Uint8Array.of(1, 2, 3)
const entry = (key: string): DriverEntry => ({ key, value, ttl: 60_000 })

describe.skipIf(!hasRedis)('under three sentinels', () => {
  let set: SentinelSet
  beforeAll(async () => {
    set = await SentinelSet.start()
  }, 60_000)
  afterAll(() => set.stop())

  const way = (name: string, replicas = false) =>
    sentinelWays(set.sentinels, set.name, replicas).find((one) => one.name === name) as Way

  for (const name of NAMES) {
    driverContract(name, async () => {
      const { driver, end } = way(name).make()
      return {
        driver,
        elapse: delay,
        another: async () => way(NAMES[0] ?? '').make().driver,
        dispose: async () => end(),
      }
    })
  }

  // An ioredis client with sentinels holds one connection, to the master.
  it.each(NAMES.filter((name) => name !== 'an ioredis client with sentinels'))(
    'reads values from replicas where it is told to, through %s',
    async (name) => {
      const { driver, end } = way(name, true).make({ readFrom: 'replica' })
      await driver.connect()
      await driver.setMany([entry('current'), entry('a'), entry('b')])
      await set.replicated()
      const master = await set.master()
      const replicas = set.servers.filter((server) => server !== master)
      // The connection to a replica is made in the background.
      await eventually(async () => {
        const before = await mgets(replicas)
        expect(await driver.getMany(['current', 'a', 'b'], 1)).toEqual([value, value, value])
        expect(await mgets(replicas)).toBe(before + 1)
      })
      const [before, atMaster] = [await mgets(replicas), await mgets([master])]
      expect(await driver.getMany(['current', 'a'])).toEqual([value, value])
      expect([await mgets(replicas), await mgets([master])]).toEqual([before, atMaster + 1])
      await driver.close()
      end()
    },
  )

  it('writes to the database that the sentinels are given with, where the option is undefined', async () => {
    const driver = redisDriver({ sentinels: set.sentinels, name: set.name, database: 3 }, { database: undefined })
    await driver.connect()
    await driver.setMany([entry('in three')])
    const admin = new Redis((await set.master()).port, { db: 3 })
    expect(await admin.exists('in three')).toBe(1)
    admin.disconnect()
    await driver.close()
  })
})

async function mgets(servers: readonly RedisServer[]): Promise<number> {
  const admins = servers.map(({ port }) => new Redis(port))
  const calls = await commandCalls(admins, 'mget')
  for (const admin of admins) admin.disconnect()
  return calls
}
