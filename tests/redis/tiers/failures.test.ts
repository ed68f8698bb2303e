import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CacheError } from '../../../js/errors.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { type RedisDriverOptions, type RedisSource, redisDriver } from '../../../js/tiers/redis/index.ts'
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'

const PASSWORD = 'hunter2'

describe.skipIf(!hasRedis).each(['ioredis', 'redis'] as const)('why there is no connection, through %s', (client) => {
  let server: RedisServer
  let hangingUp: Server
  let driver: Driver | undefined
  beforeAll(async () => {
    server = await startRedis({ args: ['--requirepass', 'secret'] })
    hangingUp = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1')
    await once(hangingUp, 'listening')
  })
  afterEach(() => driver?.close())
  afterAll(async () => {
    hangingUp.close()
    await server.stop()
  })

  /** What `connect` rejects with; calls after it say the same, even between two attempts. */
  async function failure(source: RedisSource, options: RedisDriverOptions = {}): Promise<CacheError> {
    driver = redisDriver(source, { client, ...options })
    const error = await driver.connect().then(
      () => expect.unreachable('it connected'),
      (reason: unknown) => reason,
    )
    if (!(error instanceof CacheError)) throw error
    expect(error).toMatchObject({ code: 'TIER_UNAVAILABLE', context: { tier: 'redis' } })
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(PASSWORD)
    await expect(driver.getMany(['a'])).rejects.toThrow(error.message)
    return error
  }

  it('nobody listens there', async () => {
    const port = await freePort()
    for (const scheme of ['redis', 'rediss']) {
      const { message } = await failure(`${scheme}://127.0.0.1:${port}/2`)
      expect(message).toBe(`redis: connect ECONNREFUSED 127.0.0.1:${port}`)
      await driver?.close()
    }
  })

  it('the host does not exist', async () => {
    const { message } = await failure('redis://no-such-host.invalid')
    expect(message).toMatch(/^redis: getaddrinfo E\w+ no-such-host\.invalid$/)
  })

  it('there is no such socket', async () => {
    const { message } = await failure('unix:///no/such.sock')
    expect(message).toBe('redis: connect ENOENT /no/such.sock')
  })

  it('the password is wrong', async () => {
    const { message } = await failure(`redis://:${PASSWORD}@127.0.0.1:${server.port}`)
    expect(message).toMatch(new RegExp(`^redis: 127\\.0\\.0\\.1:${server.port}: WRONGPASS [^:]*$`))
  })

  it('the password is missing', async () => {
    const { message } = await failure(server.url)
    expect(message).toMatch(new RegExp(`^redis: 127\\.0\\.0\\.1:${server.port}: NOAUTH [^:]*$`))
  })

  it('the server does not speak TLS', async () => {
    const { message } = await failure(`rediss://127.0.0.1:${server.port}`, { connectTimeout: 300 })
    const reason = client === 'ioredis' ? 'connect ETIMEDOUT' : 'Connection timeout'
    expect(message).toBe(`redis: TLS handshake with 127.0.0.1:${server.port} failed: ${reason}`)
  })

  it('somebody who is no Redis hangs up, with TLS and without', async () => {
    const address = hangingUp.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const secure = await failure(`rediss://127.0.0.1:${port}`)
    expect(secure.message).toMatch(new RegExp(`^redis: TLS handshake with 127\\.0\\.0\\.1:${port} failed: [^:]+$`))
    await driver?.close()
    const plain = await failure(`redis://127.0.0.1:${port}`)
    expect(plain.message).toMatch(new RegExp(`^redis: 127\\.0\\.0\\.1:${port}: [^:]+$`))
  })

  it('no seed of a cluster can be used', async () => {
    const { message } = await failure([`redis://:${PASSWORD}@127.0.0.1:${server.port}`])
    expect(message).toMatch(new RegExp(`^redis: the cluster of 127\\.0\\.0\\.1:${server.port}: WRONGPASS [^:]*$`))
  })
})
