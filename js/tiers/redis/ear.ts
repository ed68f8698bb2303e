import type { Emitter } from './connection-watch.ts'
import type { RedisReply } from './link.ts'

/** A connection of its own that hears channels, as long as it lives: it never connects again by itself. */
export interface Ear {
  /** Connects, lets `prepare` ask the server what it wants, and subscribes; resolves once it hears. */
  open(channels: readonly string[], listener: EarListener, prepare?: Prepare): Promise<void>
  /** Ends the connection. */
  close(): void
}

/** Who is told what an ear hears. */
export interface EarListener {
  /** What came on a channel: bytes, or what the server itself has to say. */
  message(channel: string, payload: RedisReply): void
  /** From some moment before now on, messages may be missed. It may be told more than once. */
  lost(cause: unknown): void
}

/** Commands before the subscription; none is possible after it. */
export type Prepare = (send: (words: readonly string[]) => Promise<unknown>) => Promise<void>

/** The parts of an ioredis client that are used here. */
interface Ioredis extends Emitter {
  readonly stream?: { unref?(): unknown }
  connect(): Promise<unknown>
  disconnect(): void
  call(name: string, args: readonly string[]): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
}

/** What a duplicate of an ioredis client has to be like to be an ear. */
export const IOREDIS_EAR = {
  lazyConnect: true,
  autoResubscribe: false,
  enableOfflineQueue: true,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  reconnectOnError: null,
  keyPrefix: '',
  readOnly: false,
  protocol: 2,
} as const

/** Over an ioredis client that nobody else uses. */
export class IoredisEar implements Ear {
  readonly #client: Ioredis

  /** @param client A duplicate with `IOREDIS_EAR`. */
  constructor(client: object) {
    this.#client = client as Ioredis
  }

  async open(channels: readonly string[], { message, lost }: EarListener, prepare?: Prepare): Promise<void> {
    const client = this.#client
    let failure: unknown
    client.on('messageBuffer', (channel: Buffer, payload: RedisReply) => message(String(channel), payload))
    client.on('error', (error: unknown) => {
      failure = error
    })
    client.on('close', () => lost(failure ?? new Error('the connection was closed')))
    await client.connect()
    client.stream?.unref?.()
    // It throws where nobody can catch it when SUBSCRIBE is answered with nonsense: the server is asked for sense first.
    const pong = await client.call('ping', [])
    if (pong !== 'PONG') throw new Error(`PING was answered with ${String(pong)}`)
    await prepare?.(([name = '', ...words]) => client.call(name, words))
    await client.subscribe(...channels)
  }

  close(): void {
    this.#client.disconnect()
  }
}

/** The parts of a node-redis client that are used here. */
interface NodeRedis extends Emitter {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): unknown
  unref?(): void
  sendCommand(words: readonly string[]): Promise<unknown>
  subscribe(
    channels: readonly string[],
    listener: (payload: RedisReply, channel: Buffer) => void,
    buffers: true,
  ): Promise<unknown>
}

/** What a duplicate of a node-redis client with these options for its socket has to be like to be an ear. */
export function nodeRedisEar(socket: object | undefined): object {
  return {
    socket: { ...socket, reconnectStrategy: false, socketTimeout: undefined },
    // Nobody asks but who relies on it.
    pingInterval: undefined,
    disableOfflineQueue: false,
    clientSideCache: undefined,
    emitInvalidate: undefined,
    maintNotifications: 'disabled',
    RESP: 2,
  }
}

/** Over a node-redis client that nobody else uses. */
export class NodeRedisEar implements Ear {
  readonly #client: NodeRedis

  /** @param client A duplicate with `nodeRedisEar`. */
  constructor(client: object) {
    this.#client = client as NodeRedis
  }

  async open(channels: readonly string[], { message, lost }: EarListener, prepare?: Prepare): Promise<void> {
    const client = this.#client
    client.on('error', lost)
    client.on('end', () => lost(new Error('the connection was closed')))
    await client.connect()
    client.unref?.()
    await prepare?.((words) => client.sendCommand(words))
    await client.subscribe(channels, (payload, channel) => message(String(channel), payload), true)
  }

  close(): void {
    if (this.#client.isOpen) this.#client.destroy()
  }
}

/** Tells of a sentinel or a replica: neither is where messages come from. */
const ELSEWHERE = /^(?:Sentinel|Replica) Client/

/**
 * Over a node-redis sentinel client that nobody else uses. By itself it subscribes anew where the
 * master has changed; but then messages were missed.
 */
export class SentinelEar implements Ear {
  readonly #client: NodeRedis

  constructor(client: object) {
    this.#client = client as NodeRedis
  }

  async open(channels: readonly string[], { message, lost }: EarListener): Promise<void> {
    const client = this.#client
    client.on('error', (error: unknown) => {
      if (!(error instanceof Error && ELSEWHERE.test(error.message))) lost(error)
    })
    let subscribed = false
    client.on('topology-change', ({ type }: { readonly type: string }) => {
      if (subscribed && type === 'MASTER_CHANGE') lost(new Error('the master has changed'))
    })
    await client.connect()
    await client.subscribe(channels, (payload, channel) => message(String(channel), payload), true)
    subscribed = true
  }

  close(): void {
    const ended = this.#client.destroy()
    if (ended instanceof Promise) ended.catch(() => undefined)
  }
}
