import { afterAll, beforeAll, describe, it } from 'vitest'
import { SentinelSet } from '../../helpers/redis-sentinel.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { Pair } from '../bus/pairs.ts'
import { sentinelWays } from '../cluster/sources.ts'

const WAYS = [0, 1, 2, 3]

describe.skipIf(!hasRedis)('the bus over a master under sentinels', () => {
  let set: SentinelSet
  beforeAll(async () => {
    set = await SentinelSet.start()
  }, 60_000)
  afterAll(() => set.stop())

  const ways = () => sentinelWays(set.sentinels, set.name)

  it.each(WAYS)('tells of all, by each kind of client: %i', { timeout: 30_000 }, async (i) => {
    const [way] = ways().slice(i)
    if (way === undefined) throw new Error('there is no such way')
    const pair = new Pair(way)
    await pair.up()
    await pair.seesAll()
    await pair.end()
  })

  it('goes on with the next master', { timeout: 90_000 }, async () => {
    const master = await set.master()
    const pairs = ways().map((way) => new Pair(way))
    await Promise.all(pairs.map((pair) => pair.up()))
    await master.kill()
    await until(async () => (await set.master()) !== master)
    await Promise.all(pairs.map((pair) => pair.hears()))
    await Promise.all(pairs.map((pair) => pair.up()))
    await Promise.all(pairs.map((pair) => pair.hears()))
    await Promise.all(pairs.map((pair) => pair.end()))
  })
})
