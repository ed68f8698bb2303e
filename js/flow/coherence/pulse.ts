import type { Clock, Timer } from '../../clock.ts'
import type { RandomSource } from '../random.ts'
import type { Trust } from './trust.ts'

/** What a `Pulse` is made of. */
export interface PulseOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly trust: Trust
  /** Asks for a sign of life: publishes a message that says nothing. */
  readonly beat: () => void
  /** Told that nobody vouches for the bus any more, although nothing speaks against it. */
  readonly onLapse: () => void
  /** Told that messages of this process do not come back, and when something was last heard, in monotonic ms. */
  readonly onSilence: (heardAt: number) => void
}

/** A message: its number, and when it was sent. */
interface Sent {
  readonly sequence: number
  readonly at: number
}

/** For how long after the last sign of life the bus is relied on, in ms; up to a half less, by chance. */
const LEASE = 10_000
/** How long a message of this process may take to come back, in ms. */
const ECHO_LIMIT = 2_000
/** How long it is looked once more, in ms: a busy process gets its timers before its sockets. */
const SECOND_LOOK = 100

/**
 * Finds out whether a bus that says nothing is quiet or dead: a connection can be gone for an hour
 * before the system notices. Only for a bus that brings own messages back.
 *
 * Whatever is heard vouches for the bus for a while, since messages come in order: nothing that was
 * sent before can still be missing. When that time is over, a process that relies on its memory
 * publishes a message that says nothing, and expects it back. All others hear that too, so that a
 * silent fleet publishes one message in some seconds, however many there are. A process that does
 * not use its memory sends nothing: the bus is not relied on until it is used again.
 */
export class Pulse {
  readonly #options: PulseOptions
  /** Whether the bus says that it hears. */
  #running = false
  /** For how long it may be silent, in ms. */
  #lease = LEASE
  #heardAt = 0
  /** When it has been silent for too long. */
  #quietAt = 0
  /** Whether a sign of life was asked for since something was last heard. */
  #asked = false
  #lapsed = false
  /** The first message that has not come back, and the last that was sent. */
  #awaited: Sent | undefined
  #last: Sent | undefined
  /** Whether that message was missing already when it was looked for before. */
  #missing = false
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(options: PulseOptions) {
    this.#options = options
  }

  /** The bus hears from now on. */
  begin(): void {
    this.end()
    const chance = new Uint8Array(1)
    this.#options.random(chance)
    this.#lease = LEASE * (1 - (chance[0] as number) / 512)
    this.#running = true
    this.heard()
  }

  /** The bus says itself that it does not hear, or is closed. */
  end(): void {
    this.#running = false
    this.#lapsed = false
    this.#awaited = undefined
    this.#cancel()
  }

  /** Something was heard. */
  heard(): void {
    if (!this.#running) return
    const { clock, trust } = this.#options
    this.#heardAt = clock.now()
    this.#quietAt = this.#heardAt + this.#lease
    this.#asked = false
    if (this.#lapsed) {
      this.#lapsed = false
      trust.resume()
    }
    this.#lookAt(this.#quietAt)
  }

  /** A message with this number is being sent. */
  sending(sequence: number): void {
    if (!this.#running) return
    this.#last = { sequence, at: this.#options.clock.now() }
    if (this.#awaited === undefined) this.#await(this.#last)
  }

  /** The bus did not take it. */
  failed(sequence: number): void {
    if (this.#awaited?.sequence === sequence) this.#awaited = undefined
  }

  /** The message with this number came back, and so have all before it that ever will. */
  echoed(sequence: number): void {
    if (this.#awaited === undefined || sequence < this.#awaited.sequence) return
    this.#awaited = undefined
    if (this.#last !== undefined && this.#last.sequence > sequence) this.#await(this.#last)
  }

  /** Memory is used whose trust nobody vouches for. */
  doubt(): void {
    if (!this.#lapsed || this.#asked) return
    this.#asked = true
    this.#options.beat()
  }

  #await(sent: Sent): void {
    this.#awaited = sent
    this.#missing = false
    this.#lookAt(sent.at + ECHO_LIMIT)
  }

  #look(): void {
    const now = this.#options.clock.now()
    this.#cancel()
    if (this.#awaited !== undefined && now >= this.#awaited.at + ECHO_LIMIT) this.#notBack(now)
    else if (now >= this.#quietAt) this.#quiet(now)
    else this.#lookAt(this.#awaited === undefined ? this.#quietAt : this.#awaited.at + ECHO_LIMIT)
  }

  #notBack(now: number): void {
    if (this.#missing) {
      this.#options.onSilence(this.#heardAt)
    } else {
      this.#missing = true
      this.#lookAt(now + SECOND_LOOK)
    }
  }

  #quiet(now: number): void {
    const { trust, beat } = this.#options
    if (this.#asked || !trust.takeUse()) {
      this.#lapse()
    } else {
      this.#asked = true
      this.#quietAt = now + ECHO_LIMIT + SECOND_LOOK
      this.#lookAt(this.#quietAt)
      beat()
    }
  }

  /** Nobody has vouched for the bus for too long. Nothing is published until it is needed. */
  #lapse(): void {
    if (this.#lapsed) return
    this.#lapsed = true
    this.#options.trust.end(this.#heardAt)
    this.#options.onLapse()
  }

  /** Looks at this time, or at an earlier one where that is due anyway. */
  #lookAt(time: number): void {
    if (this.#timerAt <= time) return
    this.#timer?.cancel()
    this.#timerAt = time
    this.#timer = this.#options.clock.after(time - this.#options.clock.now(), () => this.#look())
  }

  #cancel(): void {
    this.#timer?.cancel()
    this.#timerAt = Number.POSITIVE_INFINITY
  }
}
