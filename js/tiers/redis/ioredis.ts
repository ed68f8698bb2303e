import type { CacheError } from '../../errors.ts'
import { type Destination, withoutCommand } from './connection-error.ts'
import { ConnectionWatch, type Emitter } from './connection-watch.ts'
import { DatabaseGate } from './database-gate.ts'
import { type Ear, IOREDIS_EAR, IoredisEar } from './ear.ts'
import {
  endedByOwner,
  noDuplicate,
  type RedisArgument,
  type RedisCommand,
  type RedisLink,
  type RedisReply,
  SCAN_COUNT,
  type Scan,
  scanned,
} from './link.ts'
import { NodesGate } from './nodes-gate.ts'
import { WithReplica } from './with-replica.ts'

/** Any ioredis client: `Redis` (Sentinel included) or `Cluster`. Known by its methods, not by its class. */
export interface IoredisClient {
  /** What the connection is doing: 'ready', … */
  readonly status: string
  /** Sends any command. */
  call(...args: never[]): unknown
  /** Collects commands for one round trip. */
  pipeline(...args: never[]): unknown
}

/** Whether `client` has the methods of an ioredis client. */
export function isIoredis(client: object): client is IoredisClient {
  const { call, pipeline, status } = client as Partial<IoredisClient>
  return typeof call === 'function' && typeof pipeline === 'function' && typeof status === 'string'
}

/** The parts of ioredis that are used here. */
interface Ioredis extends Emitter {
  readonly status: string
  readonly isCluster?: boolean
  readonly options: {
    readonly keyPrefix?: string | Buffer
    readonly scaleReads?: unknown
    readonly retryDelayOnTryAgain?: number
    readonly enableOfflineQueue?: boolean
  }
  callBuffer(name: string, args: readonly RedisArgument[]): Promise<RedisReply>
  pipeline(): IoredisPipeline
  multi(): IoredisPipeline
  nodes?(role: 'master' | 'all'): Ioredis[]
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  duplicate?(options: object): Ioredis
  /** The connection's socket, once there is one; a cluster has none of its own. */
  readonly stream?: Partial<Corked> | null
}

/** What a socket of Node offers to send several writes as one. */
interface Corked {
  cork(): void
  uncork(): void
  readonly writableCorked: number
}

interface IoredisPipeline {
  callBuffer(name: string, args: readonly RedisArgument[]): unknown
  exec(): Promise<(readonly [error: Error | null, reply: RedisReply])[] | null>
}

/** A script that reads all its keys. */
const READ = "return redis.call('MGET', unpack(KEYS))"

/** How long `close` waits for the socket to be gone; the client destroys it before. */
const END_LIMIT = 250

/**
 * Drives an ioredis client. ioredis puts its `keyPrefix` before the keys of every command
 * that it knows, but neither into a SCAN pattern nor off its replies.
 *
 * @param to - Where a client of ours connects; without it the client is somebody else's.
 * @param replica - A client of ours at a replica, for reads that one may answer.
 */
export function ioredisLink(given: IoredisClient, to?: Destination, replica?: IoredisClient): RedisLink {
  const link = new IoredisLink(given as unknown as Ioredis, to)
  return replica === undefined ? link : new WithReplica(link, new IoredisLink(replica as unknown as Ioredis, to))
}

class IoredisLink implements RedisLink {
  readonly cluster: boolean
  readonly severalKeys: boolean
  readonly replicas: boolean
  readonly keyPrefix: string
  readonly #client: Ioredis
  readonly #owned: boolean
  readonly #watch: ConnectionWatch
  readonly #gate: DatabaseGate
  readonly #nodes: NodesGate
  /** The node of a cluster that messages go through. */
  #publisher: Ioredis | undefined
  /** The socket that was given up last. */
  #left: object | undefined

  constructor(client: Ioredis, to: Destination | undefined) {
    this.#client = client
    this.#owned = to !== undefined
    this.#watch = new ConnectionWatch(client, () => this.ready, to)
    this.#gate = new DatabaseGate(client, to?.database ?? 0, this.#watch)
    this.#nodes = new NodesGate(client, this.#watch)
    this.cluster = client.isCluster === true
    this.severalKeys = !this.cluster || client.options.retryDelayOnTryAgain === 0
    this.replicas = this.cluster && (client.options.scaleReads ?? 'master') !== 'master'
    this.keyPrefix = client.options.keyPrefix?.toString() ?? ''
  }

  get ready(): boolean {
    return this.#client.status === 'ready' && this.#gate.open && this.#nodes.open
  }

  get lastError(): CacheError | undefined {
    return this.#watch.lastError
  }

  async send(asked: readonly RedisCommand[]): Promise<RedisReply[]> {
    const client = this.#client
    this.#together()
    const commands = this.replicas ? asked.map(toMaster) : asked
    const [only] = commands
    if (only !== undefined && commands.length === 1) {
      return [await client.callBuffer(only.name, words(only)).catch(asReply)]
    }
    if (this.cluster) {
      return Promise.all(commands.map((command) => client.callBuffer(command.name, words(command)).catch(asReply)))
    }
    const replies = await pipelined(client.pipeline(), commands)
    return replies.map(([error, reply]) => (error === null ? reply : asReply(error)))
  }

  async transaction(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    const replies = await pipelined(this.#client.multi(), commands).catch((error: unknown) => {
      throw aborted(error)
    })
    for (const [error] of replies) {
      if (error) throw new Error(`a command failed inside EXEC: ${error.message}`, { cause: asReply(error) })
    }
    return replies.map(([, reply]) => reply)
  }

  async scanners(): Promise<Scan[]> {
    const nodes = this.#client.nodes?.('master') ?? [this.#client]
    return nodes.map(
      (node) => async (cursor, pattern) =>
        scanned(
          await node.callBuffer('scan', [cursor, 'MATCH', pattern, 'COUNT', String(SCAN_COUNT)]).catch((error) => {
            throw asReply(error)
          }),
        ),
    )
  }

  open(): Promise<void> {
    const { status } = this.#client
    if (status === 'wait') return this.#watch.outcome(() => this.#client.connect())
    if (status !== 'end') return this.#watch.outcome()
    return this.#owned ? this.#watch.outcome(() => this.#client.connect()) : Promise.reject(endedByOwner())
  }

  async publish(channel: string, message: Buffer): Promise<void> {
    const nodes = this.#client.nodes?.('master').filter(isReady)
    if (nodes === undefined) this.#publisher = this.#client
    else if (this.#publisher === undefined || !nodes.includes(this.#publisher)) this.#publisher = nodes[0]
    if (this.#publisher === undefined) throw new Error('no node is connected')
    this.#together()
    await this.#publisher.callBuffer('publish', [channel, message]).catch((error: unknown) => {
      throw asReply(error)
    })
  }

  async ear(): Promise<Ear> {
    const all = this.#client.nodes?.('all') ?? [this.#client]
    const nodes = all.some(isReady) ? all.filter(isReady) : all
    const duplicate = nodes[Math.floor(Math.random() * nodes.length)]?.duplicate?.(IOREDIS_EAR)
    if (duplicate === undefined) throw noDuplicate()
    return new IoredisEar(duplicate)
  }

  onBreak(told: () => void): () => void {
    return this.#watch.onBreak(told)
  }

  onReady(told: () => void): void {
    this.#watch.onReady(told)
  }

  reset(): void {
    const { status, stream } = this.#client
    if (!this.#owned || status === 'end') return
    // Each time it is told to, the client adds a listener to its socket.
    if (stream === undefined || stream === null || stream !== this.#left) this.#client.disconnect(true)
    this.#left = stream ?? undefined
    this.#watch.giveUp()
  }

  async close(): Promise<void> {
    this.#watch.dispose()
    this.#gate.dispose()
    this.#nodes.dispose()
    if (!this.#owned || this.#client.status === 'end') return
    const ended = ['connecting', 'connect', 'ready'].includes(this.#client.status) ? this.#ended() : undefined
    this.#client.disconnect()
    await ended
  }

  /**
   * Has the commands of this tick leave in one write: ioredis writes each by itself, and a write to a
   * socket takes longer than all else that is done for a command. So a message on the bus goes out with
   * the next write to the tier, if that comes in the same tick.
   */
  #together(): void {
    const { stream } = this.#client
    if (stream?.cork === undefined || stream.uncork === undefined || stream.writableCorked !== 0) return
    stream.cork()
    process.nextTick(() => stream.uncork?.())
  }

  #ended(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, END_LIMIT)
      this.#client.on('end', () => {
        clearTimeout(limit)
        resolve()
      })
    })
  }
}

/**
 * A cluster client that reads from replicas does so with every command that only reads. A
 * script is none to it: as one, a read is answered by the master.
 */
function toMaster(command: RedisCommand): RedisCommand {
  const { name, keys, replica } = command
  if (name !== 'mget' || replica === true) return command
  return { name: 'eval', before: [READ, String(keys.length)], keys }
}

function isReady({ status }: Ioredis): boolean {
  return status === 'ready'
}

function words({ before, keys, after }: RedisCommand): readonly RedisArgument[] {
  if (before === undefined && after === undefined) return keys
  return [...(before ?? []), ...keys, ...(after ?? [])]
}

function asReply(error: unknown): Error {
  const reply = withoutCommand(error)
  // What ioredis says of the retries that it was told not to make would lead astray.
  return reply.name === 'MaxRetriesPerRequestError' ? new Error('the connection broke', { cause: reply }) : reply
}

/** Why EXEC was not done is said by the commands before it. */
function aborted(error: unknown): Error {
  const { message, previousErrors: [first] = [] } = error as Error & { previousErrors?: readonly unknown[] }
  return message.startsWith('EXECABORT') && first instanceof Error
    ? new Error(`EXECABORT ${first.message}`)
    : asReply(error)
}

async function pipelined(pipeline: IoredisPipeline, commands: readonly RedisCommand[]) {
  for (const command of commands) pipeline.callBuffer(command.name, words(command))
  return (await pipeline.exec()) ?? []
}
