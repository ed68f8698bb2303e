import type { Clock, Timer } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import type { Bus } from '../../tiers/bus.ts'
import type { RandomSource } from '../random.ts'
import { compareStamps } from '../stamp.ts'
import { withLimit } from '../time-limit.ts'
import { type Change, encodeMessage, hex, KINDS, MESSAGE_BYTES, sizeOf } from './message.ts'

/** What a `Publisher` is made of. */
export interface PublisherOptions {
  readonly bus: Bus
  readonly clock: Clock
  readonly random: RandomSource
  /** Told of each message before it is handed over, by its number. */
  readonly onSending: (sequence: number) => void
  /** Told of each message: handed over, or why not. */
  readonly onSent: (sequence: number, error: CacheError | undefined) => void
}

/** How many changes may wait at the most. Beyond, their regions are told to be cleared. */
const MAX_WAITING = 10_000
/** How long the bus may take for one message, in ms. */
const LIMIT = 1_000
/** When a message that the bus did not take is tried again, in ms; it doubles each time. */
const FIRST_RETRY = 100
const MAX_RETRY = 5_000
/** For how long no message must follow one with changes until their count is told once more, in ms. */
const BEAT_AFTER = 1_000

/**
 * Tells the others what was written. All changes of one tick go out together, and while the
 * bus does not take one message the rest waits, last per key. What it refused is sent again:
 * a change that nobody hears of would stay wrong in their memory for its whole lifetime.
 *
 * Messages are numbered, so that one that gets lost is noticed at the next. For the last one there
 * is a beat: a message without changes, a second after it. A busy writer sends none.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #node = new Uint8Array(8)
  #name: string | undefined
  #waiting = new Map<string, Change>()
  #sequence = 0
  #underWay = 0
  #sending: Promise<void> | undefined
  #retry: Timer | undefined
  #delay = FIRST_RETRY
  /** When the last message was handed over, and whether it had changes. */
  #sentAt = Number.NEGATIVE_INFINITY
  #told = false
  #beats: Timer | undefined
  #beatDue = false
  #closed = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** What messages of this process say who sent them. */
  get node(): string {
    if (this.#name === undefined) {
      this.#options.random(this.#node)
      this.#name = hex(this.#node)
    }
    return this.#name
  }

  /** How many changes the bus has not taken yet. */
  get waiting(): number {
    return this.#waiting.size + this.#underWay
  }

  /** Sends the changes at the end of this tick. Never throws, and waits for nothing. */
  publish(changes: readonly Change[]): void {
    if (this.#closed || changes.length === 0) return
    for (const change of changes) this.#keep(change)
    if (this.#waiting.size > MAX_WAITING) this.#collapse()
    if (this.#retry === undefined) this.flush()
  }

  /** Sends a message without changes, or whatever is to be sent anyway: a sign of life. */
  beat(): void {
    if (this.#closed) return
    this.#beatDue = true
    if (this.#retry === undefined) void this.flush()
  }

  /** Sends what waits, now; resolves when the bus has taken it, or has not. Never rejects. */
  flush(): Promise<void> {
    this.#retry?.cancel()
    this.#retry = undefined
    this.#sending ??= Promise.resolve()
      .then(() => this.#send())
      .finally(() => {
        this.#sending = undefined
        if (this.#pending && !this.#closed) this.#retry ??= this.#later()
      })
    return this.#sending
  }

  /** Sends nothing any more. */
  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    this.#beats?.cancel()
    this.#waiting.clear()
  }

  get #pending(): boolean {
    return this.#waiting.size > 0 || this.#beatDue
  }

  /** Ends at the first message that the bus does not take. */
  async #send(): Promise<void> {
    const { bus, clock, onSending, onSent } = this.#options
    while (this.#pending && !this.#closed) {
      const batch = this.#take()
      this.#underWay = batch.length
      void this.node
      // One that was not taken may have arrived all the same: the next has its number, and all of its changes.
      const sequence = (this.#sequence + 1) >>> 0
      const message = encodeMessage(this.#node, sequence, batch, clock.now() - this.#sentAt)
      this.#beatDue = false
      onSending(sequence)
      try {
        const sent = Promise.resolve().then(() => bus.publish(message))
        await withLimit(sent, LIMIT, clock, `${bus.name}: publish`)
        this.#delay = FIRST_RETRY
        this.#sequence = sequence
        this.#sentAt = clock.now()
        this.#tellAgain(batch.length > 0)
        onSent(sequence, undefined)
      } catch (cause) {
        for (const change of batch) this.#keep(change)
        this.#beatDue = batch.length === 0
        onSent(sequence, busError(bus.name, cause))
        return
      } finally {
        this.#underWay = 0
      }
    }
  }

  /** Sees to it that a beat follows the last message that had changes. */
  #tellAgain(changes: boolean): void {
    this.#told = changes
    if (changes) this.#beats ??= this.#options.clock.after(BEAT_AFTER, () => this.#lookBack())
  }

  #lookBack(): void {
    this.#beats = undefined
    if (!this.#told) return
    const left = this.#sentAt + BEAT_AFTER - this.#options.clock.now()
    if (left <= 0) this.beat()
    else this.#beats = this.#options.clock.after(left, () => this.#lookBack())
  }

  #later(): Timer {
    const delay = this.#delay
    this.#delay = Math.min(delay * 2, MAX_RETRY)
    return this.#options.clock.after(delay, () => void this.flush())
  }

  #take(): Change[] {
    const batch: Change[] = []
    let bytes = 0
    for (const [id, change] of this.#waiting) {
      this.#waiting.delete(id)
      batch.push(change)
      bytes += sizeOf(change)
      if (bytes >= MESSAGE_BYTES) break
    }
    return batch
  }

  /** A key that was set and deleted is one change, the newer one: what others do about it is the same. */
  #keep(change: Change): void {
    const { kind, region, key, stamp } = change
    const id = `${kind === KINDS.delete ? KINDS.set : kind}:${region}:${key}`
    const there = this.#waiting.get(id)
    if (there === undefined || compareStamps(stamp, there.stamp) > 0) this.#waiting.set(id, change)
  }

  /** Too much to tell one by one: the others forget the regions. */
  #collapse(): void {
    const changes = this.#waiting
    this.#waiting = new Map()
    for (const { region, stamp } of changes.values()) this.#keep({ kind: KINDS.clear, region, key: '', stamp })
  }
}

/** An error of a bus, as a `CacheError`. */
export function busError(name: string, cause: unknown): CacheError {
  if (cause instanceof CacheError) return cause
  const said = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new CacheError('TIER_UNAVAILABLE', `${name}: ${said}`, { cause, context: { tier: name } })
}
