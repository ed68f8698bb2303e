import type { Clock } from '../../clock.ts'
import { type Change, decodeMessage, type Message } from './message.ts'

/** What a `Receiver` is made of. */
export interface ReceiverOptions {
  readonly clock: Clock
  /** What this process calls itself in messages. */
  readonly node: () => string
  /** Told what others changed, a region at a time. It must not throw. */
  readonly onChanges: (region: string, changes: readonly Change[]) => void
  /** A sender's message was lost on the way. */
  readonly onGap: () => void
  /** The message of this process with this number has come back. */
  readonly onEcho: (sequence: number) => void
}

/** What is known of a sender: its last message, and when that came. */
interface Sender {
  readonly sequence: number
  readonly at: number
}

/** How many senders are remembered. Of one that is forgotten, one lost message may go unnoticed. */
const MAX_SENDERS = 4_096

/** Hears what others publish, and counts what it does with it. Never throws, whatever the bytes are. */
export class Receiver {
  /** Messages of others. */
  received = 0
  /** Messages of this process that the bus brought back. */
  own = 0
  /** Messages, and changes in them, that are not understood: of a later version, or no messages at all. */
  ignored = 0
  /** How often messages of a sender were missing. */
  gaps = 0
  readonly #options: ReceiverOptions
  readonly #senders = new Map<string, Sender>()
  /** Since when all senders that spoke are remembered. */
  #since = Number.POSITIVE_INFINITY

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  /** Takes one message. */
  receive(bytes: Uint8Array): void {
    const own = this.#options.node()
    const message = decodeMessage(bytes, own)
    if (message === undefined) {
      this.ignored++
      return
    }
    if (message.node === own) {
      this.own++
      this.#options.onEcho(message.sequence)
      return
    }
    this.received++
    this.ignored += message.unknown
    this.#follow(message)
    for (const [region, changes] of byRegion(message.changes)) this.#options.onChanges(region, changes)
  }

  /** Everything is heard from now on, and nothing is known of what was sent before. */
  begin(): void {
    this.#senders.clear()
    this.#since = this.#options.clock.now()
  }

  #follow(message: Message): void {
    const { node, sequence } = message
    const last = this.#senders.get(node)
    if (last === undefined ? this.#missedBefore(message) : sequence > last.sequence + 1) {
      this.gaps++
      this.#options.onGap()
    }
    this.#senders.delete(node)
    this.#senders.set(node, { sequence: Math.max(sequence, last?.sequence ?? 0), at: this.#options.clock.now() })
    if (this.#senders.size <= MAX_SENDERS) return
    for (const [oldest, { at }] of this.#senders) {
      this.#senders.delete(oldest)
      this.#since = Math.max(this.#since, at)
      return
    }
  }

  /**
   * Whether a sender that was not heard before sent something since all is heard. A message that
   * took its time makes that look later than it was, never earlier.
   */
  #missedBefore({ age }: Message): boolean {
    return age < this.#options.clock.now() - this.#since
  }
}

function byRegion(changes: readonly Change[]): Map<string, Change[]> {
  const regions = new Map<string, Change[]>()
  for (const change of changes) {
    const there = regions.get(change.region)
    if (there === undefined) regions.set(change.region, [change])
    else there.push(change)
  }
  return regions
}
