import type { Emitter } from './connection-watch.ts'
import { type Ear, NodeRedisEar, nodeRedisEar, SentinelEar } from './ear.ts'
import { noDuplicate, type RedisArgument, type RedisReply } from './link.ts'

/** A command with its keys prefixed, and where it is to go. */
export interface Sendable {
  readonly words: readonly RedisArgument[]
  /** The key whose slot it belongs to. */
  readonly key: RedisArgument | undefined
  /** Whether a replica may answer. */
  readonly replica: boolean
}

/** The same few calls of the three kinds of node-redis clients, each of which takes its own arguments. */
export interface Shape {
  readonly emitter: Emitter
  readonly cluster: boolean
  readonly replicas: boolean
  readonly keyPrefix: string
  readonly ready: boolean
  readonly isOpen: boolean
  send(command: Sendable): Promise<RedisReply>
  transaction(commands: readonly Sendable[]): Promise<RedisReply[]>
  /** How to send a command to each master, whatever its keys. */
  masters(): Promise<((words: readonly RedisArgument[]) => Promise<RedisReply>)[]>
  connect(): Promise<unknown>
  destroy(): void
  /** A connection of its own, on which nothing was sent yet. Rejects where the client cannot be duplicated. */
  ear(): Promise<Ear>
}

/** What all kinds have alike. */
interface Common extends Emitter {
  readonly isReady: boolean
  readonly isOpen: boolean
  readonly options?: { readonly keyPrefix?: RedisArgument; readonly socket?: object }
  readonly _keyPrefix?: RedisArgument
  connect(): Promise<unknown>
  destroy(): unknown
}

interface Single extends Common {
  duplicate?(options: object): object
  sendCommand(args: readonly RedisArgument[], options: CommandOptions): Promise<RedisReply>
  multi(): { addCommand(args: readonly RedisArgument[]): unknown; exec(): Promise<RedisReply[]> }
}

interface Cluster extends Common {
  readonly masters: readonly ClusterNode[]
  readonly replicas?: readonly ClusterNode[]
  readonly _options?: { readonly useReplicas?: boolean }
  nodeClient(node: object): Promise<Single>
  sendCommand(
    key: RedisArgument | undefined,
    readonly: boolean,
    args: readonly RedisArgument[],
    options: CommandOptions,
  ): Promise<RedisReply>
  multi(): {
    addCommand(key: RedisArgument | undefined, readonly: boolean, args: readonly RedisArgument[]): unknown
    exec(): Promise<RedisReply[]>
  }
}

/** Has a client once it was used. */
interface ClusterNode {
  readonly client?: Single
}

interface Sentinel extends Common {
  duplicate?(options: object): object
  getMasterNode(): object | undefined
  getReplicaNodes(): ReadonlyMap<object, number>
  sendCommand(readonly: boolean, args: readonly RedisArgument[], options: CommandOptions): Promise<RedisReply>
  multi(): {
    addCommand(readonly: boolean, args: readonly RedisArgument[]): unknown
    exec(): Promise<RedisReply[]>
  }
}

interface CommandOptions {
  readonly typeMapping: Readonly<Record<number, unknown>>
  readonly timeout: number
}

/**
 * Bulk strings come as bytes; the number is the type's first byte in the protocol. The
 * client's time limit costs an AbortSignal per command and only covers what was not yet
 * written, which never happens here: it is off.
 */
const RAW: CommandOptions = { typeMapping: { 36: Buffer }, timeout: 0 }

/** Tells by its methods which kind of client it is. */
export function shapeOf(client: object): Shape {
  if ('getSentinelNode' in client) return new SentinelShape(client as object as Sentinel)
  return 'nodeClient' in client
    ? new ClusterShape(client as object as Cluster)
    : new SingleShape(client as object as Single)
}

abstract class CommonShape<Client extends Common> {
  readonly emitter: Emitter
  protected readonly client: Client

  constructor(client: Client) {
    this.emitter = client
    this.client = client
  }

  get keyPrefix(): string {
    return (this.client._keyPrefix ?? this.client.options?.keyPrefix ?? '').toString()
  }

  get ready(): boolean {
    return this.client.isReady
  }

  get isOpen(): boolean {
    return this.client.isOpen
  }

  connect(): Promise<unknown> {
    return this.client.connect()
  }

  /** Of a sentinel client it ends later, and may reject where it was closed already. */
  destroy(): void {
    const ended = this.client.destroy()
    if (ended instanceof Promise) ended.catch(() => undefined)
  }
}

class SingleShape extends CommonShape<Single> implements Shape {
  readonly cluster = false
  readonly replicas = false

  send({ words }: Sendable): Promise<RedisReply> {
    return this.client.sendCommand(words, RAW)
  }

  transaction(commands: readonly Sendable[]): Promise<RedisReply[]> {
    const multi = this.client.multi()
    for (const { words } of commands) multi.addCommand(words)
    return multi.exec()
  }

  async masters() {
    return [(words: readonly RedisArgument[]) => this.client.sendCommand(words, RAW)]
  }

  async ear(): Promise<Ear> {
    return earLike(this.client)
  }
}

class ClusterShape extends CommonShape<Cluster> implements Shape {
  readonly cluster = true

  get replicas(): boolean {
    return this.client._options?.useReplicas === true
  }

  send({ key, replica, words }: Sendable): Promise<RedisReply> {
    return this.client.sendCommand(key, replica, words, RAW)
  }

  transaction(commands: readonly Sendable[]): Promise<RedisReply[]> {
    const multi = this.client.multi()
    for (const { key, words } of commands) multi.addCommand(key, false, words)
    return multi.exec()
  }

  async masters() {
    const nodes = await Promise.all(this.client.masters.map((node) => this.client.nodeClient(node)))
    return nodes.map((node) => (words: readonly RedisArgument[]) => node.sendCommand(words, RAW))
  }

  async ear(): Promise<Ear> {
    const { masters, replicas = [] } = this.client
    const ready = [...masters, ...replicas].filter(({ client }) => client?.isReady)
    const { client } = anyOf(ready) ?? {}
    if (client !== undefined) return earLike(client)
    const master = anyOf(masters)
    if (master === undefined) throw new Error('no node of the cluster is known')
    return earLike(await this.client.nodeClient(master))
  }
}

class SentinelShape extends CommonShape<Sentinel> implements Shape {
  readonly cluster = false

  /** It stays "ready" while its master is gone, and lets commands wait for the next: here they don't. */
  override get ready(): boolean {
    return this.client.isReady && this.client.getMasterNode() !== undefined
  }

  get replicas(): boolean {
    return this.client.getReplicaNodes().size > 0
  }

  send({ replica, words }: Sendable): Promise<RedisReply> {
    return this.client.sendCommand(replica, words, RAW)
  }

  transaction(commands: readonly Sendable[]): Promise<RedisReply[]> {
    const multi = this.client.multi()
    for (const { words } of commands) multi.addCommand(false, words)
    return multi.exec()
  }

  async masters() {
    return [(words: readonly RedisArgument[]) => this.client.sendCommand(false, words, RAW)]
  }

  async ear(): Promise<Ear> {
    const duplicate = this.client.duplicate?.({ replicaPoolSize: 0 })
    if (duplicate === undefined) throw noDuplicate()
    return new SentinelEar(duplicate)
  }
}

function earLike(client: Single): Ear {
  const duplicate = client.duplicate?.(nodeRedisEar(client.options?.socket))
  if (duplicate === undefined) throw noDuplicate()
  return new NodeRedisEar(duplicate)
}

function anyOf<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)]
}
