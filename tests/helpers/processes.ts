import { Remote } from '../../js/flow/remote.ts'
import type { RemoteEvent, RemoteOptions } from '../../js/flow/remote-options.ts'
import type { WriteOutcome } from '../../js/flow/writer.ts'
import { ChaosDriver } from '../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'
import { seededRandom } from './random.ts'
import { envelope, textOf, tombstone } from './stored.ts'

/** The region that tests write to where one is enough. */
export const REGION = 'region'

/** How a process differs from the others: its options, its wall clock (ms ahead), whether others use its tier. */
export type ProcessOptions = Partial<Omit<RemoteOptions, 'driver'>> & { skew?: number; shared?: boolean }

/** One process with a `Remote` of its own, and short words for what it does. */
export class Process {
  readonly driver: ChaosDriver
  readonly remote: Remote
  readonly events: RemoteEvent[] = []

  constructor(world: World, index: number, options: ProcessOptions) {
    const { skew = 0, shared = true, ...rest } = options
    this.driver = new ChaosDriver(world.tier, { clock: world.clock, shared })
    this.remote = new Remote({
      namespace: 'test',
      clock: skew === 0 ? world.clock : world.clock.skewed(skew),
      random: seededRandom(index + world.seed * 1000),
      onEvent: (event) => this.events.push(event),
      ...rest,
      driver: this.driver,
    })
  }

  async set(key: string, text: string, ttl = 3_600_000, region = REGION): Promise<WriteOutcome | undefined> {
    const bytes = envelope(this.remote.stamps.next(), text)
    const [outcome] = await this.remote.setMany(region, [{ key, envelope: bytes, ttl }])
    return outcome
  }

  async get(key: string, region = REGION): Promise<string | undefined> {
    const [found] = await this.remote.getMany(region, [key])
    return textOf(found)
  }

  async delete(key: string, region = REGION) {
    const [result] = await this.remote.deleteMany(region, [{ key, envelope: tombstone(this.remote.stamps.next()) }])
    return result
  }

  clear(region = REGION) {
    return this.remote.clear(region, this.remote.stamps.next())
  }

  /** The events of one type, in order. */
  eventsOf<T extends RemoteEvent['type']>(type: T): Extract<RemoteEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<RemoteEvent, { type: T }> => event.type === type)
  }
}

/** Processes that share one tier, on one time line. */
export class World {
  readonly clock = new FakeClock()
  readonly tier = memoryDriver({ clock: this.clock, shared: true })
  readonly seed: number
  #made = 0

  constructor(seed = 0) {
    this.seed = seed
  }

  process(options: ProcessOptions = {}): Process {
    return new Process(this, ++this.#made, options)
  }

  /** Everything in the tier is gone, as after FLUSHALL; answers how many keys there were, meta keys included. */
  flush(): Promise<number> {
    return this.tier.deletePrefix('')
  }

  /** Runs `work` to its end while time goes on by `ms`. */
  async during<T>(ms: number, work: Promise<T>): Promise<T> {
    await this.clock.advance(ms)
    return work
  }
}
