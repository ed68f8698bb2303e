import type { CacheError } from '../../errors.ts'
import type { Destination } from './connection-error.ts'
import { ConnectionWatch } from './connection-watch.ts'
import type { Ear } from './ear.ts'
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
import { type Sendable, type Shape, shapeOf } from './node-redis-shapes.ts'

/** Any node-redis client: `createClient`, `createCluster` or `createSentinel`. Known by its methods, not by its class. */
export interface NodeRedisClient {
  /** Whether it takes commands. */
  readonly isReady: boolean
  /** Sends any command. */
  sendCommand(...args: never[]): unknown
  /** Collects commands for one transaction. */
  multi(...args: never[]): unknown
}

/** Whether `client` has the methods of a node-redis client. */
export function isNodeRedis(client: object): client is NodeRedisClient {
  const { sendCommand, multi, isReady } = client as Partial<NodeRedisClient>
  return typeof sendCommand === 'function' && typeof multi === 'function' && typeof isReady === 'boolean'
}

/**
 * Drives a node-redis client. Its `keyPrefix` is only put before the keys of typed
 * commands; raw ones, which are used here, get it from the link.
 *
 * @param to - Where a client of ours connects; without it the client is somebody else's.
 */
export function nodeRedisLink(given: NodeRedisClient, to?: Destination): RedisLink {
  return new NodeRedisLink(given, to)
}

class NodeRedisLink implements RedisLink {
  readonly cluster: boolean
  readonly severalKeys = true
  readonly keyPrefix: string
  readonly #client: Shape
  readonly #owned: boolean
  readonly #watch: ConnectionWatch
  /** Whether it was ever seen open: one that is not any more was closed by its owner. */
  #opened = false

  constructor(given: NodeRedisClient, to: Destination | undefined) {
    this.#client = shapeOf(given)
    this.#owned = to !== undefined
    this.#watch = new ConnectionWatch(this.#client.emitter, () => this.ready, to)
    this.cluster = this.#client.cluster
    this.keyPrefix = this.#client.keyPrefix
  }

  get ready(): boolean {
    return this.#client.ready
  }

  get replicas(): boolean {
    return this.#client.replicas
  }

  get lastError(): CacheError | undefined {
    return this.#watch.lastError
  }

  /** Commands of one tick leave in one write, so these need no pipeline of their own. */
  send(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    this.#opened = true
    return Promise.all(commands.map((command) => this.#client.send(this.#sendable(command)).catch(asReply)))
  }

  async transaction(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    return this.#client.transaction(commands.map((command) => this.#sendable(command)))
  }

  async scanners(): Promise<Scan[]> {
    return (await this.#client.masters()).map(
      (send) => async (cursor, pattern) =>
        scanned(await send(['scan', cursor, 'MATCH', pattern, 'COUNT', String(SCAN_COUNT)])),
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

  /** On a cluster a message goes to where a key of the channel's name would lie. */
  async publish(channel: string, message: Buffer): Promise<void> {
    await this.#client.send({ words: ['publish', channel, message], key: channel, replica: false })
  }

  ear(): Promise<Ear> {
    return this.#client.ear()
  }

  onBreak(told: () => void): () => void {
    return this.#watch.onBreak(told)
  }

  onReady(told: () => void): void {
    this.#watch.onReady(told)
  }

  /** The next `open` connects again. */
  reset(): void {
    if (!this.#owned) return
    if (this.#client.isOpen) this.#client.destroy()
    this.#watch.giveUp()
  }

  async close(): Promise<void> {
    this.#watch.dispose()
    if (this.#owned) this.#client.destroy()
  }

  #sendable({ name, before = [], keys, after = [], replica = false }: RedisCommand): Sendable {
    const prefixed = keys.map((key) => this.#prefixed(key))
    return { words: [name, ...before, ...prefixed, ...after], key: prefixed[0], replica }
  }

  #prefixed(key: RedisArgument): RedisArgument {
    if (this.keyPrefix === '') return key
    return typeof key === 'string' ? this.keyPrefix + key : Buffer.concat([Buffer.from(this.keyPrefix), key])
  }
}

function asReply(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
