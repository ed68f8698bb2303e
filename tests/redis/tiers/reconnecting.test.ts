import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Driver } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'

const warnings: Error[] = []
const note = (warning: Error): void => {
  if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning)
}
beforeAll(() => {
  process.on('warning', note)
})
afterAll(() => {
  process.removeListener('warning', note)
})

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('a connection through %s', (client) => {
  let server: RedisServer
  let driver: Driver
  beforeEach(async () => {
    server = await startRedis()
    driver = redisDriver(server.url, { client, connectPatience: 5_000 })
    await driver.connect()
  })
  afterEach(async () => {
    await driver.close()
    await server.stop()
  })

  it('is told of when it stands again', async () => {
    let told = 0
    driver.onConnected?.(() => told++)
    await server.kill()
    await until(async () =>
      driver.getMany(['k']).then(
        () => false,
        () => true,
      ),
    )
    expect(told).toBe(0)
    await server.restart()
    await until(() => told > 0)
    expect(await driver.getMany(['k'])).toEqual([undefined])
  })

  it('is left once, however often it is given up', async () => {
    for (let i = 0; i < 20; i++) driver.reset?.()
    await delay(50)
    expect(warnings.splice(0)).toEqual([])
    await until(() => driver.getMany(['k']))
  })
})
