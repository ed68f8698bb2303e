import { once } from 'node:events'
import { createServer } from 'node:net'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { type RedisDriverOptions, redisDriver } from '../../../js/tiers/redis/index.ts'
import { FaultyRedis } from '../../helpers/faulty-redis.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, makeCache } from './helpers.ts'

const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

let server: RedisServer
const ends: (() => unknown)[] = []
beforeAll(async () => {
  if (hasRedis) server = await startRedis({ args: ['--requirepass', 'sesame'] })
})
afterAll(() => server?.stop())
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A server that cannot be used, and why. */
interface Case {
  readonly url: () => string | Promise<string>
  readonly cause: RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'wants a password': { url: () => server.url, cause: /^redis: (?:\S+: )?NOAUTH/ },
  'wants another password': {
    url: () => `redis://:open@127.0.0.1:${server.port}`,
    cause: /^redis: (?:\S+: )?WRONGPASS/,
  },
  'is not there': { url: async () => `redis://127.0.0.1:${await freePort()}`, cause: /^redis: connect ECONNREFUSED/ },
  'has no such database': {
    url: () => `redis://:sesame@127.0.0.1:${server.port}/99`,
    cause: /^redis: (?:\S+, database 99: )?ERR DB index is out of range/,
  },
  'speaks no TLS': {
    url: () => `rediss://:sesame@127.0.0.1:${server.port}`,
    cause: /^redis: .*(?:SSL|TLS|no connection yet)/,
  },
  'loads its data': { url: loading, cause: /^redis: (?:\S+: )?(?:LOADING|connected, but the server is not ready)/ },
  'accepts connections and never answers': {
    url: silent,
    cause: /^redis: (?:\S+: )?connected, but the server is not ready/,
  },
}

/** As a server that reads a large file at its start: every command is refused. */
async function loading(): Promise<string> {
  const open = await startRedis()
  const faulty = await FaultyRedis.start(open.port)
  faulty.break({ answer: '-LOADING Redis is loading the dataset in memory\r\n' })
  ends.push(
    () => faulty.stop(),
    () => open.stop(),
  )
  return faulty.url
}

async function silent(): Promise<string> {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  ends.push(() => mute.close())
  const address = mute.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return `redis://127.0.0.1:${address.port}`
}

/** How a cache comes by its client. */
const CLIENTS: Readonly<Record<string, (url: string) => ManagerOptions>> = {
  'a client of its own, of ioredis': (url) => ({ l2: own(url, 'ioredis') }),
  'a client of its own, of node-redis': (url) => ({ l2: own(url, 'redis') }),
  'an ioredis client': (url) => {
    const client = new Redis(url, { lazyConnect: true, ...(url.startsWith('rediss') ? { tls: {} } : {}) })
    client.on('error', () => undefined)
    ends.push(() => client.disconnect())
    return { redis: client }
  },
  'a node-redis client': (url) => {
    const client = createClient({ url })
    client.on('error', () => undefined)
    ends.push(() => client.isOpen && client.destroy())
    return { redis: client }
  },
}

function own(url: string, client: RedisDriverOptions['client']) {
  return redisDriver(url, client === undefined ? {} : { client })
}

/** ioredis goes on in database 0 where it cannot have another: a client of its own is kept from that, and no other. */
const isIts = (client: string, [what]: readonly [string, Case]) =>
  client !== 'an ioredis client' || what !== 'has no such database'

describe.skipIf(!hasRedis).each(Object.entries(CLIENTS))('through %s', (client, optionsOf) => {
  it.each(Object.entries(CASES).filter((one) => isIts(client, one)))(
    'a Redis that %s is away, and why comes first wherever that is told',
    async (_, { url, cause }) => {
      const lines: string[] = []
      const line = (text: string) => void lines.push(text)
      const causes: unknown[] = []
      const logger = { debug: () => undefined, info: line, warn: line, error: line }
      const cache = makeCache({ ...optionsOf(await url()), logger, encryption: { keys: KEY } })
      cache.on('circuit', ({ state, part, cause }) => state === 'open' && part === 'tier' && causes.push(cause))
      const away = { code: 'TIER_UNAVAILABLE', message: expect.stringMatching(cause), context: { tier: 'redis' } }
      expect(await cache.ready('300ms')).toBe(false)
      await eventually(() => expect(cache.status().l2).toMatchObject({ lastError: away }))
      await eventually(() => expect(causes).toContainEqual(expect.objectContaining(away)))
      // One line for each reason: on a busy machine an outage may begin before more is known.
      const opened = lines.filter((text) => text.startsWith('redis: circuit open: '))
      const said = new RegExp(cause.source.replace('^redis: ', '^redis: circuit open: .*'))
      expect(opened).toContainEqual(expect.stringMatching(said))
      expect(opened).toHaveLength(new Set(opened).size)
    },
  )
})
