import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, launchServer, type RedisServer, startRedis } from './redis-server.ts'
import { until } from './until.ts'

/**
 * After how long without an answer a sentinel takes the master for down, in ms. On a busy machine a new master may not
 * answer for more than a second: were it taken for down, what it has acknowledged until then would be lost.
 */
const DOWN_AFTER = 3000
const REPLICAS = 2
const SENTINELS = 3
/** How many sentinels must agree that the master is down. */
const QUORUM = 2

interface Sentinel {
  readonly port: number
  readonly admin: Redis
  stop(): Promise<void>
}

/** A real master with two replicas, watched by three sentinels, on loopback. */
export class SentinelSet {
  /** What the sentinels call the master. */
  readonly name = 'mymaster'
  readonly servers: readonly RedisServer[]
  readonly #sentinels: readonly Sentinel[]

  private constructor(servers: readonly RedisServer[], sentinels: readonly Sentinel[]) {
    this.servers = servers
    this.#sentinels = sentinels
  }

  /** Starts all six processes, and waits until they know one another. */
  static async start(): Promise<SentinelSet> {
    const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
    const following = ['--repl-diskless-sync-delay', '0', '--replicaof', '127.0.0.1', String(master.port)]
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startRedis({ args: following })))
    await Promise.all(replicas.map((replica) => until(() => inSync(replica))))
    const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startSentinel(master.port)))
    const set = new SentinelSet([master, ...replicas], sentinels)
    await Promise.all(sentinels.map(({ admin }) => until(() => knowsAll(admin, set.name))))
    return set
  }

  /** Where the sentinels listen. */
  get sentinels(): { host: string; port: number }[] {
    return this.#sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** The server that all sentinels call the master. */
  async master(): Promise<RedisServer> {
    let found: RedisServer | undefined
    await until(async () => {
      const ports = await Promise.all(this.#sentinels.map(({ admin }) => masterPort(admin, this.name)))
      found = this.servers.find(({ port }) => port === ports[0])
      return found !== undefined && new Set(ports).size === 1
    })
    return found as RedisServer
  }

  /** Waits until every replica that lives has all that the master has acknowledged so far. */
  async replicated(): Promise<void> {
    const master = await this.master()
    const told = Number((await replication(master))?.master_repl_offset)
    for (const server of this.servers) {
      await until(async () => {
        const info = await replication(server)
        return info === undefined || server === master || Number(info.slave_repl_offset) >= told
      })
    }
  }

  /** Ends all processes and removes their directories. */
  async stop(): Promise<void> {
    await Promise.all(this.#sentinels.map((sentinel) => sentinel.stop()))
    await Promise.all(this.servers.map((server) => server.stop()))
  }
}

async function startSentinel(masterPort: number): Promise<Sentinel> {
  const directory = await mkdtemp(join(tmpdir(), 'omnicache-sentinel-'))
  const port = await freePort()
  const config = join(directory, 'sentinel.conf')
  // It writes into this file what it learns.
  await writeFile(
    config,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      'loglevel warning',
      `sentinel monitor mymaster 127.0.0.1 ${masterPort} ${QUORUM}`,
      `sentinel down-after-milliseconds mymaster ${DOWN_AFTER}`,
      'sentinel failover-timeout mymaster 4000',
      `sentinel parallel-syncs mymaster ${REPLICAS}`,
    ].join('\n'),
  )
  const server = await launchServer(port, [config, '--sentinel'])
  const admin = new Redis(port)
  return {
    port,
    admin,
    async stop() {
      admin.disconnect()
      const exited = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGKILL')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function masterPort(sentinel: Redis, name: string): Promise<number> {
  const [, port] = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[]
  return Number(port)
}

async function knowsAll(sentinel: Redis, name: string): Promise<boolean> {
  const [others, replicas] = await Promise.all([
    sentinel.call('SENTINEL', 'SENTINELS', name) as Promise<unknown[]>,
    sentinel.call('SENTINEL', 'REPLICAS', name) as Promise<unknown[]>,
  ])
  return others.length === SENTINELS - 1 && replicas.length === REPLICAS
}

async function inSync(server: RedisServer): Promise<boolean> {
  return (await replication(server))?.master_link_status === 'up'
}

/** What `INFO replication` says; nothing where the server is gone. */
async function replication(server: RedisServer): Promise<Record<string, string> | undefined> {
  const admin = new Redis(server.port, { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  admin.on('error', () => undefined)
  const info = await admin.info('replication').catch(() => undefined)
  admin.disconnect()
  return info === undefined ? undefined : Object.fromEntries(info.split('\r\n').map((line) => line.split(':')))
}
