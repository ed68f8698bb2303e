import { CacheError } from '../../errors.ts'
import type { Driver } from '../driver.ts'
import { parseAddress, type RedisAddress } from './address.ts'
import { makeLink, planClient, type RedisConnectOptions } from './connect.ts'
import { type IoredisClient, ioredisLink, isIoredis } from './ioredis.ts'
import type { RedisLink } from './link.ts'
import { isNodeRedis, type NodeRedisClient, nodeRedisLink } from './node-redis.ts'
import { RedisDriver, type RedisTierOptions } from './redis.ts'

export type { IoredisClient, NodeRedisClient, RedisConnectOptions, RedisTierOptions }

/** Where the Redis is: a URL, a client made elsewhere, or the seeds of a Redis Cluster. */
export type RedisSource = string | IoredisClient | NodeRedisClient | readonly RedisNode[]

/** One seed of a Redis Cluster: a URL, or host and port (default: 6379). */
export type RedisNode = string | { readonly host: string; readonly port?: number }

/** Options of `redisDriver`. */
export interface RedisDriverOptions extends RedisTierOptions, RedisConnectOptions {
  /**
   * The most connections it may hold. Any number is kept: one connection carries all
   * commands at once, so there is no pool. Default: 1.
   */
  readonly maxConnections?: number
}

/**
 * The tier in Redis.
 *
 * By URL it makes a client of its own, of `ioredis` or else `redis`, at the first use: one
 * without an offline queue, that reconnects for ever, and like any connection keeps the
 * process alive until the driver is closed. A client made elsewhere is used as it is and
 * never closed; one that was not connected yet is connected at the first use. Its key prefix
 * stays in force, and so does its habit of sending again what a broken connection left
 * unanswered (ioredis: `autoResendUnfulfilledCommands`), which may repeat a write late.
 *
 * @example
 * redisDriver('redis://localhost:6379/0')
 * redisDriver(new Redis())
 *
 * @throws CacheError `INVALID_OPTION` for a malformed URL, or an object that is no Redis client.
 */
export function redisDriver(source: RedisSource, options: RedisDriverOptions = {}): Driver {
  return new RedisDriver(linkTo(source, options), options)
}

function linkTo(source: RedisSource, options: RedisDriverOptions): RedisLink | (() => Promise<RedisLink>) {
  if (typeof source === 'string') return ownLink([parseAddress(source)], false, options)
  if (isNodeList(source)) {
    const [first, ...others] = source.map(toAddress)
    if (first === undefined) throw invalid('an array of nodes must name at least one')
    return ownLink([first, ...others], true, options)
  }
  if (isIoredis(source)) return ioredisLink(source)
  if (isNodeRedis(source)) return nodeRedisLink(source)
  throw invalid('expected a URL, an ioredis or node-redis client, or an array of cluster nodes')
}

function ownLink(
  addresses: readonly [RedisAddress, ...RedisAddress[]],
  cluster: boolean,
  options: RedisDriverOptions,
): () => Promise<RedisLink> {
  const plan = planClient(addresses, cluster, options)
  if (cluster && (plan.database !== 0 || addresses.some(({ path }) => path !== undefined))) {
    throw invalid('the nodes of a cluster are reached over TCP and have database 0 only')
  }
  return () => makeLink(plan, options.client)
}

function isNodeList(source: Exclude<RedisSource, string>): source is readonly RedisNode[] {
  return Array.isArray(source)
}

function toAddress(node: RedisNode): RedisAddress {
  return typeof node === 'string' ? parseAddress(node) : { host: node.host, port: node.port ?? 6379, tls: false }
}

function invalid(message: string): CacheError {
  return new CacheError('INVALID_OPTION', `redis: ${message}`, { context: { option: 'redis' } })
}
