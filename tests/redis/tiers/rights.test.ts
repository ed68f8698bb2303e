import { readFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, makeCache, untilState } from '../cache/helpers.ts'

/** The command on the page about Redis, as words. */
async function documentedRights(): Promise<string[]> {
  const page = await readFile(new URL('../../../docs/redis.md', import.meta.url), 'utf8')
  const command = /^ACL SETUSER[^`]*/m.exec(page)?.[0] ?? ''
  return command.trim().split(/\s+/).slice(2)
}

describe.skipIf(!hasRedis)('a user with the rights that are documented', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
    const admin = new Redis(server.port)
    await admin.call('ACL', 'SETUSER', ...(await documentedRights()))
    admin.disconnect()
  })
  afterAll(() => server.stop())

  it.each([
    ['ioredis', 'pubsub'],
    ['ioredis', 'tracking'],
    ['redis', 'pubsub'],
    ['redis', 'tracking'],
  ] as const)('can do all that a cache does, through %s, with the bus %s', async (client, bus) => {
    const cache = (current = 'k1') =>
      makeCache({
        bus,
        encryption: {
          keys: { current, ring: { k1: '1b'.repeat(32), k2: '7e'.repeat(32) } },
          indexSecret: '00'.repeat(32),
        },
        l2: redisDriver(`redis://cache:secret@127.0.0.1:${server.port}/0`, { client, connectPatience: 5000 }),
      })
    const [one, other] = [cache(), cache()]
    expect(await one.ready()).toBe(true)
    expect(await other.ready()).toBe(true)
    await eventually(() => expect(one.status().bus.state).toBe('up'))
    const refused: unknown[] = []
    one.on('error', ({ error }) => refused.push(error))
    await one.setMany('live', { a: 1, b: 2, c: 3 })
    await one.delete('live', 'c')
    await one.transaction('live', async (tx) => {
      await tx.set('d', 4)
    })
    expect(await other.getMany('live', ['a', 'b', 'c', 'd'])).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
        ['d', 4],
      ]),
    )
    await one.set('user_preferences', 'a', 1)
    expect(await cache('k2').rekey('user_preferences')).toMatchObject({ resealed: 1 })
    await one.clear('live')
    await one.set('live', 'a', 5)
    // What the clear left behind is removed in the background.
    const admin = new Redis(server.port)
    await eventually(async () => expect(await admin.keys('omnicache:live:*:[bcd]')).toEqual([]))
    await admin.flushall()
    admin.disconnect()
    await untilState(one, 'closed')
    expect(refused).toEqual([])
  })
})
