import { CacheError } from '../../errors.ts'
import { isRequestBound } from '../../runtime.ts'
import type { RedisAddress } from './address.ts'
import type { Destination } from './connection-error.ts'
import type { RedisLink } from './link.ts'
import { noTcp } from './no-tcp.ts'

/** How the driver makes a client of its own, where it was given a URL. A handed-in client keeps its own options. */
export interface RedisConnectOptions {
  /** Which package to use. Default: `ioredis` if it is installed, else `redis` (node-redis). */
  readonly client?: 'ioredis' | 'redis' | undefined
  /** Instead of the one in the URL. */
  readonly username?: string | undefined
  /** Instead of the one in the URL. */
  readonly password?: string | undefined
  /** Instead of the one in the URL. Default: 0. */
  readonly database?: number | undefined
  /** `true`, or options as `tls.connect` takes them (`ca`, `cert`, `key`, `servername`, …). Default: as the URL says. */
  readonly tls?: boolean | Readonly<Record<string, unknown>> | undefined
  /** How long making a connection may take, in ms. Default: 5000. */
  readonly connectTimeout?: number | undefined
  /** After how long without an answer a connection is given up and made anew, in ms. Default: 5000. */
  readonly socketTimeout?: number | undefined
}

/** Which servers answer where a value need not be the newest. */
export type ReadFrom = 'master' | 'replica'

/** One server; the seeds of a cluster; or sentinels, which tell where the master called `name` is. */
export type Topology =
  | { readonly kind: 'server' | 'cluster' }
  | { readonly kind: 'sentinels'; readonly name: string; readonly auth: Credentials }

/** How to get in. */
export interface Credentials {
  readonly username?: string
  readonly password?: string
}

/** What a client of ours is to be like, completely. */
export interface ClientPlan {
  /** One address, the seeds of a cluster, or the sentinels. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
  readonly topology: Topology
  readonly readFrom: ReadFrom
  readonly auth: Credentials
  readonly database: number
  /** For `tls.connect`; undefined is plain text. */
  readonly tls: Readonly<Record<string, unknown>> | undefined
  readonly connectTimeout: number
  readonly socketTimeout: number
}

/** A host and port, or the path of a Unix socket. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string }

const DEFAULT_TIMEOUT = 5000

/** The longest pause before another attempt to connect, in ms. */
const MAX_DELAY = 2000

/**
 * Puts addresses and options together; options win. The first address speaks for all of a
 * cluster. User, password and database of sentinels are theirs, not those of the servers.
 */
export function planClient(
  addresses: readonly [RedisAddress, ...RedisAddress[]],
  topology: Topology,
  options: RedisConnectOptions & { readonly readFrom?: ReadFrom | undefined },
): ClientPlan {
  const [first, ...others] = addresses
  const own: Partial<RedisAddress> = topology.kind === 'sentinels' ? {} : first
  const tls = options.tls ?? first.tls
  return {
    endpoints: [endpoint(first), ...others.map(endpoint)],
    topology,
    readFrom: options.readFrom ?? 'master',
    auth: credentials(options.username ?? own.username, options.password ?? own.password),
    database: options.database ?? own.database ?? 0,
    tls: tls === true ? {} : tls || undefined,
    connectTimeout: options.connectTimeout ?? DEFAULT_TIMEOUT,
    socketTimeout: options.socketTimeout ?? DEFAULT_TIMEOUT,
  }
}

/** User and password, as far as they are given. */
export function credentials(username: string | undefined, password: string | undefined): Credentials {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

function endpoint({ host = 'localhost', port = 6379, path }: RedisAddress): Endpoint {
  return path === undefined ? { host, port } : { path }
}

/** Where a client of this plan connects, as messages name it. */
export function destination({ endpoints, topology, database, tls }: ClientPlan): Destination {
  const names = endpoints.map((one) => ('path' in one ? one.path : `${one.host}:${one.port}`)).join(', ')
  return { name: placeName(topology, names), database, tls: tls !== undefined }
}

function placeName(topology: Topology, names: string): string {
  switch (topology.kind) {
    case 'server':
      return names
    case 'cluster':
      return `the cluster of ${names}`
    case 'sentinels':
      return `${topology.name} by the sentinels ${names}`
  }
}

/** The endpoints that are reached over TCP. */
export function overTcp({ endpoints }: ClientPlan): { readonly host: string; readonly port: number }[] {
  return endpoints.flatMap((endpoint) => ('path' in endpoint ? [] : [endpoint]))
}

/**
 * How long to wait before attempt number `attempt` (from 1) to connect again, in ms: doubling
 * from 100 up to 2000, of which a random part of up to a half is taken off, so that many
 * processes don't come back at once. It never gives up.
 */
export function reconnectDelay(attempt: number): number {
  return Math.min(50 * 2 ** attempt, MAX_DELAY) * (1 - Math.random() / 2)
}

/**
 * Makes a client of the package that is asked for, or of whichever is installed.
 *
 * @throws CacheError `MISSING_PEER` if none is installed, `UNSUPPORTED_RUNTIME` in a browser.
 */
export async function makeLink(plan: ClientPlan, client?: 'ioredis' | 'redis'): Promise<RedisLink> {
  // Workers may pretend to be Node; a connection of theirs ends with the request that opened it.
  if (globalThis.process?.versions?.node === undefined || isRequestBound) throw noTcp()
  const failures: unknown[] = []
  for (const name of client === undefined ? (['ioredis', 'redis'] as const) : [client]) {
    const make = await (name === 'ioredis' ? ioredisMaker(failures) : nodeRedisMaker(failures))
    if (make) return make(plan)
  }
  const wanted = client ?? 'ioredis'
  const other = client === undefined ? ' (or redis: npm install redis)' : ''
  // A bundle may hold a package that cannot be loaded there: who has it need not install it.
  const broken = failures.find((error) => !/cannot find|not found|not resolve/i.test(String(error)))
  const why = broken === undefined ? '' : `; loading it failed: ${broken}`
  throw new CacheError(
    'MISSING_PEER',
    `redis: a Redis URL needs the package ${wanted}: npm install ${wanted}${other}${why}`,
    {
      cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
      context: { tier: 'redis' },
    },
  )
}

type Maker = (plan: ClientPlan) => RedisLink

/**
 * The packages are optional peers: each is loaded only here, when it is needed. Within a `try`, since for a package
 * that is loaded elsewhere, and that is not there, a bundler for servers fails; Bun's looks for a `catch`.
 */
async function ioredisMaker(failures: unknown[]): Promise<Maker | undefined> {
  try {
    const [ioredis, { makeIoredis }] = await Promise.all([
      import('ioredis').catch(thrown),
      import('./ioredis-client.ts'),
    ])
    return (plan) => makeIoredis(ioredis, plan)
  } catch (error) {
    failures.push(error)
    return undefined
  }
}

async function nodeRedisMaker(failures: unknown[]): Promise<Maker | undefined> {
  try {
    const [redis, { makeNodeRedis }] = await Promise.all([
      import('redis').catch(thrown),
      import('./node-redis-client.ts'),
    ])
    return (plan) => makeNodeRedis(redis, plan)
  } catch (error) {
    failures.push(error)
    return undefined
  }
}

function thrown(cause: unknown): never {
  throw cause
}
