import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Bus, BusListener } from '../tiers/bus.ts'
import { closedError } from '../tiers/tier-error.ts'
import { type FaultPlan, Faults } from './faults.ts'

/** Where a fault may hit a message: when it is sent, or when it arrives. */
export type BusMoment = 'publish' | 'message'

/**
 * What happens to a message.
 *
 * - `'fail'`: where it is sent, that is rejected; where it arrives, it is dropped.
 * - `'drop'`: it gets lost, and nobody is told.
 * - `'hang'`: sending it is never answered; where it arrives, it is dropped.
 * - `'late'`: it is held back until `release`.
 * - `'reorder'`: it is held back until the next message has passed.
 * - `'twice'`: it comes twice.
 * - a number: it comes after so many ms.
 */
export type BusFault = 'fail' | 'drop' | 'hang' | 'late' | 'reorder' | 'twice' | number

/** Options of `ChaosBus`. */
export interface ChaosBusOptions {
  /** What delays are measured by. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
  /** Decides which messages meet a fault where that is left to chance. Default: 1. */
  readonly seed?: number | undefined
}

/**
 * A bus on which things go wrong as they are told to: messages are lost, come late, twice and in
 * another order, and the connection breaks.
 *
 * @example
 * const hub = inProcessHub()
 * const bus = new ChaosBus(hub.join())
 * const cache = new CacheManager({ l2: driver, bus })
 * bus.breakSometimes(0.2, ['drop', 'twice', 'reorder'])
 * bus.disconnect()    // the cache is told, and hears nothing
 * bus.heal()
 */
export class ChaosBus implements Bus {
  readonly name = 'chaos'
  /** How many messages were handed over to be sent. */
  published = 0
  /** How often the connection was given up because nothing came back on it. */
  resets = 0
  /** Whether `close` was called. */
  closed = false
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #faults: Faults<BusMoment, BusFault>
  #listener: BusListener | undefined
  #connected = true
  #up = false
  #held: (() => void)[] = []
  #overtaken: (() => void)[] = []

  constructor(bus: Bus, { clock = systemClock, seed = 1 }: ChaosBusOptions = {}) {
    this.#bus = bus
    this.#clock = clock
    this.#faults = new Faults(seed)
  }

  get echoes(): boolean {
    return this.#bus.echoes ?? false
  }

  get tracks(): boolean {
    return this.#bus.tracks ?? false
  }

  /** From now on every message meets `fault`, or what a plan says. */
  break(fault: BusFault | FaultPlan<BusMoment, BusFault>): void {
    this.#faults.always(fault)
  }

  /** The next message that is sent, or arrives, meets `fault`, and nothing else does. */
  breakOnce(moment: BusMoment, fault: BusFault): void {
    this.#faults.once(moment, fault)
  }

  /** From now on each message meets one of `faults` with this probability (0 to 1), where it is sent and where it arrives. */
  breakSometimes(probability: number, faults: readonly BusFault[]): void {
    this.#faults.sometimes(probability, faults)
  }

  /** Breaks the connection: nothing is sent or heard until `heal`, and the cache is told so unless `silently`. */
  disconnect(silently = false): void {
    this.#connected = false
    if (!silently) this.#tell(new CacheError('TIER_UNAVAILABLE', 'chaos: the connection is gone'))
  }

  /** Later messages pass again, and a broken connection is made again. What is held back stays so. */
  heal(): void {
    this.#faults.never()
    this.#connected = true
    this.#tell()
  }

  /** What was held back arrives now, in order. */
  release(): void {
    const held = [...this.#held, ...this.#overtaken]
    this.#held = []
    this.#overtaken = []
    for (const go of held) go()
  }

  start(listener: BusListener): void {
    if (this.closed) return
    this.#listener = listener
    this.#bus.start({
      message: (bytes) => {
        if (this.#connected) this.#pass('message', () => this.#listener?.message(bytes))
      },
      state: (up, cause) => {
        this.#up = up
        this.#listener?.state(up && this.#connected, cause)
      },
      changed: (keys) => {
        if (this.#connected) this.#pass('message', () => this.#listener?.changed?.(keys))
      },
    })
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.closed) throw closedError(this.name)
    this.published++
    if (!this.#connected) throw new CacheError('TIER_UNAVAILABLE', 'chaos: the connection is gone')
    let sent: Promise<void> | undefined
    const fault = this.#pass('publish', () => {
      sent = this.#bus.publish(message)
      sent.catch(() => undefined)
    })
    if (fault === 'fail') throw new CacheError('TIER_UNAVAILABLE', 'chaos: the message was not taken')
    if (fault === 'hang') return new Promise(() => undefined)
    await sent
  }

  /** Makes the connection anew, which is of no use while it is broken. */
  reset(): void {
    this.resets++
    this.#tell()
  }

  async close(): Promise<void> {
    this.closed = true
    this.#listener = undefined
    await this.#bus.close()
  }

  #tell(cause?: unknown): void {
    const listener = this.#listener
    if (listener !== undefined) queueMicrotask(() => this.#listener?.state(this.#up && this.#connected, cause))
  }

  /** Lets `go` happen as the fault of this message says, and answers that. */
  #pass(moment: BusMoment, go: () => void): BusFault | undefined {
    const fault = this.#faults.next(moment)
    if (fault === 'reorder') this.#overtaken.push(go)
    else if (fault === 'late') this.#held.push(go)
    else if (typeof fault === 'number') this.#clock.after(fault, go)
    else if (fault === undefined || fault === 'twice') {
      go()
      if (fault === 'twice') go()
      for (const overtaken of this.#overtaken.splice(0)) overtaken()
    }
    return fault
  }
}
