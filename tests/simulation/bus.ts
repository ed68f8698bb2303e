import { CacheError } from '../../js/errors.ts'
import type { FakeClock } from '../../js/testing/fake-clock.ts'
import type { Bus, BusListener } from '../../js/tiers/bus.ts'
import type { Life } from './life.ts'

/**
 * How a process's connection to the bus is. 'cut': it is told so, and hears nothing. 'silent': it
 * hears nothing, and nobody tells it. 'odd': messages come late, twice and in another order.
 * 'lossy': some do not come at all, as where a server drops what it cannot send.
 */
export type BusState = 'well' | 'cut' | 'silent' | 'odd' | 'lossy'

/** Where all buses of one world meet. */
export class SimHub {
  readonly clock: FakeClock
  readonly unit: () => number
  readonly members = new Set<SimBus>()

  constructor(clock: FakeClock, unit: () => number) {
    this.clock = clock
    this.unit = unit
  }

  /** To all, and also back to who sent it. */
  send(message: Uint8Array): void {
    for (const member of this.members) member.hear(message.slice())
  }
}

/** One process's bus. It brings own messages back, as pub/sub does. */
export class SimBus implements Bus {
  readonly name = 'simulated'
  readonly echoes = true
  /** Whether a message to it was lost on a connection that is up. */
  lost = false
  readonly #hub: SimHub
  readonly #life: Life
  #state: BusState = 'well'
  /** Counts connections: what was sent over one that is gone does not arrive. */
  #connection = 0
  #listener: BusListener | undefined
  #lastArrival = 0

  constructor(hub: SimHub, life: Life) {
    this.#hub = hub
    this.#life = life
  }

  get state(): BusState {
    return this.#state
  }

  set state(state: BusState) {
    if (state === this.#state) return
    const wasUp = this.#up
    this.#state = state
    if (wasUp && !this.#up) this.#connection++
    if (state === 'cut') this.#tell(false)
    if (!wasUp && this.#up) this.#begin()
  }

  start(listener: BusListener): void {
    this.#listener = listener
    this.#hub.members.add(this)
    this.#tell(this.#up)
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#life.dead || this.#state === 'silent') return new Promise(() => undefined)
    if (this.#state === 'cut') throw new CacheError('TIER_UNAVAILABLE', 'simulated: the bus is gone')
    this.#hub.send(message)
  }

  /** A new connection; where nothing goes over it either, none is made yet. */
  reset(): void {
    this.#connection++
    if (this.#up) this.#begin()
  }

  hear(message: Uint8Array): void {
    if (!this.#up) return
    const { clock, unit } = this.#hub
    if (this.#state === 'lossy' && unit() < 0.4) {
      this.lost = true
      return
    }
    const odd = this.#state === 'odd'
    const arrival = clock.now() + Math.floor(unit() * (odd ? 400 : 3))
    if (!odd) this.#lastArrival = Math.max(this.#lastArrival, arrival)
    const connection = this.#connection
    const times = odd && unit() < 0.3 ? 2 : 1
    for (let i = 0; i < times; i++) {
      clock.after((odd ? arrival : this.#lastArrival) - clock.now(), () => {
        if (connection !== this.#connection) return
        this.#life.arrive(() => this.#listener?.message(message.slice()))
      })
    }
  }

  async close(): Promise<void> {
    this.#hub.members.delete(this)
    this.#listener = undefined
  }

  get #up(): boolean {
    return this.#state !== 'cut' && this.#state !== 'silent'
  }

  #begin(): void {
    this.#tell(false)
    this.#tell(true)
  }

  #tell(up: boolean): void {
    this.#hub.clock.after(0, () => this.#life.arrive(() => this.#listener?.state(up)))
  }
}
