import { CacheError } from '../../errors.ts'
import type { Ear } from './ear.ts'

/** What every error, metric and event calls this tier. */
export const TIER = 'redis'

/**
 * What the driver needs of a Redis client, and the one place where clients differ. Keys are
 * given without the client's own prefix: a link sees to it that exactly one reaches Redis.
 */
export interface RedisLink {
  /** Whether it speaks to a cluster, where one command must not name keys of several slots. */
  readonly cluster: boolean
  /**
   * Whether one command may name several keys of a slot. While that slot moves to another node
   * Redis answers TRYAGAIN to it: a client that then waits and tries again by itself would
   * spend the whole time of the call.
   */
  readonly severalKeys: boolean
  /** Whether the client may send commands that are marked `replica` to a replica. */
  readonly replicas: boolean
  /** Whether a command sent now would go out at once. */
  readonly ready: boolean
  /** What the client puts before each key. */
  readonly keyPrefix: string
  /** Why there is no connection, as far as it is known. */
  readonly lastError: CacheError | undefined
  /**
   * Sends all in one round trip, in order; on a cluster, in parallel and in no order, one
   * round trip to each node. An error reply takes the reply's place; nothing is ever queued.
   */
  send(commands: readonly RedisCommand[]): Promise<RedisReply[]>
  /** Runs all between MULTI and EXEC, and answers their replies. Rejects if any failed. */
  transaction(commands: readonly RedisCommand[]): Promise<RedisReply[]>
  /** One SCAN for each node that holds keys of its own. */
  scanners(): Promise<Scan[]>
  /** Resolves when `ready`; rejects when the attempt under way fails. The client tries again by itself. */
  open(): Promise<void>
  /** Sends a message to all who hear a channel. On a cluster all go through one node, while it lives, and so stay in order. */
  publish(channel: string, message: Buffer): Promise<void>
  /**
   * A connection of its own like this one's, on which nothing was sent yet: of a cluster, to any node that lives.
   * Rejects with `TIER_UNAVAILABLE` where the client cannot be duplicated for that.
   */
  ear(): Promise<Ear>
  /** Calls back when the connection breaks or ends, each time; answers what stops that. */
  onBreak(told: () => void): () => void
  /** Calls back each time it has become `ready`; one listener. */
  onReady(told: () => void): void
  /** Gives up the connection of a client of ours, so that the client makes another. */
  reset(): void
  /** Lets go of the client; ends it if it is ours. Rejects nothing and never waits for the server. */
  close(): Promise<void>
}

/** A command as it is written: name, `before`, keys, `after`. */
export interface RedisCommand {
  /** In lower case. */
  readonly name: string
  readonly before?: readonly string[]
  readonly keys: readonly RedisArgument[]
  readonly after?: readonly RedisArgument[]
  /** Whether a replica may answer it, which may lag behind. Default: false, the master answers. */
  readonly replica?: boolean
}

/** Text or bytes. */
export type RedisArgument = string | Buffer

/** One reply, with bulk strings as bytes. */
export type RedisReply = Buffer | string | number | null | Error | readonly RedisReply[]

/** Asks for the next keys that match a glob pattern, as they are in Redis; cursor '0' begins and ends. */
export type Scan = (cursor: string, pattern: string) => Promise<{ cursor: string; keys: Buffer[] }>

/** How many keys one SCAN step looks at, so that no step holds the server for long. */
export const SCAN_COUNT = 500

/** Reads the reply of SCAN. */
export function scanned(reply: unknown): { cursor: string; keys: Buffer[] } {
  const [cursor, keys] = reply as [Buffer | string, Buffer[]]
  return { cursor: String(cursor), keys }
}

/** Whether the server answered this error, so that the connection is sound and the outcome known. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z]{2,}(?: |$)/.test(error.message)
}

/** The client was ended by whoever made it, or as they told it to: it is not ours to open again. */
export function endedByOwner(): CacheError {
  const message = 'redis: the client has ended: its owner closed it, or it gave up reconnecting'
  return new CacheError('TIER_UNAVAILABLE', message, { context: { tier: TIER } })
}

/** The client cannot be duplicated. */
export function noDuplicate(): CacheError {
  return new CacheError('TIER_UNAVAILABLE', 'redis: there is no pub/sub over a client of this kind', {
    context: { tier: TIER },
  })
}

/** The connection was given up on purpose. */
export function givenUp(): CacheError {
  return new CacheError('TIER_UNAVAILABLE', 'redis: the connection was given up', { context: { tier: TIER } })
}
