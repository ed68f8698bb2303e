import type { Emitter } from './connection-watch.ts'

/** What a subscription tells. */
export interface SubscriptionListener {
  message(bytes: Uint8Array): void
  /** Whether everything that is published from now on is heard. */
  state(up: boolean, cause?: unknown): void
}

/** A connection of its own that hears one channel, connects again by itself, and subscribes anew then. */
export interface Subscription {
  /** Ends the connection. Nothing is told any more. */
  close(): void
}

/** The parts of an ioredis client that are used here. */
interface Ioredis extends Emitter {
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  ping(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
}

/**
 * Hears a channel over an ioredis client that nobody else uses, and that does not subscribe anew by
 * itself: only so is it known from when on messages are heard.
 */
export function ioredisSubscription(client: Ioredis, channel: string, listener: SubscriptionListener): Subscription {
  const told = once(listener)
  let failure: unknown
  client.on('messageBuffer', (_: unknown, message: Uint8Array) => told.message(message))
  client.on('ready', () => {
    subscribed(client, channel).then(
      () => told.state(true),
      (cause: unknown) => told.state(false, cause),
    )
  })
  client.on('close', () => told.state(false, failure ?? new Error('the connection was closed')))
  client.on('error', (error: unknown) => {
    failure = error
  })
  client.connect().catch((cause: unknown) => told.state(false, cause))
  return {
    close: () => {
      told.end()
      client.disconnect()
    },
  }
}

/** ioredis throws where nobody can catch it when SUBSCRIBE is answered with nonsense: the server is asked for sense first. */
async function subscribed(client: Ioredis, channel: string): Promise<void> {
  const pong = await client.ping()
  if (pong !== 'PONG') {
    client.disconnect(true)
    throw new Error(`PING was answered with ${String(pong)}`)
  }
  await client.subscribe(channel)
}

/** The parts of a node-redis client that are used here. */
interface NodeRedis extends Emitter {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): void
  subscribe(channel: string, listener: (message: Uint8Array) => void, buffers: true): Promise<unknown>
}

/** Hears a channel over a node-redis client that nobody else uses; it is ready again only once it has subscribed anew. */
export function nodeRedisSubscription(
  client: NodeRedis,
  channel: string,
  listener: SubscriptionListener,
): Subscription {
  const told = once(listener)
  let subscribed = false
  client.on('ready', () => {
    if (subscribed) told.state(true)
  })
  client.on('error', (error: unknown) => told.state(false, error))
  client.on('reconnecting', () => told.state(false))
  client
    .connect()
    .then(() => client.subscribe(channel, (message) => told.message(message), true))
    .then(
      () => {
        subscribed = true
        told.state(true)
      },
      (cause: unknown) => told.state(false, cause),
    )
  return {
    close: () => {
      told.end()
      if (client.isOpen) client.destroy()
    },
  }
}

/** The same listener until `end`, with bytes of its own: clients hand out views on what they read. */
function once(listener: SubscriptionListener): SubscriptionListener & { end(): void } {
  let ended = false
  return {
    message: (bytes) => {
      if (!ended) listener.message(new Uint8Array(bytes))
    },
    state: (up, cause) => {
      if (!ended) listener.state(up, cause)
    },
    end: () => {
      ended = true
    },
  }
}
