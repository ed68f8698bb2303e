import { CacheError } from '../../js/errors.ts'
import { stampTime } from '../../js/flow/stamp.ts'
import type { FakeClock } from '../../js/testing/fake-clock.ts'
import { type Driver, type DriverEntry, type Exchange, STAMP_OFFSET } from '../../js/tiers/driver.ts'
import type { Life } from './life.ts'
import type { SimTier } from './tier.ts'

/**
 * How the network between a process and the tier is. 'cut': calls are refused at once, and
 * what is under way is lost. 'silent': calls and answers are lost, and nobody is told. 'held':
 * calls are kept by the network, and arrive when it is well again. 'deaf': calls arrive, and
 * answers are lost. 'slow': each way takes up to half a second. 'lagging': answers take so long
 * that what they say may be old, but come in time. 'crossing': each call goes its own way, as over HTTP or to
 * several nodes, so that calls and answers overtake one another. 'full': writes are refused, and reads answered.
 */
export type Network = 'well' | 'cut' | 'silent' | 'held' | 'deaf' | 'slow' | 'lagging' | 'crossing' | 'full'

/** What arrives later than an operation may take is of somebody who has given it up, in ms. */
const LATE = 250
/** The part of calls and answers that take long where each goes its own way. */
const STRAGGLERS = 0.15
const WRITES: ReadonlySet<string> = new Set([
  'setMany',
  'exchangeMany',
  'exchangeTogether',
  'setIfAbsent',
  'commit',
  'lock',
])

/** What links of one world share. */
export interface LinkWorld {
  readonly clock: FakeClock
  readonly tier: SimTier
  /** From 0 to 1. */
  readonly unit: () => number
  /**
   * A region has a new generation: what was in it is swept; where a clear without a
   * deadline came `late`, that may be newer than the clear.
   */
  readonly onSweep: (region: string, late: boolean) => void
  /** What is told is made only where somebody reads it. */
  readonly note: (text: () => string) => void
}

/** One process's way to the tier: mostly a connection, so what is sent arrives in order, or not at all. */
export class SimLink implements Driver {
  readonly name = 'simulated'
  readonly shared = true
  readonly #world: LinkWorld
  readonly #life: Life
  readonly #owner: string
  #network: Network = 'well'
  #held: (() => void)[] = []
  #lastArrival = 0
  #lastAnswer = 0
  /** Counts connections: what was sent over one that is gone does not arrive. */
  #connection = 0
  /** The shortest round trip that told the tier's time, in ms: how far off its clock may be. */
  uncertainty = Number.POSITIVE_INFINITY

  constructor(world: LinkWorld, life: Life, owner: string) {
    this.#world = world
    this.#owner = owner
    this.#life = life
  }

  get network(): Network {
    return this.#network
  }

  set network(network: Network) {
    this.#network = network
    if (network !== 'well') return
    for (const arrive of this.#held.splice(0)) this.#world.clock.after(this.#latency(), arrive)
  }

  /** Another server is the tier from now on: what the network has yet to bring to the old one is for nobody. */
  reconnect(): void {
    this.#connection++
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#call('getMany', [keys])
  }

  setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return this.#call('setMany', [entries, guard])
  }

  exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    return this.#call('exchangeMany', [entries, onlyNewer, guard])
  }

  exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.#call('exchangeTogether', [entries, guard])
  }

  setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#call('setIfAbsent', [key, value])
  }

  commit(entries: readonly DriverEntry[], onlyNewer?: boolean): Promise<boolean> {
    return this.#call('commit', [entries, onlyNewer])
  }

  deleteMany(keys: readonly string[]): Promise<number> {
    return this.#call('deleteMany', [keys])
  }

  deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return this.#call('deletePrefix', [prefix, signal])
  }

  lock(entry: DriverEntry): Promise<boolean> {
    return this.#call('lock', [entry])
  }

  unlock(key: string, token: Uint8Array): Promise<boolean> {
    return this.#call('unlock', [key, token])
  }

  async now(): Promise<number> {
    const sent = this.#world.clock.now()
    const time = await this.#call<number>('now', [])
    this.uncertainty = Math.min(this.uncertainty, this.#world.clock.now() - sent)
    return time
  }

  connect(): Promise<void> {
    return this.#call('connect', [])
  }

  async close(): Promise<void> {
    this.#network = 'cut'
  }

  #call<T>(method: keyof Driver, args: readonly unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const refuse = () => this.#later(() => this.#life.arrive(() => reject(gone())))
      if (this.#life.dead) return
      const sent = this.#world.clock.now()
      if (this.#network === 'cut') return refuse()
      if (this.#network === 'silent') return
      const connection = this.#connection
      const arrive = () => {
        if (this.#network === 'cut' || connection !== this.#connection) return refuse()
        if (this.#network === 'silent') return
        if (this.#network === 'full' && WRITES.has(method))
          return this.#later(() => this.#life.arrive(() => reject(full())))
        const late = this.#isLate(sent, args)
        if (WRITES.has(method)) this.#world.note(() => `${this.#owner} ${method} arrives: ${written(args)}`)
        void this.#world.tier.apply(method, args).then(({ result, renewed }) => {
          for (const region of renewed) this.#world.onSweep(region, late)
          if (this.#network === 'deaf') return
          this.#answer(() => this.#life.arrive(() => resolve(result as T)))
        })
      }
      if (this.#network === 'held') this.#held.push(arrive)
      else this.#send(arrive)
    })
  }

  /** Its limit is over, and nobody told the tier of it: the tier's time was not known. */
  #isLate(sent: number, [entries]: readonly unknown[]): boolean {
    const timed = Array.isArray(entries) && (entries as readonly Partial<DriverEntry>[]).some(({ before }) => before)
    return !timed && this.#world.clock.now() - sent > LATE
  }

  /** In the order of sending, as on one connection. */
  #send(arrive: () => void): void {
    const { clock } = this.#world
    if (this.#network === 'crossing') {
      this.#later(arrive)
      return
    }
    this.#lastArrival = Math.max(this.#lastArrival, clock.now() + this.#latency())
    clock.after(this.#lastArrival - clock.now(), arrive)
  }

  #answer(arrive: () => void): void {
    const { clock } = this.#world
    if (this.#network === 'crossing') {
      this.#later(arrive)
      return
    }
    const lag = this.#network === 'lagging' ? 240 : 0
    this.#lastAnswer = Math.max(this.#lastAnswer, clock.now() + this.#latency() + Math.floor(this.#world.unit() * lag))
    clock.after(this.#lastAnswer - clock.now(), arrive)
  }

  #later(work: () => void): void {
    this.#world.clock.after(this.#latency(), work)
  }

  #latency(): number {
    const { unit } = this.#world
    if (this.#network === 'crossing') return Math.floor(unit() * (unit() < STRAGGLERS ? 300 : 20))
    return Math.floor(unit() * (this.#network === 'slow' ? 500 : 3))
  }
}

/** The keys of a batch, without the namespace, each with the time and the counter of its stamp. */
function written([entries]: readonly unknown[]): string {
  if (!Array.isArray(entries)) return String((entries as { key?: string }).key ?? entries)
  return (entries as readonly DriverEntry[])
    .map(({ key, value }) => {
      const stamp = value.subarray(STAMP_OFFSET, STAMP_OFFSET + 8)
      return `${key.slice(key.indexOf(':') + 1)} @${stampTime(stamp) % 1_000_000}.${stamp[7]}`
    })
    .join(', ')
}

function full(): CacheError {
  return new CacheError('WRITE_REFUSED', 'simulated: the tier takes no writes')
}

function gone(): CacheError {
  return new CacheError('TIER_UNAVAILABLE', 'simulated: the connection is gone')
}
