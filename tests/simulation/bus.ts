import { CacheError } from '../../js/errors.ts'
import type { FakeClock } from '../../js/testing/fake-clock.ts'
import type { Bus, BusListener } from '../../js/tiers/bus.ts'
import type { Life } from './life.ts'

/**
 * How a process's connection to the bus is. 'cut': it is told so, and hears nothing. 'silent': it
 * hears nothing and is not told before its client notices. 'odd': messages come late, twice and
 * in another order. Pub/sub loses messages in no other way than with its connection.
 */
export type BusState = 'well' | 'cut' | 'silent' | 'odd'

/** After how long a client notices that its connection is silent, in ms. */
const NOTICED_AFTER = 3000

/** Where all buses of one world meet. */
export class SimHub {
  readonly clock: FakeClock
  readonly unit: () => number
  readonly members = new Set<SimBus>()

  constructor(clock: FakeClock, unit: () => number) {
    this.clock = clock
    this.unit = unit
  }

  send(from: SimBus, message: Uint8Array): void {
    for (const member of this.members) if (member !== from) member.hear(message.slice())
  }
}

/** One process's bus. */
export class SimBus implements Bus {
  readonly name = 'simulated'
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
    const before = this.#state
    this.#state = state
    if (state === before) return
    const wasUp = before === 'well' || before === 'odd'
    const isUp = state === 'well' || state === 'odd'
    if (wasUp && !isUp) this.#connection++
    if (state === 'cut') this.#tell(false)
    if (state === 'silent') this.#noticeLater(this.#connection)
    if (isUp && !wasUp) {
      this.#tell(false)
      this.#tell(true)
    }
  }

  start(listener: BusListener): void {
    this.#listener = listener
    this.#hub.members.add(this)
    this.#tell(this.#state === 'well' || this.#state === 'odd')
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#life.dead || this.#state === 'silent') return new Promise(() => undefined)
    if (this.#state === 'cut') throw new CacheError('TIER_UNAVAILABLE', 'simulated: the bus is gone')
    this.#hub.send(this, message)
  }

  hear(message: Uint8Array): void {
    if (this.#state === 'cut' || this.#state === 'silent') return
    const { clock, unit } = this.#hub
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

  #tell(up: boolean): void {
    this.#hub.clock.after(0, () => this.#life.arrive(() => this.#listener?.state(up)))
  }

  #noticeLater(connection: number): void {
    this.#hub.clock.after(NOTICED_AFTER, () => {
      if (this.#state === 'silent' && this.#connection === connection) this.state = 'cut'
    })
  }
}
