import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheEvents } from '../../../js/observe/events.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { makeCache } from './helpers.ts'

const KEY = '7e'.repeat(32)
const OTHER_KEY = '1b'.repeat(32)

describe.skipIf(!hasRedis)('what lies in Redis', () => {
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

  /** All keys and values, as text of one byte a character. */
  async function everything(): Promise<string> {
    const keys = await admin.keys('*')
    const values = await Promise.all(keys.map((key) => admin.getBuffer(key)))
    return [...keys, ...values.map((value) => value?.toString('latin1') ?? '')].join('\n')
  }

  it('shows neither keys nor values of an encrypted region, not even of what was deleted', async () => {
    const cache = makeCache({ redis: server.url, encryption: { keys: KEY } })
    await cache.set('user_preferences', 'ada@example.org', { colour: 'ultraviolet' })
    await cache.set('user_preferences', 'gone@example.org', { colour: 'infrared' })
    await cache.delete('user_preferences', 'gone@example.org')
    await cache.transaction('user_preferences', (tx) => tx.set('both@example.org', 'ultraviolet'))
    const text = await everything()
    expect(text).toMatch(/omnicache:user_preferences:/)
    expect(text).not.toMatch(/example|ultra|infra|colour/)
    const other = makeCache({ redis: server.url, encryption: { keys: KEY } })
    expect(await other.get('user_preferences', 'ada@example.org')).toEqual({ colour: 'ultraviolet' })
  })

  it('does not open under another key: a miss, with its reason, and the region can be used on', async () => {
    const indexSecret = KEY
    await makeCache({ redis: server.url, encryption: { keys: KEY, indexSecret } }).set('user_preferences', 'k', 1)
    const cache = makeCache({ redis: server.url, encryption: { keys: OTHER_KEY, indexSecret } })
    const corrupt: CacheEvents['corrupt'][] = []
    cache.on('corrupt', (event) => corrupt.push(event))
    expect(await cache.get('user_preferences', 'k')).toBeUndefined()
    expect(corrupt).toEqual([{ region: 'user_preferences', key: '[redacted]', reason: expect.stringMatching(/./) }])
    expect(await cache.getOrSet('user_preferences', 'k', () => 2)).toBe(2)
  })

  it('is nothing of an encrypted region where there is no key', async () => {
    const cache = makeCache({ redis: server.url })
    await cache.set('user_preferences', 'k', 1)
    await cache.set('live', 'k', 1)
    expect(await cache.get('user_preferences', 'k')).toBe(1)
    expect(await everything()).not.toMatch(/user_preferences/)
  })

  it('may be damaged in any byte: a miss and an event, never an error', async () => {
    const cache = makeCache({ redis: server.url })
    await cache.set('live', 'k', { text: 'a value' })
    const [name = ''] = await admin.keys('omnicache:live:*:k')
    const bytes = (await admin.getBuffer(name)) ?? Buffer.alloc(0)
    expect(bytes.length).toBeGreaterThan(40)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0x40
      await admin.set(name, damaged)
      const reader = makeCache({ redis: server.url, timeouts: { close: '100ms' } })
      let corrupt = 0
      reader.on('corrupt', () => corrupt++)
      expect(await reader.get('live', 'k'), `byte ${at}`).toBeUndefined()
      expect(corrupt, `byte ${at}`).toBe(1)
      await reader.close()
    }
  })

  it('has a lifetime there, too, and every key begins with the namespace, once', async () => {
    const cache = makeCache({ redis: server.url, namespace: 'shop' })
    await cache.set('live', 'k', 1, { ttl: '100s' })
    const keys = await admin.keys('*')
    for (const key of keys) expect(key).toMatch(/^shop:live:(generation|[0-9a-f]{16}:k)$/)
    const [entry = ''] = keys.filter((key) => key.endsWith(':k'))
    const left = await admin.pttl(entry)
    expect(left).toBeGreaterThan(90_000)
    expect(left).toBeLessThanOrEqual(100_000)
  })
})
