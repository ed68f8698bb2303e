import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { FaultyRedis, type WireFault } from '../../helpers/faulty-redis.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually, everyCall, LIMIT, makeCache, runProcess, slowest, TOLERANCE, untilState } from './helpers.ts'

const FAULTS: Readonly<Record<string, WireFault>> = {
  'accepts and says nothing': 'silence',
  'answers LOADING': { answer: '-LOADING Redis is loading the dataset in memory\r\n' },
  'answers READONLY': { answer: "-READONLY You can't write against a read only replica.\r\n" },
  'answers OOM': { answer: "-OOM command not allowed when used memory > 'maxmemory'.\r\n" },
  'answers MOVED': { answer: '-MOVED 3999 127.0.0.1:1\r\n' },
  'answers NOAUTH': { answer: '-NOAUTH Authentication required.\r\n' },
  'answers garbage': { answer: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
  'answers OK to everything': { answer: '+OK\r\n' },
  'answers half and then nothing': { answer: '*2\r\n$16\r\nhalf of', after: 'silence' },
  'answers half and hangs up': { answer: '*2\r\n$16\r\nhalf of', after: 'end' },
  'answers to the command before': { shift: ':1\r\n' },
  'announces a length below zero': { answer: '$-99\r\n' },
  'announces a length without end': { answer: '$999999999999\r\nx', after: 'silence' },
}

type Handed = { readonly source: NonNullable<ManagerOptions['redis']>; readonly end: () => void }

/** Clients that the cache was handed. Their owner sees to it that they connect again. */
const HANDED: Readonly<Record<string, (url: string) => Handed>> = {
  ioredis: (url) => {
    const client = new Redis(url, { retryStrategy: () => 50 })
    client.on('error', () => undefined)
    return { source: client, end: () => client.disconnect() }
  },
  'node-redis': (url) => {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => undefined)
    return { source: client, end: () => client.destroy() }
  },
}

/** Errors that nobody handled: a process without a test runner would have died of one. */
const unhandled: unknown[] = []
const note = (error: unknown): void => {
  unhandled.push(error)
}

describe.skipIf(!hasRedis)('a Redis that', () => {
  let server: RedisServer
  let faulty: FaultyRedis
  beforeAll(async () => {
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
    server = await startRedis()
  })
  afterAll(async () => {
    process.removeListener('unhandledRejection', note)
    process.removeListener('uncaughtException', note)
    await server.stop()
  })
  beforeEach(async () => {
    faulty = await FaultyRedis.start(server.port)
  })
  afterEach(async () => {
    await faulty.stop()
    await delay(20)
    expect(unhandled.splice(0)).toEqual([])
  })

  const circuit = { firstDelay: '50ms', maxDelay: '200ms' } as const

  /** Breaks the server, writes, repairs it, and looks at what is there. */
  async function trial(options: ManagerOptions, fault: WireFault, repair: () => void): Promise<void> {
    const namespace = `n${faulty.port}`
    const cache = makeCache({ ...options, namespace, circuit })
    expect(await cache.ready()).toBe(true)
    await cache.setMany('live', { a: 'before', gone: 'before' })
    await cache.set('packed', 'cleared', 'before')
    faulty.break(fault)
    for (const region of ['live', 'packed', 'generation_status']) {
      expect(await slowest(everyCall(cache, region))).toBeLessThan(LIMIT + TOLERANCE)
    }
    const writes = async () => {
      await cache.set('live', 'a', 'after')
      await cache.delete('live', 'gone')
      await cache.clear('packed')
      await cache.transaction('live', async (tx) => {
        await tx.set('t1', 1)
        await tx.set('t2', 2)
      })
    }
    // The circuit is open, or about to be.
    expect(await slowest([writes])).toBeLessThan(LIMIT + TOLERANCE)
    expect(await cache.get('live', 'a')).toBe('after')
    expect(await cache.get('live', 'gone')).toBeUndefined()
    await delay(300)
    repair()
    await untilState(cache, 'closed')
    const other = makeCache({ redis: server.url, namespace })
    await eventually(async () => {
      expect(await other.getMany('live', ['a', 'gone', 't1', 't2'])).toEqual(
        new Map<string, unknown>([
          ['a', 'after'],
          ['t1', 1],
          ['t2', 2],
        ]),
      )
      expect(await other.get('packed', 'cleared')).toBeUndefined()
    })
    await cache.set('live', 'a', 'later')
    await eventually(async () =>
      expect(await makeCache({ redis: server.url, namespace }).get('live', 'a')).toBe('later'),
    )
  }

  describe.each(Object.entries(FAULTS))('%s', (_, fault) => {
    it.each(['ioredis', 'redis'] as const)(
      'costs no call more than its limit, and is used again once it is sound, through %s',
      (client) => trial({ l2: redisDriver(faulty.url, { client }) }, fault, () => faulty.heal()),
    )

    it.each(Object.entries(HANDED))('is no different for a client of %s that was handed in', async (_, hand) => {
      const { source, end } = hand(faulty.url)
      try {
        await trial({ redis: source }, fault, () => {
          faulty.heal()
          faulty.drop()
        })
      } finally {
        end()
      }
    })

    it.each(['ioredis', 'redis'] as const)(
      'does not keep a cache from being closed in time, through %s',
      async (client) => {
        const cache = makeCache({ l2: redisDriver(faulty.url, { client }), timeouts: { close: '300ms' }, circuit })
        await cache.ready()
        faulty.break(fault)
        await cache.set('live', 'k', 1)
        await cache.set('live', 'l', 1)
        expect(await slowest([() => cache.close()])).toBeLessThan(300 + LIMIT + TOLERANCE)
      },
    )
  })

  it.each(['ioredis', 'redis'] as const)(
    'says nothing, or nonsense, from the start keeps no process alive once its cache was closed, through %s',
    async (client) => {
      for (const fault of ['silence', FAULTS['answers garbage']] as WireFault[]) {
        faulty.break(fault)
        const script = `import { CacheManager } from './js/index.ts'
          import { redisDriver } from './js/tiers/redis/index.ts'
          const cache = new CacheManager({
            l2: redisDriver('${faulty.url}', { client: '${client}' }), timeouts: { close: '300ms' },
          })
          await cache.set('metrics', 'k', 1)
          console.log(await cache.get('metrics', 'k'))
          console.log(JSON.stringify(await cache.close()))`
        expect(await runProcess(script)).toEqual({ code: 0, signal: null, output: '1\n{"unsent":1}\n' })
      }
    },
  )
})
