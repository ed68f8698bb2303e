import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Driver, DriverEntry } from '../../../js/tiers/driver.ts'
import { hashSlot } from '../../../js/tiers/redis/slot.ts'
import { delay } from '../../helpers/delay.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { RedisCluster } from '../../helpers/redis-cluster.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { eventually, makeCache } from '../cache/helpers.ts'
import { commandCalls } from './command-calls.ts'
import { clusterWays, type Way } from './sources.ts'

/** Clients of ours share a command between the keys of a slot; of the others only node-redis does. */
const NAMES = clusterWays([]).map(({ name }) => name)
const TTL = 60_000
const entry = (key: string, byte = 7): DriverEntry => ({ key, value: stamped(byte), ttl: TTL })

/** A value with a stamp that is the newer the larger the byte. */
function stamped(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte, 8, 24)
}

describe.skipIf(!hasRedis)('on three masters and three replicas', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await RedisCluster.start()
  }, 60_000)
  afterAll(() => cluster.stop())

  const way = (name: string) => clusterWays(cluster.seeds).find((one) => one.name === name) as Way
  const admins = () => cluster.nodes.map(({ admin }) => admin)

  async function withDriver(name: string, work: (driver: Driver) => Promise<void>): Promise<void> {
    const { driver, end } = way(name).make()
    try {
      await driver.connect()
      await work(driver)
    } finally {
      await driver.close()
      end()
    }
  }

  for (const name of NAMES.slice(0, 2)) {
    driverContract(name, async () => ({
      driver: way(name).make().driver,
      elapse: delay,
      another: async () => way(name).make().driver,
    }))
  }

  describe.each(NAMES)('through %s', (name) => {
    it('a batch over many slots is answered in order, a command for each slot', async () => {
      const keys = Array.from({ length: 300 }, (_, i) => `{${name}${i % 20}}:${i}`)
      const slots = new Set(keys.map(hashSlot)).size
      await withDriver(name, async (driver) => {
        await driver.setMany(keys.map((key, i) => entry(key, i % 250)))
        const before = await commandCalls(admins(), 'mget')
        const found = await driver.getMany([...keys, 'absent', ...keys.slice(0, 5)])
        const asked = (await commandCalls(admins(), 'mget')) - before
        expect(found).toEqual([
          ...keys.map((_, i) => stamped(i % 250)),
          undefined,
          ...keys.slice(0, 5).map((_, i) => stamped(i)),
        ])
        expect(asked).toBe(name === 'an ioredis Cluster' ? 306 : slots + 1)
        expect(await driver.deleteMany([...keys, 'absent'])).toBe(300)
      })
    })

    it('scripts run where the server has forgotten them', async () => {
      await withDriver(name, async (driver) => {
        const keys = Array.from({ length: 30 }, (_, i) => `${name}:script:${i}`)
        await driver.exchangeMany(
          keys.map((key) => entry(key, 2)),
          true,
        )
        for (const { admin } of cluster.nodes) await admin.script('FLUSH').catch(() => undefined)
        const { previous, guard } = await driver.exchangeMany(
          keys.map((key, i) => entry(key, i % 2 === 0 ? 1 : 3)),
          true,
          keys[1],
        )
        expect(previous).toEqual(keys.map((_, i) => (i % 2 === 0 ? 'newer' : 'value')))
        expect(guard).toEqual(stamped(3))
      })
    })

    it('a transaction is of one slot, or is refused before anything is sent', async () => {
      const { driver, end } = way(name).make()
      const cache = makeCache({ l2: driver })
      await cache.ready()
      await cache.setMany('live', { [`${name}:a`]: 'before', [`${name}:b`]: 'before' })
      const both = (tag: string) =>
        cache.transaction('live', async (tx) => {
          await tx.set(`${tag}:a`, 'after')
          await tx.set(`${tag}:b`, 'after')
        })
      const sent = await commandCalls(admins(), 'exec')
      await expect(both(name)).rejects.toMatchObject({ code: 'COMMIT_FAILED' })
      expect(await commandCalls(admins(), 'exec')).toBe(sent)
      await both(`{${name}}`)
      const other = way(NAMES[0] ?? '').make()
      const reader = makeCache({ l2: other.driver })
      await reader.ready()
      const keys = [`${name}:a`, `${name}:b`, `{${name}}:a`, `{${name}}:b`]
      expect([...(await reader.getMany('live', keys)).values()]).toEqual(['before', 'before', 'after', 'after'])
      for (const one of [cache, reader]) await one.close()
      end()
    })
  })

  it('a slot moves to another node under load: every read is right and no write is refused', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `{moving}:${i}`)
    const ways = NAMES.map((name) => way(name).make())
    const drivers = ways.map(({ driver }) => driver)
    await Promise.all(drivers.map((driver) => driver.connect()))
    await drivers[0]?.setMany(keys.map((key) => entry(key, 1)))
    const bytes = new Map(keys.map((key) => [key, 1]))
    let round = 1
    await cluster.moveSlot('{moving}', async () => {
      round++
      for (const [i, driver] of drivers.entries()) {
        const key = keys[(round * 3 + i) % keys.length] as string
        const byte = Math.min(round * 4 + i, 255)
        expect((await driver.exchangeMany([entry(key, byte)], true, '{moving}:0')).previous).toEqual(['value'])
        bytes.set(key, byte)
        const found = await driver.getMany([...keys, '{moving}:absent', `elsewhere${round}`])
        expect(found, NAMES[i]).toEqual([...keys.map((one) => stamped(bytes.get(one) ?? 0)), undefined, undefined])
      }
    })
    expect(round).toBeGreaterThan(keys.length)
    for (const driver of drivers) {
      expect(await driver.getMany(keys)).toEqual(keys.map((key) => stamped(bytes.get(key) ?? 0)))
      await driver.close()
    }
    for (const { end } of ways) end()
  })

  it('reads values from replicas where it is told to, and what must be current from masters', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `replicated:${i}`)
    for (const { name, make } of clusterWays(cluster.seeds, true)) {
      const { driver, end } = make({ readFrom: 'replica' })
      await driver.connect()
      await driver.setMany(keys.map((key) => entry(key)))
      await cluster.replicated()
      const before = await Promise.all(admins().map((admin) => commandCalls([admin], 'mget')))
      for (let i = 0; i < 5; i++) expect(await driver.getMany(keys, 10), name).toEqual(keys.map(() => stamped(7)))
      const asked = await Promise.all(
        admins().map(async (admin, i) => (await commandCalls([admin], 'mget')) - (before[i] ?? 0)),
      )
      const [masters, replicas] = [sum(asked.slice(0, 3)), sum(asked.slice(3))]
      expect(replicas, name).toBeGreaterThan(0)
      expect(masters, name).toBeGreaterThanOrEqual(5 * 10)
      expect(masters + replicas, name).toBe(5 * 40)
      const all = await Promise.all(
        admins()
          .slice(3)
          .map((admin) => commandCalls([admin], 'mget')),
      )
      expect(await driver.getMany(keys)).toHaveLength(40)
      expect(
        await Promise.all(
          admins()
            .slice(3)
            .map((admin) => commandCalls([admin], 'mget')),
        ),
        name,
      ).toEqual(all)
      await driver.close()
      end()
    }
  })

  it('goes on reading when the replicas are gone', async () => {
    const { driver, end } = (clusterWays(cluster.seeds, true)[0] as Way).make({ readFrom: 'replica' })
    await driver.connect()
    await driver.setMany([entry('a'), entry('b')])
    for (const { server } of cluster.nodes.slice(3)) await server.kill()
    await eventually(async () => expect(await driver.getMany(['a', 'b'], 1)).toEqual([stamped(7), stamped(7)]))
    await driver.close()
    end()
  })
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
