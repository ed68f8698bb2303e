import { type ClientPlan, destination, type Endpoint, reconnectDelay } from './connect.ts'
import type { RedisLink } from './link.ts'
import { nodeRedisLink } from './node-redis.ts'

type Package = typeof import('redis')

/**
 * Makes a node-redis client in which no command waits for a connection. It selects the
 * database before it is ready, and gives a connection up where that fails.
 *
 * Its socket time-out counts silence even when nobody asked for anything: pings at half the
 * time keep an idle connection, and tell a dead one.
 */
export function makeNodeRedis({ createClient, createCluster }: Package, plan: ClientPlan): RedisLink {
  const common = { ...plan.auth, disableOfflineQueue: true, pingInterval: plan.socketTimeout / 2 }
  if (!plan.cluster) {
    const options = { ...common, database: plan.database, socket: socket(plan, plan.endpoints[0]) }
    return nodeRedisLink(createClient(options as Parameters<Package['createClient']>[0]), destination(plan))
  }
  const options = {
    rootNodes: plan.endpoints.map((seed) => ({ ...common, socket: socket(plan, seed) })),
    defaults: { ...common, socket: socket(plan) },
  }
  return nodeRedisLink(createCluster(options as Parameters<Package['createCluster']>[0]), destination(plan))
}

/** The options of one connection, without an endpoint for the nodes that a cluster names itself. */
function socket(plan: ClientPlan, endpoint?: Endpoint) {
  return {
    ...endpoint,
    ...plan.tls,
    tls: plan.tls !== undefined,
    connectTimeout: plan.connectTimeout,
    socketTimeout: plan.socketTimeout,
    reconnectStrategy: (retries: number) => reconnectDelay(retries + 1),
  }
}
