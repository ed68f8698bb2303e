import { CacheError } from '../../errors.ts'
import type { Destination } from './connection-error.ts'
import { ConnectionWatch, type Emitter } from './connection-watch.ts'
import {
  endedByOwner,
  type RedisArgument,
  type RedisCommand,
  type RedisLink,
  type RedisReply,
  SCAN_COUNT,
  type Scan,
  scanned,
} from './link.ts'

/** Any node-redis client, `createClient` or `createCluster`. Known by its methods, not by its class. */
export interface NodeRedisClient {
  readonly isReady: boolean
  sendCommand(...args: never[]): unknown
  multi(...args: never[]): unknown
}

/** Whether `client` has the methods of a node-redis client. */
export function isNodeRedis(client: object): client is NodeRedisClient {
  const { sendCommand, multi, isReady } = client as Partial<NodeRedisClient>
  return typeof sendCommand === 'function' && typeof multi === 'function' && typeof isReady === 'boolean'
}

/** The parts of node-redis that are used here. */
interface NodeRedis extends Emitter {
  readonly isReady: boolean
  readonly isOpen: boolean
  readonly options?: { readonly keyPrefix?: RedisArgument }
  readonly _keyPrefix?: RedisArgument
  sendCommand(args: readonly RedisArgument[], options: CommandOptions): Promise<RedisReply>
  multi(): { addCommand(args: readonly RedisArgument[]): unknown; exec(): Promise<unknown> }
  connect(): Promise<unknown>
  destroy(): void
}

interface NodeRedisCluster extends Omit<NodeRedis, 'sendCommand' | 'multi'> {
  readonly masters: readonly object[]
  nodeClient(node: object): Promise<NodeRedis>
  sendCommand(
    key: RedisArgument | undefined,
    readonly: boolean,
    args: readonly RedisArgument[],
    options: CommandOptions,
  ): Promise<RedisReply>
  multi(): {
    addCommand(key: RedisArgument | undefined, readonly: boolean, args: readonly RedisArgument[]): unknown
    exec(): Promise<unknown>
  }
}

interface CommandOptions {
  readonly typeMapping: Readonly<Record<number, unknown>>
  readonly timeout: number
}

/**
 * Drives a node-redis client. Its `keyPrefix` is only put before the keys of typed
 * commands; raw ones, which are used here, get it from the link.
 *
 * @param to - Where a client of ours connects; without it the client is somebody else's.
 */
export function nodeRedisLink(given: NodeRedisClient, to?: Destination): RedisLink {
  if ('getSentinelNode' in given) {
    throw new CacheError(
      'INVALID_OPTION',
      'redis: a node-redis sentinel client cannot be used here; hand in an ioredis client with `sentinels` instead',
      { context: { option: 'redis' } },
    )
  }
  return new NodeRedisLink(given as unknown as NodeRedis | NodeRedisCluster, to)
}

class NodeRedisLink implements RedisLink {
  readonly keyPrefix: string
  /**
   * Bulk strings come as bytes; the number is the type's first byte in the protocol. The
   * client's time limit costs an AbortSignal per command and only covers what was not yet
   * written, which never happens here: it is off.
   */
  readonly #raw: CommandOptions = { typeMapping: { 36: Buffer }, timeout: 0 }
  readonly #client: NodeRedis | NodeRedisCluster
  readonly #owned: boolean
  readonly #watch: ConnectionWatch
  /** Whether it was ever seen open: one that is not any more was closed by its owner. */
  #opened = false

  constructor(client: NodeRedis | NodeRedisCluster, to: Destination | undefined) {
    this.#client = client
    this.#owned = to !== undefined
    this.#watch = new ConnectionWatch(client, () => this.ready, to)
    this.keyPrefix = (client._keyPrefix ?? client.options?.keyPrefix ?? '').toString()
  }

  get cluster(): boolean {
    return isCluster(this.#client)
  }

  get ready(): boolean {
    return this.#client.isReady
  }

  get lastError(): CacheError | undefined {
    return this.#watch.lastError
  }

  /** Commands of one tick leave in one write, so these need no pipeline of their own. */
  send(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    const client = this.#client
    this.#opened = true
    if (!isCluster(client)) {
      return Promise.all(commands.map((command) => client.sendCommand(this.#words(command), this.#raw).catch(asReply)))
    }
    return Promise.all(
      commands.map((command) =>
        client.sendCommand(this.#route(command), false, this.#words(command), this.#raw).catch(asReply),
      ),
    )
  }

  async transaction(commands: readonly RedisCommand[]): Promise<void> {
    const client = this.#client
    if (isCluster(client)) {
      const multi = client.multi()
      for (const command of commands) multi.addCommand(this.#route(command), false, this.#words(command))
      await multi.exec()
    } else {
      const multi = client.multi()
      for (const command of commands) multi.addCommand(this.#words(command))
      await multi.exec()
    }
  }

  async scanners(): Promise<Scan[]> {
    const client = this.#client
    const nodes = isCluster(client)
      ? await Promise.all(client.masters.map((node) => client.nodeClient(node)))
      : [client]
    return nodes.map(
      (node) => async (cursor, pattern) =>
        scanned(await node.sendCommand(['scan', cursor, 'MATCH', pattern, 'COUNT', String(SCAN_COUNT)], this.#raw)),
    )
  }

  open(): Promise<void> {
    if (this.#client.isOpen) {
      this.#opened = true
      return this.#watch.outcome()
    }
    if (this.#opened && !this.#owned) return Promise.reject(endedByOwner())
    return this.#watch.outcome(() => this.#client.connect())
  }

  async close(): Promise<void> {
    this.#watch.dispose()
    if (this.#owned) this.#client.destroy()
  }

  #route({ keys }: RedisCommand): RedisArgument | undefined {
    return keys[0] === undefined ? undefined : this.#prefixed(keys[0])
  }

  #words({ name, before = [], keys, after = [] }: RedisCommand): RedisArgument[] {
    return [name, ...before, ...keys.map((key) => this.#prefixed(key)), ...after]
  }

  #prefixed(key: RedisArgument): RedisArgument {
    if (this.keyPrefix === '') return key
    return typeof key === 'string' ? this.keyPrefix + key : Buffer.concat([Buffer.from(this.keyPrefix), key])
  }
}

function isCluster(client: NodeRedis | NodeRedisCluster): client is NodeRedisCluster {
  return 'nodeClient' in client
}

function asReply(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
