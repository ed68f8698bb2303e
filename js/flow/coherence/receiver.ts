import { type Change, decodeMessage } from './message.ts'

/** What a `Receiver` is made of. */
export interface ReceiverOptions {
  /** What this process calls itself in messages. */
  readonly node: () => string
  /** Told what others changed, a region at a time. It must not throw. */
  readonly onChanges: (region: string, changes: readonly Change[]) => void
  /** A sender's message was lost on the way. */
  readonly onGap: () => void
}

/** How many senders are remembered. Of one that is forgotten, one lost message goes unnoticed. */
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
  readonly #sequences = new Map<string, number>()

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  /** Takes one message. */
  receive(bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    if (message === undefined) {
      this.ignored++
      return
    }
    if (message.node === this.#options.node()) {
      this.own++
      return
    }
    this.received++
    this.ignored += message.unknown
    this.#follow(message.node, message.sequence)
    for (const [region, changes] of byRegion(message.changes)) this.#options.onChanges(region, changes)
  }

  /** Nothing is known of what was sent before. */
  forget(): void {
    this.#sequences.clear()
  }

  #follow(node: string, sequence: number): void {
    const last = this.#sequences.get(node)
    if (last !== undefined && sequence > last + 1) {
      this.gaps++
      this.#options.onGap()
    }
    this.#sequences.delete(node)
    this.#sequences.set(node, Math.max(sequence, last ?? 0))
    if (this.#sequences.size <= MAX_SENDERS) return
    for (const oldest of this.#sequences.keys()) {
      this.#sequences.delete(oldest)
      return
    }
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
