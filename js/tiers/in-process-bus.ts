import type { Bus, BusListener } from './bus.ts'
import { closedError } from './tier-error.ts'

/** Where the caches of one process meet: each has a bus of its own from it. */
export interface InProcessHub {
  /** Another bus of this hub. It hears what the others publish. */
  join(): Bus
}

/** Options of `inProcessHub`. */
export interface InProcessHubOptions {
  /** Whether a bus also hears what it publishes itself, as over Redis. Default: false. */
  readonly echoes?: boolean | undefined
}

/**
 * A bus between caches of one process: the reference for what a bus does, and a stand-in for
 * Redis or a BroadcastChannel in tests. Messages arrive in order, each as a copy, in a
 * microtask after they were published.
 *
 * @example
 * const hub = inProcessHub()
 * const l2 = memoryDriver({ shared: true })
 * const a = new CacheManager({ l2, bus: hub.join() })
 * const b = new CacheManager({ l2, bus: hub.join() })
 */
export function inProcessHub({ echoes = false }: InProcessHubOptions = {}): InProcessHub {
  const members = new Set<Member>()
  return { join: () => new Member(members, echoes) }
}

class Member implements Bus {
  readonly name = 'in-process'
  readonly echoes: boolean
  readonly #members: Set<Member>
  #listener: BusListener | undefined
  #closed = false

  constructor(members: Set<Member>, echoes: boolean) {
    this.#members = members
    this.echoes = echoes
  }

  start(listener: BusListener): void {
    if (this.#closed) return
    this.#listener = listener
    this.#members.add(this)
    queueMicrotask(() => this.#listener?.state(true))
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#closed) throw closedError(this.name)
    for (const member of this.#members) if (this.echoes || member !== this) member.#receive(new Uint8Array(message))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listener = undefined
    this.#members.delete(this)
  }

  #receive(bytes: Uint8Array): void {
    queueMicrotask(() => this.#listener?.message(bytes))
  }
}
