import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { until } from '../../helpers/until.ts'

/** How long the node takes to say that it is ready, in ms: longer than all that a client asks the cluster for. */
const SLOWER = 150

/** What a connection to a node asks before it is used; the one that asks for the slots does not. */
const READY_CHECK = /\r\ninfo\r\n/i

describe.skipIf(!hasRedis)('a node that answers later than the cluster is known', () => {
  let node: RedisServer
  let front: Server
  const sockets = new Set<Socket>()

  beforeAll(async () => {
    front = createServer((client) => {
      const upstream = connect(node.port, '127.0.0.1')
      for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined))
      upstream.pipe(client)
      client.on('data', (chunk) => {
        const wait = READY_CHECK.test(String(chunk)) && !String(chunk).includes('cluster') ? SLOWER : 0
        setTimeout(() => upstream.write(chunk), wait)
      })
      client.on('close', () => upstream.destroy())
    })
    await once(front.listen(0, '127.0.0.1'), 'listening')
    const { port } = front.address() as AddressInfo
    node = await startRedis({
      args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', String(port)],
    })
    const admin = new Redis(node.port)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await until(async () => (await admin.cluster('INFO')).includes('cluster_state:ok'))
    admin.disconnect()
  })
  afterAll(async () => {
    front.close()
    for (const socket of sockets) socket.destroy()
    await node.stop()
  })

  it.each(['ioredis', 'redis'] as const)('is waited for, through %s', async (client) => {
    const { port } = front.address() as AddressInfo
    const driver = redisDriver([`redis://127.0.0.1:${port}`], { client, connectPatience: 5000 })
    // What never ends by itself must not hold up the test's own end.
    const late = delay(4000).then(() => 'late')
    expect(await Promise.race([driver.connect?.().then(() => 'connected'), late])).toBe('connected')
    await driver.setMany([{ key: 'k', value: Uint8Array.of(7), ttl: 60_000 }])
    expect(await driver.getMany(['k'])).toEqual([Uint8Array.of(7)])
    await driver.close()
  })
})
