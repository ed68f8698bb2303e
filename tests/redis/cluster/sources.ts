import type { Cluster } from 'ioredis'
import { Cluster as IoredisCluster, Redis } from 'ioredis'
import { createCluster, createSentinel } from 'redis'
import type { Driver } from '../../../js/tiers/driver.ts'
import { type RedisDriverOptions, type RedisSource, redisDriver } from '../../../js/tiers/redis/index.ts'

/** One of the ways to hand a Redis of many servers to a driver. */
export interface Way {
  readonly name: string
  /** A driver, and what ends the client where that is not the driver's. */
  make(options?: RedisDriverOptions): { driver: Driver; end(): void }
}

const PATIENT: RedisDriverOptions = { connectPatience: 5000 }

function own(name: string, source: RedisSource, client: 'ioredis' | 'redis'): Way {
  return {
    name,
    make: (options) => ({ driver: redisDriver(source, { ...PATIENT, client, ...options }), end: () => undefined }),
  }
}

/** Clients of ours and clients made elsewhere, with their own settings, of both packages. */
export function clusterWays(seeds: readonly string[], fromReplicas = false): Way[] {
  return [
    own('seeds, by ioredis', seeds, 'ioredis'),
    own('seeds, by node-redis', seeds, 'redis'),
    {
      name: 'an ioredis Cluster',
      make(options) {
        const client: Cluster = new IoredisCluster([...seeds], { scaleReads: fromReplicas ? 'slave' : 'master' })
        client.on('error', () => undefined)
        return { driver: redisDriver(client, { ...PATIENT, ...options }), end: () => client.disconnect() }
      },
    },
    {
      name: 'a node-redis cluster',
      make(options) {
        const client = createCluster({ rootNodes: seeds.map((url) => ({ url })), useReplicas: fromReplicas })
        client.on('error', () => undefined)
        return { driver: redisDriver(client, { ...PATIENT, ...options }), end: () => client.destroy() }
      },
    },
  ]
}

/** The same for a master that sentinels watch. */
export function sentinelWays(
  sentinels: readonly { host: string; port: number }[],
  name: string,
  fromReplicas = false,
): Way[] {
  return [
    own('sentinels, by ioredis', { sentinels, name }, 'ioredis'),
    own('sentinels, by node-redis', { sentinels, name }, 'redis'),
    {
      name: 'an ioredis client with sentinels',
      make(options) {
        const client = new Redis({ sentinels: [...sentinels], name })
        client.on('error', () => undefined)
        return { driver: redisDriver(client, { ...PATIENT, ...options }), end: () => client.disconnect() }
      },
    },
    {
      name: 'a node-redis sentinel client',
      make(options) {
        const replicaPoolSize = fromReplicas ? 1 : 0
        const client = createSentinel({ sentinelRootNodes: [...sentinels], name, replicaPoolSize })
        client.on('error', () => undefined)
        return {
          driver: redisDriver(client, { ...PATIENT, ...options }),
          end: () => void client.destroy().catch(() => undefined),
        }
      },
    },
  ]
}
