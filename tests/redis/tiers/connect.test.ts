import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Driver } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { exchange } from '../../../js/tiers/redis/scripts/exchange.ts'
import { exchangeNewer } from '../../../js/tiers/redis/scripts/exchange-newer.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { type Certificate, hasOpenssl, makeCertificate } from './certificate.ts'

const CLIENTS = ['ioredis', 'redis'] as const
const value = Uint8Array.of(7)
const patient = { connectPatience: 5000 }
const entry = { key: 'a', value, ttl: 60_000 }

async function worksOnce(driver: Driver): Promise<void> {
  await driver.connect()
  await driver.setMany([entry])
  expect(await driver.getMany(['a'])).toEqual([value])
  await driver.close()
}

describe.skipIf(!hasRedis)('reaching a Redis', () => {
  let server: RedisServer
  let admin: Redis
  let certificate: Certificate | undefined
  let tlsPort: number
  beforeAll(async () => {
    certificate = hasOpenssl ? makeCertificate() : undefined
    tlsPort = await freePort()
    server = await startRedis({ args: certificate?.serverArgs(tlsPort) ?? [] })
    admin = new Redis(server.port)
    await admin.acl('SETUSER', 'app', 'on', '>p@ss:/word', '~*', '+@all')
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
    await certificate?.dispose()
  })

  describe.each(CLIENTS)('through %s', (client) => {
    it('by a Unix socket', async () => {
      await worksOnce(redisDriver(`unix://${server.socket}?db=3`, { client }))
      expect(await admin.multi().select(3).exists('a').select(0).exec()).toContainEqual([null, 1])
    })

    it('with a database number, in the URL or beside it', async () => {
      await worksOnce(redisDriver(`${server.url}/4`, { client }))
      await worksOnce(redisDriver(`${server.url}/4`, { client, database: 5 }))
      const counts = await admin.multi().select(4).dbsize().select(5).dbsize().select(0).exec()
      expect(counts?.map(([, reply]) => reply)).toEqual(['OK', 1, 'OK', 1, 'OK'])
    })

    it('with user and password, in the URL or beside it', async () => {
      const { port } = server
      await worksOnce(redisDriver(`redis://app:${encodeURIComponent('p@ss:/word')}@127.0.0.1:${port}`, { client }))
      await worksOnce(redisDriver(server.url, { client, username: 'app', password: 'p@ss:/word' }))
      const wrong = redisDriver(`redis://app:guess@127.0.0.1:${port}`, { client })
      await expect(wrong.connect()).rejects.toThrow('WRONGPASS')
      await expect(wrong.getMany(['a'])).rejects.toThrow('WRONGPASS')
      await wrong.close()
    })

    it.skipIf(!hasOpenssl)('over TLS, whose certificate is checked (needs openssl)', async () => {
      const url = `rediss://localhost:${tlsPort}`
      const ca = certificate?.pem
      await worksOnce(redisDriver(url, { client, tls: { ca } }))
      await worksOnce(redisDriver(`redis://localhost:${tlsPort}`, { client, tls: { ca } }))
      const unchecked = redisDriver(url, { client })
      await expect(unchecked.connect()).rejects.toThrow(
        `redis: TLS handshake with localhost:${tlsPort} failed: self-signed certificate`,
      )
      await unchecked.close()
    })
  })

  it('puts the prefix of a handed-in client before each key exactly once', async () => {
    const ioredis = new Redis(server.port, { keyPrefix: 'p:', db: 7 })
    const nodeRedis = await createClient({ url: `${server.url}/7`, keyPrefix: 'p:' }).connect()
    const raw = new Redis(server.port, { db: 7 })
    for (const driver of [redisDriver(ioredis, patient), redisDriver(nodeRedis, patient)]) {
      await driver.setMany([{ key: 'x:set', value, ttl: 60_000 }])
      await driver.exchangeMany([{ key: 'x:exchange', value, ttl: 60_000 }], true)
      await driver.commit([{ key: 'x:commit', value, ttl: 60_000 }])
      await driver.setIfAbsent('x:absent', value)
      await raw.set('x:other', 'not ours')
      expect((await raw.keys('*')).sort()).toEqual(['p:x:absent', 'p:x:commit', 'p:x:exchange', 'p:x:set', 'x:other'])
      expect(await driver.deleteMany(['x:set'])).toBe(1)
      expect(await driver.deletePrefix('x:')).toBe(3)
      expect(await raw.keys('*')).toEqual(['x:other'])
    }
    ioredis.disconnect()
    nodeRedis.destroy()
    raw.disconnect()
  })

  it('sends one command for a batch of reads, and never KEYS', async () => {
    const driver = redisDriver(server.url, patient)
    await driver.setMany([entry])
    await admin.config('RESETSTAT')
    await driver.getMany(Array.from({ length: 5000 }, (_, i) => `k${i}`))
    await driver.deletePrefix('k')
    const stats = (await admin.info('commandstats')).match(/cmdstat_\w+:calls=\d+/g)
    expect(stats).toContain('cmdstat_mget:calls=1')
    expect(stats?.join()).not.toContain('cmdstat_keys')
    await driver.close()
  })

  it('names scripts as the server does', async () => {
    for (const script of [exchange, exchangeNewer]) {
      expect(await admin.script('LOAD', script.source)).toBe(await script.sha())
    }
  })
})
