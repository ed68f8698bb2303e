import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stamped } from '../../../js/testing/contract/trial.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const KEYS = Array.from({ length: 200 }, (_, i) => `k${i}`)

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('what is exchanged together through %s', (client) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  it('is never seen half done by another connection', async () => {
    const [writer, reader] = [redisDriver(server.url, { client }), redisDriver(server.url, { client })]
    const write = (time: number) =>
      writer.exchangeTogether?.(KEYS.map((key) => ({ key, value: stamped(time), ttl: 60_000 })))
    await Promise.all([writer.connect(), reader.connect()])
    await write(1)
    let rounds = 0
    let done = false
    const reading = (async () => {
      while (!done) {
        const seen = await reader.getMany(KEYS)
        expect(new Set(seen.map(String)).size).toBe(1)
        rounds++
      }
    })()
    for (let time = 2; time <= 60; time++) await write(time)
    done = true
    await reading
    expect(rounds).toBeGreaterThan(5)
    await Promise.all([writer.close(), reader.close()])
  })
})
