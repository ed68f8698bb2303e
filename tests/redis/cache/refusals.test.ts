import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, LIMIT, makeCache, slowest, TOLERANCE, untilState } from './helpers.ts'

const circuit = { firstDelay: '50ms', maxDelay: '200ms' } as const

/** Whether writes pass, or wait. */
function takesWrites(cache: CacheManager): boolean | undefined {
  const { l2 } = cache.status()
  return l2.state === 'none' ? undefined : l2.takesWrites
}

describe.skipIf(!hasRedis)('a real Redis', () => {
  let server: RedisServer
  let admin: Redis
  beforeEach(async () => {
    server = await startRedis({ persistent: true, args: ['--proto-max-bulk-len', '1mb'] })
    admin = new Redis(server.url)
    admin.on('error', () => undefined)
  })
  afterEach(async () => {
    admin.disconnect()
    await server.stop()
  })

  it('that hangs up on a value too large for it is used again, and shows nothing older in its place', async () => {
    const [writer, reader] = [makeCache({ redis: server.url, circuit }), makeCache({ redis: server.url, circuit })]
    await Promise.all([writer.ready(), reader.ready()])
    await writer.set('live', 'large', 'before')
    expect(await reader.get('live', 'large')).toBe('before')
    const large = 'x'.repeat(2 << 20)
    // Two MiB have three times the limit.
    expect(await slowest([() => writer.set('live', 'large', large)])).toBeLessThan(3 * LIMIT + TOLERANCE)
    await writer.set('live', 'small', 'after')
    await untilState(writer, 'closed')
    expect(await makeCache({ redis: server.url }).get('live', 'small')).toBe('after')
    await eventually(async () => expect(await reader.get('live', 'large')).toBeUndefined())
  })

  it('that becomes a replica serves reads, and takes what waited when it is a master again', async () => {
    const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
    try {
      const cache = makeCache({ redis: server.url, circuit, defaults: { l1: { ttl: 1 } }, bus: false })
      await cache.ready()
      await cache.set('live', 'k', 'before')
      await admin.call('REPLICAOF', '127.0.0.1', String(master.port))
      await eventually(async () => expect(await admin.info('replication')).toContain('master_link_status:up'))
      expect(await slowest([() => cache.set('live', 'k', 'during')])).toBeLessThan(LIMIT + TOLERANCE)
      await eventually(() => expect([cache.status().l2.state, takesWrites(cache)]).toEqual(['closed', false]))
      expect(await cache.get('live', 'k')).toBe('during')
      await admin.call('REPLICAOF', 'NO', 'ONE')
      await eventually(() => expect(takesWrites(cache)).toBe(true))
      await untilState(cache, 'closed')
      expect(await makeCache({ redis: server.url }).get('live', 'k')).toBe('during')
    } finally {
      await master.stop()
    }
  })

  it('that is full in the middle of a replay takes the rest when there is room', async () => {
    const port = await freePort()
    const cache = makeCache({ redis: `redis://127.0.0.1:${port}`, circuit })
    const keys = Array.from({ length: 3_000 }, (_, i) => `k${i}`)
    for (const key of keys) await cache.set('live', key, key.padEnd(1_000))
    const small = await startRedis({ port, args: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'] })
    const owner = new Redis(small.url)
    try {
      await eventually(() => expect([cache.status().l2.state, takesWrites(cache)]).toEqual(['closed', false]))
      expect(await owner.dbsize()).toBeGreaterThan(100)
      await owner.config('SET', 'maxmemory', 0)
      await eventually(() => expect(takesWrites(cache)).toBe(true))
      await untilState(cache, 'closed')
      const found = await makeCache({ redis: small.url }).getMany('live', keys)
      expect(keys.filter((key) => found.get(key) !== key.padEnd(1_000))).toEqual([])
    } finally {
      owner.disconnect()
      await small.stop()
    }
  })
})
