import { afterEach, describe, expect, it } from 'vitest'
import { delay } from '../../helpers/delay.ts'
import { RedisCluster } from '../../helpers/redis-cluster.ts'
import { SentinelSet } from '../../helpers/redis-sentinel.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { Fleet } from './fleet.ts'
import { TOGETHER } from './messages.ts'
import { survives } from './survives.ts'

/** Where a region's generation lies, which every call needs. */
const GENERATION = 'omnicache:live:generation'

/** What Redis answers where a key lies elsewhere: that is followed, and no outage. */
const REDIRECTION = /MOVED|ASK|TRYAGAIN|CROSSSLOT|redirections/

/** For how long each state in the middle of a move lasts, in ms: some calls of each process. */
const STEP = 25

describe.skipIf(!hasRedis)('four processes', () => {
  let cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of cleanUp.reverse()) await step()
    cleanUp = []
  })

  async function fleetOn<T extends RedisCluster | SentinelSet>(
    servers: T,
    source: Parameters<typeof Fleet.start>[0],
  ): Promise<Fleet> {
    cleanUp.push(() => servers.stop())
    const fleet = await Fleet.start(source)
    cleanUp.push(() => fleet.close())
    return fleet
  }

  it('lose the master of a cluster that every call needs', { timeout: 120_000 }, async () => {
    const cluster = await RedisCluster.start()
    const fleet = await fleetOn(cluster, cluster.seeds)
    const failover = async () => {
      const master = await cluster.masterOf(GENERATION)
      await master.server.kill()
      await until(async () => (await cluster.masterOf(GENERATION)) !== master)
      await cluster.healthy()
    }
    await survives(fleet, { seed: 11, goesBack: true, fault: failover })
  })

  it('go on while slots of a cluster move to another node', { timeout: 120_000 }, async () => {
    const cluster = await RedisCluster.start()
    const fleet = await fleetOn(cluster, cluster.seeds)
    let steps = 0
    const step = async () => {
      steps++
      await delay(STEP)
    }
    const reshard = async () => {
      for (const key of [TOGETHER, GENERATION, TOGETHER]) await cluster.moveSlot(key, step)
    }
    const errors = await survives(fleet, { seed: 12, fault: reshard })
    expect(errors.filter((error) => REDIRECTION.test(error))).toEqual([])
    expect(steps).toBeGreaterThan(20)
  })

  it('lose the master that sentinels watch', { timeout: 120_000 }, async () => {
    const set = await SentinelSet.start()
    const fleet = await fleetOn(set, { sentinels: set.sentinels, name: set.name })
    const failover = async () => {
      const master = await set.master()
      await master.kill()
      await until(async () => (await set.master()) !== master)
    }
    await survives(fleet, { seed: 13, goesBack: true, fault: failover })
  })
})
