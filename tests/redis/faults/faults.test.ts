import { Redis } from 'ioredis'
import { afterEach, describe, it } from 'vitest'
import { delay } from '../../helpers/delay.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { Fleet } from './fleet.ts'
import { survives } from './survives.ts'

const PASSWORD = 'first'

/** Something that goes wrong with a real Redis, while four processes work with it. */
interface Fault {
  readonly name: string
  readonly seed: number
  readonly args?: readonly string[]
  /** Whether the server itself may lose entries by it. */
  readonly loses?: boolean
  /** Does it and, where need be, undoes it. */
  readonly happen: (server: RedisServer, admin: Redis, fleet: Fleet) => Promise<unknown>
}

const FAULTS: readonly Fault[] = [
  { name: 'is killed and restarted', seed: 1, happen: killed },
  { name: 'is killed and comes back empty', seed: 2, args: ['--appendonly', 'no'], loses: true, happen: killed },
  { name: 'is frozen for 10 s', seed: 3, happen: frozen },
  { name: 'is flushed', seed: 4, loses: true, happen: (_, admin) => admin.flushall() },
  { name: 'cuts all connections, again and again', seed: 5, happen: (_, admin) => cut(admin, ['normal', 'pubsub']) },
  { name: 'cuts the connections of the bus alone', seed: 6, happen: (_, admin) => cut(admin, ['pubsub']) },
  { name: 'cuts the connections of L2 alone', seed: 7, happen: (_, admin) => cut(admin, ['normal']) },
  { name: 'is full', seed: 8, happen: (_, admin) => full(admin, 'noeviction') },
  { name: 'is full, and evicts', seed: 9, loses: true, happen: (_, admin) => full(admin, 'allkeys-lru') },
  { name: 'takes another password', seed: 10, args: ['--requirepass', PASSWORD], happen: (_, admin) => locked(admin) },
  { name: 'is well, and one of them is frozen for 4 s', seed: 14, happen: (_s, _a, fleet) => fleet.freeze(0, 4_000) },
]

async function killed(server: RedisServer): Promise<void> {
  await server.kill()
  await delay(1_000)
  await server.restart()
}

async function frozen(server: RedisServer): Promise<void> {
  server.freeze()
  await delay(10_000)
  server.thaw()
}

async function cut(admin: Redis, types: readonly string[]): Promise<void> {
  for (let i = 0; i < 8; i++) {
    for (const type of types) await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
    await delay(150)
  }
}

async function full(admin: Redis, policy: string): Promise<void> {
  const info = await admin.info('memory')
  const used = Number(/used_memory:(\d+)/.exec(info)?.[1])
  await admin.config('SET', 'maxmemory-policy', policy)
  await admin.config('SET', 'maxmemory', policy === 'noeviction' ? 1 : used)
  await delay(1_500)
  await admin.config('SET', 'maxmemory', 0)
}

async function locked(admin: Redis): Promise<void> {
  await admin.config('SET', 'requirepass', 'second')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes')
  await delay(1_000)
  await admin.config('SET', 'requirepass', PASSWORD)
}

describe.skipIf(!hasRedis)('four processes, while their Redis', () => {
  let cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of cleanUp.reverse()) await step()
    cleanUp = []
  })

  it.each(FAULTS)('$name', { timeout: 90_000 }, async ({ seed, args, loses = false, happen }) => {
    const server = await startRedis({ persistent: true, args: args ?? [] })
    cleanUp.push(() => server.stop())
    const url = args?.includes(PASSWORD) ? `redis://:${PASSWORD}@127.0.0.1:${server.port}` : server.url
    const admin = new Redis(url, { maxRetriesPerRequest: null })
    admin.on('error', () => undefined)
    cleanUp.push(async () => admin.disconnect())
    const fleet = await Fleet.start(url)
    cleanUp.push(() => fleet.close())

    await survives(fleet, { seed, loses, fault: () => happen(server, admin, fleet) })
  })
})
