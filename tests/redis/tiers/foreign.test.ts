import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Remote } from '../../../js/flow/remote.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { envelope, textOf, tombstone } from '../../helpers/stored.ts'

const REGION = 'region'
const META = `test:${REGION}:generation`
const TTL = 60_000

describe.skipIf(!hasRedis).each([
  ['ioredis', false],
  ['redis', false],
  ['ioredis', true],
  ['redis', true],
] as const)('a value of another type under a key of ours, through %s, on a cluster: %s', (client, cluster) => {
  let server: RedisServer
  let admin: Redis
  let remote: Remote
  beforeAll(async () => {
    server = await startRedis(
      cluster ? { args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] } : {},
    )
    admin = new Redis(server.port)
    if (!cluster) return
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await delay(10)
  })
  beforeEach(async () => {
    await admin.flushall()
    const driver = redisDriver(cluster ? [server.url] : server.url, { client, connectPatience: 5000 })
    remote = new Remote({ driver, namespace: 'test', limit: 5000 })
    expect(await set('k', 'first')).toBe('stored')
  })
  afterEach(async () => {
    expect(remote.status()).toMatchObject({ state: 'closed', lastError: undefined, journal: { length: 0 } })
    await remote.close()
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  const set = async (key: string, text: string) =>
    (await remote.setMany(REGION, [{ key, envelope: envelope(remote.stamps.next(), text), ttl: TTL }]))[0]
  const remove = async (key: string) =>
    (await remote.deleteMany(REGION, [{ key, envelope: tombstone(remote.stamps.next()) }]))[0]
  const get = async (key: string) => textOf((await remote.getMany(REGION, [key]))[0])
  const clear = async () => (await remote.clear(REGION, remote.stamps.next())).outcome
  const occupy = async (key: string) => {
    await admin.del(key)
    await admin.lpush(key, 'foreign')
  }
  /** Puts a list where the value of `k` lies. */
  const occupyValue = async () => {
    const token = (await admin.getBuffer(META))?.subarray(-16).toString()
    await occupy(`test:${REGION}:${token}:k`)
  }

  it('is a miss, and is replaced by the next write', async () => {
    await occupyValue()
    expect(await get('k')).toBeUndefined()
    expect(await set('k', 'second')).toBe('stored')
    expect(await get('k')).toBe('second')
  })

  it('is no value that a deletion could have removed', async () => {
    await occupyValue()
    expect(await remove('k')).toEqual({ outcome: 'stored', existed: false })
    expect(await get('k')).toBeUndefined()
  })

  it('is replaced by a commit', async () => {
    await occupyValue()
    const writes = [{ key: 'k', envelope: envelope(remote.stamps.next(), 'second'), ttl: TTL }]
    expect(await remote.commit(REGION, writes)).toEqual({ outcome: 'committed' })
    expect(await get('k')).toBe('second')
  })

  it.each([
    ['set', async () => expect(await set('k', 'second')).toBe('stored')],
    ['get', async () => expect(await get('k')).toBeUndefined()],
    ['delete', async () => expect(await remove('k')).toMatchObject({ outcome: 'stored' })],
    ['clear', async () => expect(await clear()).toBe('stored')],
  ] as const)('makes way for a new generation at a %s where the generation was', async (_, call) => {
    await occupy(META)
    await call()
    expect(await admin.type(META)).toBe('string')
    expect(await set('k', 'third')).toBe('stored')
    expect(await get('k')).toBe('third')
  })
})
