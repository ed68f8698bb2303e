import { type ClientPlan, destination, type Endpoint, overTcp, reconnectDelay } from './connect.ts'
import type { RedisLink } from './link.ts'
import { nodeRedisLink } from './node-redis.ts'

type Package = typeof import('redis')

/** How often a lost node or master is looked for, in ms. */
const LOOK_INTERVAL = 1000

/**
 * Makes a node-redis client in which no command waits for a connection. It selects the
 * database before it is ready, and gives a connection up where that fails.
 *
 * Its socket time-out counts silence even when nobody asked for anything: pings at half the
 * time keep an idle connection, and tell a dead one.
 */
export function makeNodeRedis(redis: Package, plan: ClientPlan): RedisLink {
  switch (plan.topology.kind) {
    case 'server': {
      const options = { ...common(plan), database: plan.database, socket: socket(plan, plan.endpoints[0]) }
      return nodeRedisLink(redis.createClient(options as Parameters<Package['createClient']>[0]), destination(plan))
    }
    case 'cluster':
      return overCluster(redis, plan)
    case 'sentinels':
      return bySentinels(redis, plan, plan.topology)
  }
}

function overCluster({ createCluster }: Package, plan: ClientPlan): RedisLink {
  const options = {
    rootNodes: plan.endpoints.map((seed) => ({ ...common(plan), socket: socket(plan, seed) })),
    defaults: { ...common(plan), socket: socket(plan) },
    useReplicas: plan.readFrom === 'replica',
    topologyRefreshOnReconnectionAttemptStrategy: LOOK_INTERVAL,
  }
  return nodeRedisLink(createCluster(options as Parameters<Package['createCluster']>[0]), destination(plan))
}

/**
 * A sentinel client looks for a new master before it sends a failed command again, and lets
 * the command wait meanwhile. Told to try nothing twice, it rejects at once, and looks for the
 * master by itself at intervals.
 */
function bySentinels({ createSentinel }: Package, plan: ClientPlan, { name, auth }: Sentinels): RedisLink {
  const options = {
    name,
    sentinelRootNodes: overTcp(plan),
    sentinelClientOptions: { ...auth, pingInterval: plan.socketTimeout / 2, socket: secured(plan) },
    nodeClientOptions: { ...common(plan), database: plan.database, socket: socket(plan) },
    maxCommandRediscovers: 0,
    scanInterval: LOOK_INTERVAL,
    replicaPoolSize: plan.readFrom === 'replica' ? 1 : 0,
  }
  return nodeRedisLink(createSentinel(options as Parameters<Package['createSentinel']>[0]), destination(plan))
}

type Sentinels = Extract<ClientPlan['topology'], { kind: 'sentinels' }>

function common(plan: ClientPlan) {
  return { ...plan.auth, disableOfflineQueue: true, pingInterval: plan.socketTimeout / 2 }
}

/** The options of one connection, without an endpoint for the nodes that the servers name themselves. */
function socket(plan: ClientPlan, endpoint?: Endpoint) {
  return { ...endpoint, ...secured(plan), reconnectStrategy: (retries: number) => reconnectDelay(retries + 1) }
}

function secured({ tls, connectTimeout, socketTimeout }: ClientPlan) {
  return { ...tls, tls: tls !== undefined, connectTimeout, socketTimeout }
}
