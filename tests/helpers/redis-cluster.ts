import { Redis } from 'ioredis'
import { hashSlot } from '../../js/tiers/redis/slot.ts'
import { freePort, type RedisServer, startRedis } from './redis-server.ts'
import { until } from './until.ts'

/** After how long without an answer a node counts as failed, in ms: short, yet not for a busy machine. */
const NODE_TIMEOUT = 1500
const SLOTS = 16_384

/** One server of a cluster, and a connection to it that is the test's own. */
export interface ClusterNode {
  readonly server: RedisServer
  readonly admin: Redis
  /** What the cluster calls it. */
  readonly id: string
}

/** A real Redis Cluster of three masters with a replica each, on loopback. */
export class RedisCluster {
  readonly nodes: readonly ClusterNode[]

  private constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes
  }

  /** Starts six servers and makes a cluster of them. */
  static async start(): Promise<RedisCluster> {
    const nodes: ClusterNode[] = await Promise.all(Array.from({ length: 6 }, startNode))
    const cluster = new RedisCluster(nodes)
    try {
      await cluster.#form()
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** What a client needs to know to find all of it. */
  get seeds(): string[] {
    return this.nodes.map(({ server }) => server.url)
  }

  /** The node that serves this key now, as those say that answer. */
  async masterOf(key: string): Promise<ClusterNode> {
    const slot = hashSlot(key)
    for (const node of await this.#masters()) if (await owns(node, slot)) return node
    throw new Error(`nobody serves slot ${slot}`)
  }

  /** Waits until every replica has all that its master has acknowledged so far. */
  async replicated(): Promise<void> {
    for (const node of this.nodes) {
      const info = await replication(node)
      if (info === undefined || info.role !== 'slave') continue
      const master = this.nodes.find(({ server }) => server.port === Number(info.master_port))
      const told = Number((master && (await replication(master)))?.master_repl_offset)
      await until(async () => Number((await replication(node))?.slave_repl_offset) >= told)
    }
  }

  /**
   * Moves the slot of `key` to another master key by key, as `redis-cli --cluster reshard` does.
   * Between two steps it calls `between`, so that a test sees every state in the middle.
   */
  async moveSlot(key: string, between: () => Promise<void>): Promise<void> {
    const slot = hashSlot(key)
    const from = await this.masterOf(key)
    const to = (await this.#masters()).find(({ id }) => id !== from.id)
    if (to === undefined) throw new Error('there is one master only')
    await to.admin.cluster('SETSLOT', slot, 'IMPORTING', from.id)
    await from.admin.cluster('SETSLOT', slot, 'MIGRATING', to.id)
    await between()
    for (;;) {
      const keys = await from.admin.cluster('GETKEYSINSLOT', slot, 1)
      if (keys.length === 0) break
      await from.admin.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, 5000, 'KEYS', ...keys)
      await between()
    }
    await to.admin.cluster('SETSLOT', slot, 'NODE', to.id)
    await between()
    for (const { admin } of await this.#masters()) await admin.cluster('SETSLOT', slot, 'NODE', to.id)
  }

  /** Waits until all nodes that live agree that the cluster serves every slot. */
  async healthy(): Promise<void> {
    for (const node of this.nodes) {
      await until(async () => !(await lives(node)) || (await node.admin.cluster('INFO')).includes('cluster_state:ok'))
    }
  }

  /** Ends all servers and removes their directories. */
  async stop(): Promise<void> {
    for (const { admin } of this.nodes) admin.disconnect()
    await Promise.all(this.nodes.map(({ server }) => server.stop()))
  }

  async #form(): Promise<void> {
    for (const [i, { admin }] of this.nodes.entries()) await admin.cluster('SET-CONFIG-EPOCH', i + 1)
    for (const i of [0, 1, 2]) {
      const [start, end] = [Math.ceil((i * SLOTS) / 3), Math.ceil(((i + 1) * SLOTS) / 3) - 1]
      await this.nodes[i]?.admin.call('CLUSTER', 'ADDSLOTSRANGE', start, end)
    }
    // Gossip would make them all known to one another too, but takes seconds.
    for (const [i, { server }] of this.nodes.entries()) {
      const port = await busPort(server)
      for (const { admin } of this.nodes.slice(0, i)) {
        await admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, port)
      }
    }
    for (const { admin } of this.nodes) {
      await until(async () => (await admin.cluster('INFO')).includes(`cluster_known_nodes:${this.nodes.length}`))
    }
    for (const i of [0, 1, 2]) {
      const [master, replica] = [this.nodes[i], this.nodes[i + 3]]
      // Gossip tells of a node's handshake before it tells that it is a master.
      await until(() => replica?.admin.cluster('REPLICATE', master?.id ?? ''))
    }
    for (const node of this.nodes.slice(3)) {
      await until(async () => (await replication(node))?.master_link_status === 'up')
    }
    await this.healthy()
    for (const { admin } of this.nodes) {
      await until(async () => {
        const slots = (await admin.cluster('SLOTS')) as unknown[][]
        return slots.length === 3 && slots.every((range) => range.length === 4)
      })
    }
  }

  async #masters(): Promise<ClusterNode[]> {
    const masters: ClusterNode[] = []
    for (const node of this.nodes) if ((await replication(node))?.role === 'master') masters.push(node)
    return masters
  }
}

async function startNode(): Promise<ClusterNode> {
  // Somebody else may have taken the port of the cluster's bus meanwhile.
  const server = await startServer().catch(startServer)
  const admin = new Redis(server.port, { retryStrategy: () => 50, maxRetriesPerRequest: 0 })
  admin.on('error', () => undefined)
  return { server, admin, id: String(await admin.cluster('MYID')) }
}

async function startServer(): Promise<RedisServer> {
  return startRedis({
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
      ...['--cluster-port', String(await freePort()), '--cluster-node-timeout', String(NODE_TIMEOUT)],
      ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
      // A replica counts for clients once it has received anything, if only a ping.
      ...['--repl-ping-replica-period', '1'],
    ],
  })
}

async function busPort(server: RedisServer): Promise<number> {
  const admin = new Redis(server.port)
  const [, port] = (await admin.config('GET', 'cluster-port')) as string[]
  admin.disconnect()
  return Number(port)
}

/** What `INFO replication` says; nothing where the server is gone. */
async function replication({ admin }: ClusterNode): Promise<Record<string, string> | undefined> {
  const info = await admin.info('replication').catch(() => undefined)
  return info === undefined ? undefined : Object.fromEntries(info.split('\r\n').map((line) => line.split(':')))
}

async function lives({ admin }: ClusterNode): Promise<boolean> {
  return admin.ping().then(
    () => true,
    () => false,
  )
}

async function owns({ admin, id }: ClusterNode, slot: number): Promise<boolean> {
  const ranges = await admin.cluster('SLOTS')
  return ranges.some(([start, end, master]) => start <= slot && slot <= end && master?.[2] === id)
}
