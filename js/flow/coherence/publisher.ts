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
  /** Told of each message: handed over, or why not. */
  readonly onSent: (error: CacheError | undefined) => void
}

/** How many changes may wait at the most. Beyond, their regions are told to be cleared. */
const MAX_WAITING = 10_000
/** How long the bus may take for one message, in ms. */
const LIMIT = 1_000
/** When a message that the bus did not take is tried again, in ms; it doubles each time. */
const FIRST_RETRY = 100
const MAX_RETRY = 5_000

/**
 * Tells the others what was written. All changes of one tick go out together, and while the
 * bus does not take one message the rest waits, last per key. What it refused is sent again:
 * a change that nobody hears of would stay wrong in their memory for its whole lifetime.
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

  /** Sends what waits, now; resolves when the bus has taken it, or has not. Never rejects. */
  flush(): Promise<void> {
    this.#retry?.cancel()
    this.#retry = undefined
    this.#sending ??= Promise.resolve()
      .then(() => this.#send())
      .finally(() => {
        this.#sending = undefined
        if (this.#waiting.size > 0 && !this.#closed) this.#retry ??= this.#later()
      })
    return this.#sending
  }

  /** Sends nothing any more. */
  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    this.#waiting.clear()
  }

  /** Ends at the first message that the bus does not take. */
  async #send(): Promise<void> {
    const { bus, clock, onSent } = this.#options
    while (this.#waiting.size > 0 && !this.#closed) {
      const batch = this.#take()
      this.#underWay = batch.length
      void this.node
      this.#sequence++
      const message = encodeMessage(this.#node, this.#sequence >>> 0, batch)
      try {
        const sent = Promise.resolve().then(() => bus.publish(message))
        await withLimit(sent, LIMIT, clock, `${bus.name}: publish`)
        this.#delay = FIRST_RETRY
        onSent(undefined)
      } catch (cause) {
        for (const change of batch) this.#keep(change)
        onSent(busError(bus.name, cause))
        return
      } finally {
        this.#underWay = 0
      }
    }
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
