import { type ClientPlan, destination, overTcp, reconnectDelay } from './connect.ts'
import { ioredisLink } from './ioredis.ts'
import type { RedisLink } from './link.ts'

type Package = typeof import('ioredis')

const LAZY = { enableOfflineQueue: false, lazyConnect: true }

/**
 * Makes an ioredis client in which no command ever waits, neither for a first connection nor
 * for a new one, and none is sent twice: what was under way when a connection broke is
 * rejected at once.
 */
export function makeIoredis(ioredis: Package, plan: ClientPlan): RedisLink {
  switch (plan.topology.kind) {
    case 'server': {
      const { database: db, endpoints } = plan
      const options = { ...connection(plan), ...LAZY, ...endpoints[0], db, retryStrategy: reconnectDelay }
      return ioredisLink(new ioredis.Redis(options), destination(plan))
    }
    case 'cluster':
      return overCluster(ioredis, plan)
    case 'sentinels':
      return bySentinels(ioredis, plan, plan.topology)
  }
}

function connection(plan: ClientPlan) {
  return {
    ...plan.auth,
    ...(plan.tls === undefined ? {} : { tls: plan.tls }),
    connectTimeout: plan.connectTimeout,
    socketTimeout: plan.socketTimeout,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    disconnectTimeout: 100,
  }
}

/**
 * Without delays for retries a cluster client sends nothing again but what a node redirects.
 * Then it does not ask either who has taken over from a node that is gone: so that is asked
 * whenever a connection to a node fails. Nor does it ask one whether the cluster serves before it is ready:
 * without an offline queue that fails as long as no node is connected, and with it the client's own connecting,
 * again and again where a node is a little slower than the connection that asks for the slots.
 */
function overCluster({ Cluster }: Package, plan: ClientPlan): RedisLink {
  const client = new Cluster(overTcp(plan), {
    ...LAZY,
    enableReadyCheck: false,
    redisOptions: connection(plan),
    scaleReads: plan.readFrom === 'replica' ? 'slave' : 'master',
    clusterRetryStrategy: reconnectDelay,
    clusterNodeRetryStrategy: reconnectDelay,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 0,
  })
  client.on('node error', () => client.refreshSlotsCache())
  // Else it would be connected at the first command for it, and all others that come meanwhile rejected.
  client.on('+node', (node: Node) => {
    if (!node.options.readOnly) node.connect().catch(() => undefined)
  })
  return ioredisLink(client, destination(plan))
}

/** A server that answers READONLY is no master any more: the sentinels are asked anew. */
function bySentinels({ Redis }: Package, plan: ClientPlan, { name, auth }: Sentinels): RedisLink {
  const options = {
    ...connection(plan),
    ...LAZY,
    sentinels: overTcp(plan),
    name,
    ...(auth.username === undefined ? {} : { sentinelUsername: auth.username }),
    ...(auth.password === undefined ? {} : { sentinelPassword: auth.password }),
    ...(plan.tls === undefined ? {} : { sentinelTLS: plan.tls, enableTLSForSentinelMode: true }),
    db: plan.database,
    retryStrategy: reconnectDelay,
    sentinelRetryStrategy: reconnectDelay,
    sentinelReconnectStrategy: reconnectDelay,
    sentinelCommandTimeout: plan.connectTimeout,
    failoverDetector: true,
  }
  const replica =
    plan.readFrom === 'master' ? undefined : new Redis({ ...options, role: 'slave' as const, failoverDetector: false })
  // One of many refusals is enough: each further one would add a listener to the socket that is being left.
  let leaving = false
  const reconnectOnError = ({ message }: Error) => {
    const first = !leaving && message.startsWith('READONLY')
    if (first) leaving = true
    return first
  }
  const client = new Redis({ ...options, reconnectOnError })
  client.on('close', () => {
    leaving = false
  })
  return ioredisLink(client, destination(plan), replica)
}

type Node = InstanceType<Package['Redis']>
type Sentinels = Extract<ClientPlan['topology'], { kind: 'sentinels' }>
