import { CacheError } from '../errors.ts'
import type { Bus, BusListener } from './bus.ts'
import { closedError, tierError } from './tier-error.ts'

const NAME = 'broadcast-channel'

/**
 * A bus between the tabs and workers of one origin (in Node: the threads of one process). The
 * runtime loses nothing while a page is alive; one that comes back from the back-forward cache may
 * have missed anything.
 *
 * @param channel - All who use the same name hear one another.
 * @throws CacheError `UNSUPPORTED_RUNTIME` where there is no BroadcastChannel.
 */
export function broadcastChannelBus(channel: string): Bus {
  if (hasBroadcastChannel()) return new BroadcastChannelBus(channel)
  throw new CacheError('UNSUPPORTED_RUNTIME', `${NAME}: this runtime has no BroadcastChannel`)
}

/** Whether the runtime has such a bus. */
export function hasBroadcastChannel(): boolean {
  return typeof globalThis.BroadcastChannel === 'function'
}

class BroadcastChannelBus implements Bus {
  readonly name = NAME
  readonly #name: string
  #channel: BroadcastChannel | undefined
  #listener: BusListener | undefined
  #closed = false
  readonly #onShow = (event: Event): void => {
    if ((event as PageTransitionEvent).persisted) this.#listener?.state(true)
  }

  constructor(name: string) {
    this.#name = name
  }

  start(listener: BusListener): void {
    if (this.#closed) return
    this.#listener = listener
    const channel = new BroadcastChannel(this.#name)
    this.#channel = channel
    ;(channel as { unref?: () => void }).unref?.()
    channel.onmessage = ({ data }) => {
      if (data instanceof Uint8Array) this.#listener?.message(data)
    }
    // What could not be read was missed.
    channel.onmessageerror = () => this.#listener?.state(true)
    globalThis.addEventListener?.('pageshow', this.#onShow)
    queueMicrotask(() => this.#listener?.state(true))
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#closed) throw closedError(NAME)
    try {
      this.#channel?.postMessage(message)
    } catch (cause) {
      throw tierError(NAME, cause)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listener = undefined
    this.#channel?.close()
    globalThis.removeEventListener?.('pageshow', this.#onShow)
  }
}
