import type { Bus, BusListener } from '../bus.ts'
import { closedError, tierError } from '../tier-error.ts'
import { reconnectDelay } from './connect.ts'
import { type RedisLink, TIER } from './link.ts'
import type { Subscription } from './subscription.ts'

/**
 * A bus over Redis' PUBLISH and SUBSCRIBE. It hears on a connection of its own, a duplicate of the
 * tier's client, and publishes on the tier's: one command a message, after the writes that it
 * tells of. Redis hands a message to those who are connected at that moment, and keeps nothing.
 *
 * The channel is `<namespace>:bus`, after the client's key prefix.
 */
export class RedisBus implements Bus {
  readonly name = TIER
  readonly #link: () => Promise<RedisLink>
  readonly #namespace: string
  #subscription: Subscription | undefined
  #attempts = 0
  #again: NodeJS.Timeout | undefined
  #closed = false

  /** @param link The tier's connection; rejects where there is none. */
  constructor(link: () => Promise<RedisLink>, namespace: string) {
    this.#link = link
    this.#namespace = namespace
  }

  start(listener: BusListener): void {
    this.#subscribe(listener).catch((cause: unknown) => {
      if (this.#closed) return
      listener.state(false, cause)
      this.#again = setTimeout(() => this.start(listener), reconnectDelay(++this.#attempts))
      this.#again.unref()
    })
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#closed) throw closedError(TIER)
    const link = await this.#link()
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    const [reply] = await link.send([{ name: 'publish', before: [this.#channel(link)], keys: [], after: [bytes] }])
    if (reply instanceof Error) throw tierError(TIER, reply)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#again)
    this.#subscription?.close()
  }

  async #subscribe(listener: BusListener): Promise<void> {
    if (this.#closed) return
    const link = await this.#link()
    if (this.#closed) return
    this.#subscription = link.subscribe(this.#channel(link), listener)
  }

  #channel(link: RedisLink): string {
    return `${link.keyPrefix}${this.#namespace}:bus`
  }
}
