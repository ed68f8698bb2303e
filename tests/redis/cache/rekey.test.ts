import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyRingOptions } from '../../../js/config/encryption-keys.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, makeCache } from './helpers.ts'

const [K1, K2] = ['7e'.repeat(32), '1b'.repeat(32)]
const indexSecret = 'a5'.repeat(32)
const BEFORE: KeyRingOptions = { keys: { current: 'k1', ring: { k1: K1 } }, indexSecret }
const BOTH: KeyRingOptions = { keys: { current: 'k2', ring: { k1: K1, k2: K2 } }, indexSecret }
const AFTER: KeyRingOptions = { keys: { current: 'k2', ring: { k2: K2 } }, indexSecret }

/** How many entries there are. */
const COUNT = 2_000

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('rotation of keys in Redis, through %s', (client) => {
  let server: RedisServer
  let admin: Redis
  beforeEach(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
  })
  afterEach(async () => {
    admin.disconnect()
    await server.stop()
  })

  const open = (encryption: KeyRingOptions) =>
    makeCache({ l2: redisDriver(server.url, { client, connectPatience: 5000 }), encryption, bus: false })

  /** The id of the key of each entry, with how many ms it has left. */
  async function entries(): Promise<{ id: string; left: number }[]> {
    const keys = (await admin.keys('omnicache:user_preferences:*')).filter((key) => /:[\w-]{43}$/.test(key))
    return Promise.all(
      keys.map(async (key) => {
        const bytes = (await admin.getBuffer(key)) ?? Buffer.alloc(0)
        return { id: bytes.subarray(46, 46 + (bytes[7] ?? 0)).toString(), left: await admin.pttl(key) }
      }),
    )
  }

  it('rekey seals all of a region again, among many keys that are none of its, while others write', async () => {
    const old = open(BEFORE)
    const cache = open(BOTH)
    await old.setMany('user_preferences', new Map(Array.from({ length: COUNT }, (_, i) => [`k${i}`, { i }])), {
      ttl: '1h',
    })
    await old.setMany('live', new Map(Array.from({ length: COUNT }, (_, i) => [`k${i}`, { i }])))
    const rekeying = cache.rekey('user_preferences')
    for (let i = 0; i < 100; i++) {
      await cache.set('user_preferences', `k${i}`, { anew: i })
      await cache.delete('user_preferences', `k${COUNT - 1 - i}`)
    }
    const done = await rekeying
    expect(done.resealed + done.current + done.gone).toBe(done.done)
    expect(done).toMatchObject({ unreadable: 0 })
    expect(done.resealed).toBeGreaterThan(COUNT / 2)
    const after = await entries()
    expect(new Set(after.map(({ id }) => id))).toEqual(new Set(['k2']))
    expect(Math.min(...after.map(({ left }) => left))).toBeGreaterThan(3_000_000)
    expect(Math.max(...after.map(({ left }) => left))).toBeLessThanOrEqual(24 * 3_600_000)
    const later = open(AFTER)
    const found = await later.getMany(
      'user_preferences',
      Array.from({ length: COUNT }, (_, i) => `k${i}`),
    )
    expect(found.size).toBe(COUNT - 100)
    expect(found.get('k7')).toEqual({ anew: 7 })
    expect(found.get('k500')).toEqual({ i: 500 })
  })

  it('an entry that is read is sealed again, and keeps its lifetime', async () => {
    await open(BEFORE).set('user_preferences', 'k', 'value', { ttl: '100s' })
    const cache = open(BOTH)
    expect(await cache.get('user_preferences', 'k')).toBe('value')
    await eventually(async () => expect((await entries()).map(({ id }) => id)).toEqual(['k2']))
    const [entry] = await entries()
    expect(entry?.left).toBeGreaterThan(60_000)
    expect(entry?.left).toBeLessThanOrEqual(100_000)
    expect(await open(AFTER).get('user_preferences', 'k')).toBe('value')
  })

  it('a replaced index secret is told', async () => {
    await open(BEFORE).set('user_preferences', 'k', 'value')
    await eventually(async () => expect(await admin.exists('omnicache:user_preferences:index')).toBe(1))
    const cache = open({ ...BEFORE, indexSecret: K2 })
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))
    expect(await cache.get('user_preferences', 'k')).toBeUndefined()
    await eventually(() => expect(errors).toEqual([expect.objectContaining({ code: 'INVALID_ENCRYPTION_KEY' })]))
  })
})
