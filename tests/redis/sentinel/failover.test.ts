import { afterAll, beforeAll, describe, it } from 'vitest'
import { SentinelSet } from '../../helpers/redis-sentinel.ts'
import { hasRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'
import { sentinelWays } from '../cluster/sources.ts'
import { survives } from '../cluster/survives.ts'

describe.skipIf(!hasRedis)('a master with two replicas under three sentinels', () => {
  let set: SentinelSet
  beforeAll(async () => {
    set = await SentinelSet.start()
  }, 60_000)
  afterAll(() => set.stop())

  it('dies under load: no call fails or waits, and nothing that was acknowledged is lost', async () => {
    const master = await set.master()
    await survives(
      sentinelWays(set.sentinels, set.name),
      () => set.replicated(),
      () => master.kill(),
      () => until(async () => (await set.master()) !== master),
    )
  }, 90_000)
})
