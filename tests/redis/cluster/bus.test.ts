import { afterAll, beforeAll, describe, it } from 'vitest'
import { RedisCluster } from '../../helpers/redis-cluster.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { Pair } from '../bus/pairs.ts'
import { clusterWays } from './sources.ts'

const WAYS = [0, 1, 2, 3]

describe.skipIf(!hasRedis)('the bus over a Redis Cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await RedisCluster.start()
  }, 60_000)
  afterAll(() => cluster.stop())

  const ways = () => clusterWays(cluster.seeds)

  it.each(WAYS)('tells of all, by each kind of client: %i', { timeout: 30_000 }, async (i) => {
    const [way] = ways().slice(i)
    if (way === undefined) throw new Error('there is no such way')
    const pair = new Pair(way)
    await pair.up()
    await pair.seesAll()
    for (const { admin } of cluster.nodes) await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await pair.hears()
    await pair.up()
    await pair.end()
  })

  it('goes on when a node is killed that messages go through and are heard at', { timeout: 90_000 }, async () => {
    const master = await cluster.masterOf('pair4:bus')
    const pairs = ways().map((way) => new Pair(way))
    await Promise.all(pairs.map((pair) => pair.up()))
    await master.server.kill()
    await until(async () => (await cluster.masterOf('pair4:bus')) !== master)
    await cluster.healthy()
    await Promise.all(pairs.map((pair) => pair.hears()))
    await Promise.all(pairs.map((pair) => pair.up()))
    await Promise.all(pairs.map((pair) => pair.hears()))
    await Promise.all(pairs.map((pair) => pair.end()))
  })
})
