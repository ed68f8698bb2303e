import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Driver } from '../../../js/tiers/driver.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const entry = { key: 'a', value: Uint8Array.of(7), ttl: 60_000 }

/** What a client says to a new connection, before and after its SELECT. */
const GREETING = /^(?:hello|auth|client|info|select|ping)$/i

/** A command that reached the server: its name, who sent it, and the database it ran in. */
interface Seen {
  readonly name: string
  readonly source: string
  readonly database: string
}

/** Has the server tell of every command. A client's own way to do so may take what is told for a reply. */
async function startMonitor(port: number, tell: (command: Seen) => void): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' })
  const lines = createInterface({ input: socket })
  const started = once(lines, 'line')
  socket.write('MONITOR\r\n')
  await started
  lines.on('line', (line) => {
    const { database = '', source = '', name = '' } = MONITORED.exec(line)?.groups ?? {}
    tell({ name, source, database })
  })
  return socket
}

const MONITORED = /^\+\S+ \[(?<database>\d+) (?<source>\S+)\] "(?<name>[^"]*)"/

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('the database of a URL, through %s', (client) => {
  let server: RedisServer
  let admin: Redis
  let monitor: Socket
  /** The connections of the test itself. */
  let own: ReadonlySet<string>
  /** Every command of other connections that reached the server, and the database it ran in. */
  let seen: Seen[]
  let driver: Driver

  beforeEach(async () => {
    server = await startRedis({ args: ['--databases', '4'] })
    admin = new Redis(server.port)
    own = new Set()
    seen = []
    monitor = await startMonitor(server.port, (command) => {
      if (!own.has(command.source)) seen.push(command)
    })
    own = new Set(await addresses())
  })
  afterEach(async () => {
    await driver.close()
    admin.disconnect()
    monitor.destroy()
    await server.stop()
  })

  const addresses = async () => String(await admin.client('LIST')).match(/(?<= addr=)\S+/g) ?? []

  /** Ends all connections but the test's own, and answers how many there were. */
  async function disconnect(): Promise<number> {
    const others = (await addresses()).filter((address) => !own.has(address))
    await Promise.all(others.map((address) => admin.call('CLIENT', 'KILL', 'ADDR', address)))
    return others.length
  }

  /** Calls all that a driver can do, at once. */
  const calls = () => [
    driver.connect(),
    driver.getMany(['a']),
    driver.setMany([entry]),
    driver.exchangeMany([entry], true),
    driver.setIfAbsent('a', entry.value),
    driver.commit([entry]),
    driver.deleteMany(['a']),
    driver.deletePrefix('a'),
    driver.now(),
  ]
  const serves = async () => (await Promise.allSettled(calls())).every(({ status }) => status === 'fulfilled')

  /** In which databases commands ran that are no part of making a connection. */
  async function databases(): Promise<string[]> {
    // The monitor tells in order: when it has told of this, it has told of everything before.
    const mark = new Redis(server.port)
    await mark.echo('the end')
    mark.disconnect()
    await expect.poll(() => seen.some(({ name }) => name === 'echo')).toBe(true)
    const used = seen.filter(({ name }) => name !== 'echo' && !GREETING.test(name))
    return [...new Set(used.map(({ database }) => database))]
  }

  it('that the server does not have: nothing is ever sent, and every error names it', async () => {
    driver = redisDriver(`${server.url}/9`, { client })
    const refusal = {
      code: 'TIER_UNAVAILABLE',
      message: `redis: 127.0.0.1:${server.port}, database 9: ERR DB index is out of range`,
    }
    await expect(driver.connect()).rejects.toMatchObject(refusal)
    for (let round = 0; round < 3; round++) {
      await Promise.all(calls().map((call) => expect(call).rejects.toMatchObject(refusal)))
      await disconnect()
    }
    expect(await databases()).toEqual([])
    expect(await admin.dbsize()).toBe(0)
  })

  it('that the server has: nothing is sent to another one, however often the connection is lost', async () => {
    driver = redisDriver(`${server.url}/3`, { client })
    await driver.connect()
    for (let round = 0; round < 4; round++) {
      await expect.poll(serves, { timeout: 10_000, interval: 5 }).toBe(true)
      expect(await disconnect()).toBe(1)
    }
    await expect.poll(serves, { timeout: 10_000, interval: 5 }).toBe(true)
    expect(await databases()).toEqual(['3'])
    expect(await admin.dbsize()).toBe(0)
  })

  it('that the user may not select: served as soon as it is allowed', async () => {
    await admin.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-select')
    driver = redisDriver(`redis://app:secret@127.0.0.1:${server.port}/2`, { client })
    await expect(driver.connect()).rejects.toThrow(/database 2: NOPERM/)
    await expect(driver.setMany([entry])).rejects.toThrow(/database 2: NOPERM/)
    await admin.acl('SETUSER', 'app', '+select')
    await expect.poll(serves, { timeout: 10_000 }).toBe(true)
    expect(await databases()).toEqual(['2'])
    expect(await admin.dbsize()).toBe(0)
  })
})
