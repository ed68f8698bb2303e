import type { Clock, Timer } from '../../clock.ts'
import type { Bus, BusListener } from '../bus.ts'
import { closedError, tierError } from '../tier-error.ts'
import { reconnectDelay } from './connect.ts'
import type { Ear } from './ear.ts'
import { givenUp, type RedisLink, type RedisReply, TIER } from './link.ts'

/** What a `RedisBus` is made of. */
export interface RedisBusOptions {
  /** The tier's connection; rejects where there is none. */
  readonly link: () => Promise<RedisLink>
  readonly namespace: string
  readonly clock: Clock
}

/** How long connecting and subscribing may take, in ms. */
const OPEN_LIMIT = 5_000
/** How long a connection must have lived for its end to be no reason to wait longer for the next, in ms. */
const LASTING = 10_000

/**
 * A bus over Redis' PUBLISH and SUBSCRIBE. It hears on a connection of its own, a duplicate of the
 * tier's client, and publishes on the tier's: one command a message, after the writes that it
 * tells of. Redis hands a message to those who are connected at that moment, and keeps nothing.
 *
 * On a cluster it hears at any node that lives, since a message goes to all of them. Where its
 * connection breaks it takes another node, or the new master, and says that it may have missed something.
 *
 * The channel is `<namespace>:bus`, after the client's key prefix.
 */
export class RedisBus implements Bus {
  readonly name: string = TIER
  readonly echoes = true
  protected readonly options: RedisBusOptions
  protected closed = false
  #listener: BusListener | undefined
  #link: RedisLink | undefined
  #ear: Ear | undefined
  /** Stands for the connection that there is, or that is being made: what is told of an earlier one is passed over. */
  #connection: object | undefined
  #attempts = 0
  #heardSince = Number.POSITIVE_INFINITY
  #again: Timer | undefined

  constructor(options: RedisBusOptions) {
    this.options = options
  }

  start(listener: BusListener): void {
    if (this.closed) return
    this.#listener = listener
    void this.#connect()
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.closed) throw closedError(TIER)
    const link = await this.options.link()
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    try {
      await link.publish(this.channel(link), bytes)
    } catch (cause) {
      throw tierError(TIER, cause)
    }
  }

  reset(): void {
    const connection = this.#connection
    queueMicrotask(() => this.#lost(connection, givenUp()))
  }

  async close(): Promise<void> {
    this.closed = true
    this.#again?.cancel()
    this.#ear?.close()
  }

  /** Opens an ear that hears what this bus is about; `lost` tells when it may have missed something. */
  protected listen(link: RedisLink, ear: Ear, lost: (cause: unknown) => void): Promise<void> {
    return ear.open([this.channel(link)], { message: (_, payload) => this.heard(payload), lost })
  }

  /** A message has come. Clients hand out views on what they read: the listener gets bytes of its own. */
  protected heard(payload: RedisReply): void {
    if (!this.closed && Buffer.isBuffer(payload)) this.#listener?.message(new Uint8Array(payload))
  }

  protected channel(link: RedisLink): string {
    return `${link.keyPrefix}${this.options.namespace}:bus`
  }

  protected get listener(): BusListener | undefined {
    return this.closed ? undefined : this.#listener
  }

  /** No step of it may take for ever, nor all of them together for longer than the limit. */
  async #connect(): Promise<void> {
    const { clock } = this.options
    const connection = {}
    const tooLong = () => this.#lost(connection, new Error(`not subscribed within ${OPEN_LIMIT} ms`))
    const limit = clock.after(OPEN_LIMIT, tooLong)
    let ear: Ear | undefined
    this.#connection = connection
    try {
      this.#link ??= await this.options.link()
      if (!this.#isCurrent(connection)) return
      ear = await this.#link.ear()
      if (!this.#isCurrent(connection)) return
      this.#ear = ear
      await this.listen(this.#link, ear, (cause) => this.#lost(connection, cause))
      if (!this.#isCurrent(connection)) return
      this.#heardSince = clock.now()
      this.listener?.state(true)
    } catch (cause) {
      this.#lost(connection, cause)
    } finally {
      limit.cancel()
      if (!this.#isCurrent(connection)) ear?.close()
    }
  }

  #isCurrent(connection: object): boolean {
    return !this.closed && this.#connection === connection
  }

  /** Says that messages may be missed, and connects again after a while. */
  #lost(connection: object | undefined, cause: unknown): void {
    if (connection === undefined || !this.#isCurrent(connection)) return
    const { clock } = this.options
    const ear = this.#ear
    this.#connection = undefined
    this.#ear = undefined
    ear?.close()
    if (clock.now() - this.#heardSince > LASTING) this.#attempts = 0
    this.#heardSince = Number.POSITIVE_INFINITY
    this.#listener?.state(false, cause)
    this.#again = clock.after(reconnectDelay(++this.#attempts), () => void this.#connect())
  }
}
