import { CacheManager } from '../../js/cache/manager.ts'
import { ChaosBus } from '../../js/testing/chaos-bus.ts'
import { ChaosDriver, type DriverFault } from '../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../js/testing/fake-clock.ts'
import { seeded } from '../../js/testing/random.ts'
import { inProcessHub } from '../../js/tiers/in-process-bus.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'

const REGION = 'pages'
const KEYS = ['k0', 'k1', 'k2', 'k3']
const TAGS = ['a', 'b', 'c']
const STEPS = 25
/** Longer than anything takes that the schedule may have begun. */
const HEALING = 30_000
/** Until every copy in memory is checked anew. */
const TRUST = 31_000

/** What was stored, and between which two moments. */
interface Stored {
  readonly id: number
  readonly key: string
  readonly tags: readonly string[]
  ended: number
}

/** A tag that was deleted or expired, and between which two moments. */
interface Change {
  readonly process: Process
  readonly tag: string
  readonly begun: number
  ended: number
}

interface Process {
  cache: CacheManager
  readonly driver: ChaosDriver
  bus: ChaosBus | undefined
}

/** What a schedule came to. */
export interface TagScheduleResult {
  /** What is wrong, in words; empty where nothing is. */
  readonly wrong: string[]
  /** What happened, in order: the same for the same seed. */
  readonly trace: string[]
  /** How many reads found something, and how many did not. */
  readonly hits: number
  readonly misses: number
}

/**
 * Lets two or three processes over one tier store values with tags, delete and expire tags,
 * delete keys, clear, end and begin anew, while each one's way to the tier breaks and heals.
 *
 * The reference is a list: a value that was stored before a tag of its was changed must not be
 * read afterwards. In the process that changed the tag that holds at once and always, in all
 * others once everything has healed and copies were checked. And what is stored then is read
 * by all.
 */
export class TagSchedule {
  readonly #unit: () => number
  readonly #clock = new FakeClock()
  readonly #tier = memoryDriver({ clock: this.#clock, shared: true })
  readonly #store: 'live' | 'packed'
  /** Whether processes hear of each other's changes. */
  readonly #hears: boolean
  readonly #hub = inProcessHub()
  readonly #processes: Process[]
  readonly #stored = new Map<number, Stored>()
  readonly #changes: Change[] = []
  readonly #running: Promise<void>[] = []
  readonly #wrong: string[] = []
  readonly #trace: string[] = []
  #moment = 0
  #hits = 0
  #misses = 0

  constructor(seed: number) {
    this.#unit = seeded(seed)
    this.#store = this.#pick(['live', 'live', 'packed'])
    this.#hears = this.#unit() < 0.5
    this.#processes = Array.from({ length: 2 + this.#below(2) }, () => this.#process())
  }

  async run(): Promise<TagScheduleResult> {
    for (let step = 0; step < STEPS; step++) {
      const process = this.#pick(this.#processes)
      const what = this.#unit()
      if (what < 0.13) this.#disturb(process)
      else if (what < 0.15) this.#interrupt(process)
      else if (what < 0.18) await this.#restart(process)
      else this.#running.push(this.#act(process))
      await this.#clock.advance(this.#pick([0, 0, 1, 20, 300, 2_000, TRUST]))
    }
    for (const { driver, bus } of this.#processes) {
      driver.heal()
      driver.release()
      bus?.heal()
      bus?.release()
    }
    await this.#clock.advance(HEALING)
    await Promise.all(this.#running)
    await this.#judge()
    for (const { cache } of this.#processes) void cache.close()
    await this.#clock.advance(10_000)
    return { wrong: this.#wrong, trace: this.#trace, hits: this.#hits, misses: this.#misses }
  }

  #process(): Process {
    const driver = new ChaosDriver(this.#tier, { clock: this.#clock })
    const bus = this.#bus()
    return { driver, bus, cache: this.#cache(driver, bus) }
  }

  #bus(): ChaosBus | undefined {
    return this.#hears ? new ChaosBus(this.#hub.join(), { clock: this.#clock }) : undefined
  }

  #cache(l2: ChaosDriver, bus: ChaosBus | undefined): CacheManager {
    const regions = { [REGION]: { store: this.#store, maxBytes: 1_048_576 } }
    return new CacheManager({
      l2,
      bus: bus ?? false,
      clock: this.#clock,
      maxBytes: 4_194_304,
      alerts: false,
      metrics: false,
      regions,
    })
  }

  #disturb({ driver }: Process): void {
    const fault = this.#pick<DriverFault | 'heal' | 'release'>([
      'fail',
      'refuse',
      'hang',
      'late',
      'lose',
      'twice',
      40,
      400,
      'heal',
      'release',
    ])
    this.#trace.push(`fault ${this.#processes.findIndex((process) => process.driver === driver)} ${fault}`)
    if (fault === 'heal' || fault === 'release') driver.heal()
    else driver.break(fault)
    if (fault === 'release') driver.release()
  }

  #interrupt({ bus }: Process): void {
    const cut = this.#unit() < 0.6
    this.#trace.push(cut ? 'bus cut' : 'bus healed')
    if (cut) bus?.disconnect()
    else bus?.heal()
  }

  /** A process ends, once nothing waits: else what it had changed would be lost with it, as it may be. */
  async #restart(process: Process): Promise<void> {
    process.driver.heal()
    await this.#clock.advance(HEALING)
    await Promise.all(this.#running)
    this.#trace.push('restart')
    void process.cache.close()
    process.bus = this.#bus()
    process.cache = this.#cache(process.driver, process.bus)
  }

  async #act(process: Process): Promise<void> {
    const { cache } = process
    const key = this.#pick(KEYS)
    switch (this.#pick(['set', 'set', 'load', 'get', 'get', 'get', 'deleteByTag', 'expireByTag', 'delete', 'clear'])) {
      case 'set':
        return this.#set(key, (id, tags) => cache.set(REGION, key, id, { tags }))
      case 'load': {
        const value = () => new Promise<void>((resolve) => this.#clock.after(this.#pick([1, 50, 500]), resolve))
        return this.#set(key, (id, tags) =>
          cache.getOrSet(REGION, key, () => value().then(() => id), { tags, forceFresh: true }),
        )
      }
      case 'get':
        return this.#get(process, key)
      case 'deleteByTag':
        return this.#change(process, (tag) => cache.deleteByTag(REGION, tag))
      case 'expireByTag':
        return this.#change(process, (tag) => cache.expireByTag(REGION, tag))
      case 'delete':
        this.#trace.push(`delete ${key}`)
        await cache.delete(REGION, key)
        return
      case 'clear':
        this.#trace.push('clear')
        await cache.clear(REGION)
    }
  }

  async #set(key: string, store: (id: number, tags: string[]) => Promise<unknown>): Promise<void> {
    const tags = TAGS.filter(() => this.#unit() < 0.5)
    const stored: Stored = { id: ++this.#moment, key, tags, ended: Number.POSITIVE_INFINITY }
    this.#stored.set(stored.id, stored)
    this.#trace.push(`${stored.id} ${key} ${tags.join('')}`)
    await store(stored.id, tags)
    stored.ended = ++this.#moment
  }

  async #change(process: Process, change: (tag: string) => Promise<void>): Promise<void> {
    const tag = this.#pick(TAGS)
    const done: Change = { process, tag, begun: ++this.#moment, ended: Number.POSITIVE_INFINITY }
    this.#changes.push(done)
    this.#trace.push(`${this.#processes.indexOf(process)} changes ${tag} ${done.begun}`)
    await change(tag)
    done.ended = ++this.#moment
  }

  async #get(process: Process, key: string): Promise<void> {
    const begun = ++this.#moment
    const id = await process.cache.get<number>(REGION, key)
    this.#count(id)
    this.#trace.push(`${this.#processes.indexOf(process)} has ${id} under ${key}`)
    this.#assertFresh(key, id, (change) => change.process === process && change.ended < begun, 'here')
  }

  async #judge(): Promise<void> {
    await this.#clock.advance(TRUST)
    const all = [...this.#processes, this.#process()]
    for (const [i, { cache }] of all.entries()) {
      for (const key of KEYS) {
        const id = await this.#during(cache.get<number>(REGION, key))
        this.#count(id)
        this.#assertFresh(key, id, () => true, `in ${i}, at the end`)
      }
    }
    for (const tag of TAGS) {
      await this.#during(this.#pick(all).cache.deleteByTag(REGION, tag))
      const key = `after ${tag}`
      await this.#during(this.#pick(all).cache.set(REGION, key, 0, { tags: TAGS }))
      for (const [at, { cache }] of all.entries()) {
        const value = await this.#during(cache.get<number>(REGION, key))
        if (value !== 0) this.#wrong.push(`${key} is ${value} in ${at}, after it was stored last`)
      }
    }
    const last = all.at(-1)
    if (last !== undefined && !this.#processes.includes(last)) void last.cache.close()
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    await this.#clock.advance(1)
    return work
  }

  /** Whatever changed must have been stored after the changes that count. */
  #assertFresh(key: string, id: number | undefined, counts: (change: Change) => boolean, where: string): void {
    if (id === undefined) return
    const stored = this.#stored.get(id)
    if (stored?.key !== key) this.#wrong.push(`${key} is ${id} ${where}`)
    for (const change of this.#changes) {
      if (stored?.tags.includes(change.tag) && stored.ended < change.begun && counts(change)) {
        this.#wrong.push(`${key} is ${id} ${where}, but ${change.tag} was changed at ${change.begun}`)
      }
    }
  }

  #count(id: number | undefined): void {
    if (id === undefined) this.#misses++
    else this.#hits++
  }

  #below(n: number): number {
    return Math.floor(this.#unit() * n)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }
}
