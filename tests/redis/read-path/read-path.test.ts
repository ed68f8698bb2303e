import { afterAll, beforeAll, describe, it } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { KIND_NAMES } from '../../helpers/kinds.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { TimedDriver } from '../../helpers/timed-driver.ts'
import { play } from '../../read-path/stage.ts'
import { SCENARIOS } from '../../read-path/table.ts'

describe.skipIf(!hasRedis)('over a real Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  describe.each(KIND_NAMES)('the read path of a region that is %s', (kind) => {
    for (const scenario of SCENARIOS) {
      it(scenario.name, () => play(scenario, kind, (clock) => new TimedDriver(redisDriver(server.url), clock)))
    }
  })
})
