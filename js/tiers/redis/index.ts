import { CacheError } from '../../errors.ts'
import type { Driver } from '../driver.ts'
import { checkOptions } from '../driver-options.ts'
import { parseAddress, type RedisAddress } from './address.ts'
import { credentials, makeLink, planClient, type ReadFrom, type RedisConnectOptions, type Topology } from './connect.ts'
import { type IoredisClient, ioredisLink, isIoredis } from './ioredis.ts'
import type { RedisLink } from './link.ts'
import { isNodeRedis, type NodeRedisClient, nodeRedisLink } from './node-redis.ts'
import { RedisDriver, type RedisTierOptions } from './redis.ts'
import { whyUntracked } from './untracked.ts'

export type { IoredisClient, NodeRedisClient, ReadFrom, RedisConnectOptions, RedisTierOptions }

/** Where the Redis is: a URL, a client made elsewhere, the seeds of a Redis Cluster, or sentinels. */
export type RedisSource = string | IoredisClient | NodeRedisClient | readonly RedisNode[] | RedisSentinels

/** One seed of a Redis Cluster, or one sentinel: a URL, or host and port (default: 6379; a sentinel's: 26379). */
export type RedisNode =
  | string
  | {
      /** Its name or address. */
      readonly host: string
      /** Default: 6379; a sentinel's: 26379. */
      readonly port?: number | undefined
    }

/** A master that Redis Sentinel watches. The sentinels tell which server that is. */
export interface RedisSentinels {
  /** At least one of them; the others are learned. User and password in the first one's URL are the sentinels'. */
  readonly sentinels: readonly RedisNode[]
  /** What the sentinels call the master, such as 'mymaster'. */
  readonly name: string
  /** The user of the servers. */
  readonly username?: string | undefined
  /** The password of the servers. */
  readonly password?: string | undefined
  /** The database on the servers. Default: 0. */
  readonly database?: number | undefined
}

/** Options of `redisDriver`. */
export interface RedisDriverOptions extends RedisTierOptions, RedisConnectOptions {
  /**
   * The most connections it may hold. Any number is kept: one connection carries all
   * commands at once, so there is no pool. Default: 1.
   */
  readonly maxConnections?: number | undefined
}

const SPANS = ['connectTimeout', 'socketTimeout', 'connectPatience'] as const

const OPTIONS: readonly (keyof RedisDriverOptions)[] = [
  ...(['client', 'username', 'password', 'database', 'tls', 'readFrom'] as const),
  ...(['maxConnections', 'retryOnTimeout', 'clock'] as const),
  ...SPANS,
]

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
 * @throws CacheError `INVALID_OPTION` for a malformed URL, an object that is no Redis client, or a wrong option.
 */
export function redisDriver(source: RedisSource, options: RedisDriverOptions = {}): Driver {
  checkOptions('redisDriver', options, OPTIONS, SPANS)
  return new RedisDriver(linkTo(source, options), options, whyUntracked(source))
}

function linkTo(source: RedisSource, options: RedisDriverOptions): RedisLink | (() => Promise<RedisLink>) {
  if (typeof source === 'string') return ownLink([parseAddress(source)], { kind: 'server' }, options)
  if (isNodeList(source)) {
    return ownLink(addressesOf(source, 6379, 'an array of nodes must name at least one'), { kind: 'cluster' }, options)
  }
  // What is not set in the environment comes as nothing.
  const client = source ?? {}
  if (isIoredis(client)) return ioredisLink(client)
  if (isNodeRedis(client)) return nodeRedisLink(client)
  if (isSentinels(client)) return bySentinels(client, options)
  throw invalid(
    'expected a URL, an ioredis or node-redis client, an array of cluster nodes, or { sentinels: […], name }',
  )
}

function bySentinels(source: RedisSentinels, options: RedisDriverOptions): () => Promise<RedisLink> {
  const { sentinels, name, username, password, database } = source
  if (name === '') throw invalid('the name of the master must not be empty')
  const addresses = addressesOf(sentinels, 26_379, '`sentinels` must name at least one')
  const [{ username: user, password: secret }] = addresses
  const of = {
    ...credentials(options.username ?? username, options.password ?? password),
    database: options.database ?? database,
  }
  return ownLink(addresses, { kind: 'sentinels', name, auth: credentials(user, secret) }, { ...options, ...of })
}

function ownLink(
  addresses: readonly [RedisAddress, ...RedisAddress[]],
  topology: Topology,
  options: RedisDriverOptions,
): () => Promise<RedisLink> {
  const plan = planClient(addresses, topology, options)
  if (topology.kind !== 'server' && addresses.some(({ path }) => path !== undefined)) {
    throw invalid('the nodes of a cluster and sentinels are reached over TCP')
  }
  if (topology.kind === 'cluster' && plan.database !== 0) throw invalid('a cluster has database 0 only')
  return () => makeLink(plan, options.client)
}

function isNodeList(source: Exclude<RedisSource, string>): source is readonly RedisNode[] {
  return Array.isArray(source)
}

function isSentinels(source: object): source is RedisSentinels {
  const { sentinels, name } = source as Partial<RedisSentinels>
  return Array.isArray(sentinels) && typeof name === 'string'
}

function addressesOf(nodes: readonly RedisNode[], port: number, empty: string): [RedisAddress, ...RedisAddress[]] {
  const [first, ...others] = nodes.map((node) => toAddress(node, port))
  if (first === undefined) throw invalid(empty)
  return [first, ...others]
}

function toAddress(node: RedisNode, port: number): RedisAddress {
  return typeof node === 'string' ? parseAddress(node, port) : { host: node.host, port: node.port ?? port, tls: false }
}

function invalid(message: string): CacheError {
  return new CacheError('INVALID_OPTION', `redis: ${message}`, { context: { option: 'redis' } })
}
