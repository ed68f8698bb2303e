import { type ClientPlan, destination, reconnectDelay } from './connect.ts'
import { ioredisLink } from './ioredis.ts'
import type { RedisLink } from './link.ts'

/**
 * Makes an ioredis client in which no command ever waits, neither for a first connection nor
 * for a new one, and none is sent twice: what was under way when a connection broke is
 * rejected at once.
 */
export function makeIoredis({ Redis, Cluster }: typeof import('ioredis'), plan: ClientPlan): RedisLink {
  const connection = {
    ...plan.auth,
    ...(plan.tls === undefined ? {} : { tls: plan.tls }),
    connectTimeout: plan.connectTimeout,
    socketTimeout: plan.socketTimeout,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    disconnectTimeout: 100,
  }
  const lazy = { enableOfflineQueue: false, lazyConnect: true }
  if (!plan.cluster) {
    const { database: db } = plan
    return ioredisLink(
      new Redis({ ...connection, ...lazy, ...plan.endpoints[0], db, retryStrategy: reconnectDelay }),
      destination(plan),
    )
  }
  const seeds = plan.endpoints.flatMap((endpoint) => ('path' in endpoint ? [] : [endpoint]))
  return ioredisLink(
    new Cluster(seeds, {
      ...lazy,
      redisOptions: connection,
      clusterRetryStrategy: reconnectDelay,
      clusterNodeRetryStrategy: reconnectDelay,
    }),
    destination(plan),
  )
}
