import { afterAll, beforeAll, describe, it } from 'vitest'
import { RedisCluster } from '../../helpers/redis-cluster.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { clusterWays } from './sources.ts'
import { survives } from './survives.ts'

/** Where a region's generation lies, which every call needs. */
const GENERATION = 'omnicache:live:generation'

describe.skipIf(!hasRedis)('a Redis Cluster of three masters and three replicas', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await RedisCluster.start()
  }, 60_000)
  afterAll(() => cluster.stop())

  it('loses a master under load: no call fails or waits, and nothing that was acknowledged is lost', async () => {
    const master = await cluster.masterOf(GENERATION)
    await survives(
      clusterWays(cluster.seeds),
      () => cluster.replicated(),
      () => master.server.kill(),
      async () => {
        await until(async () => (await cluster.masterOf(GENERATION)) !== master)
        await cluster.healthy()
      },
    )
  }, 90_000)
})
