import { CacheManager } from '../../js/cache/manager.ts'
import { CacheError } from '../../js/errors.ts'
import { SimBus, type SimHub } from './bus.ts'
import type { History, Write } from './history.ts'
import { Life } from './life.ts'
import { type LinkWorld, SimLink } from './link.ts'
import { type Act, TAG } from './plan.ts'

/** How long an entry in memory is trusted without a bus, in ms. */
export const L1_TTL = 2000

/** The limit of one operation in L2, in ms. */
const LIMIT = 250
/**
 * How many of them a call may take: a write is tried again under a newer stamp where the tier has
 * something newer, and one with tags reads, makes and reads back their tokens before.
 */
const STEPS: Readonly<Record<string, number>> = { get: 1, getMany: 1, set: 2, delete: 2, clear: 2 }
const MOST_STEPS = 4

/** What a process tells the world of. */
export interface ProcessWorld extends LinkWorld {
  readonly history: History
  /** Where buses meet; `undefined` where there is none. */
  readonly hub: SimHub | undefined
  readonly fail: (text: string) => void
}

/** What a process knows of a key: what it reads later is not older. */
interface Floor {
  readonly write: Write
}

type Operation = Extract<Act, { type: 'operation' }>

/** One process with a cache of its own, from its start to its end. */
export class Process {
  readonly name: string
  readonly cache: CacheManager
  readonly life: Life
  readonly link: SimLink
  readonly bus: SimBus | undefined
  /** Since when its network is well, in ms of the world; `Infinity`: it is not, or its bus may have lost messages. */
  #wellSince: number
  readonly #world: ProcessWorld
  readonly #skew: number
  readonly #floors = new Map<string, Floor>()
  readonly #factories = new Map<string, number>()
  readonly #unsafe = new Set<Write>()
  readonly running = new Set<Promise<void>>()

  constructor(world: ProcessWorld, name: string, skew: number) {
    this.name = name
    this.#world = world
    this.#skew = skew
    this.#wellSince = world.clock.now()
    this.life = new Life(world.clock, skew)
    this.link = new SimLink(world, this.life, name)
    this.bus = world.hub && new SimBus(world.hub, this.life)
    const region = { ttl: '1h', maxBytes: '64KB', l1: { ttl: L1_TTL } } as const
    this.cache = new CacheManager({
      clock: this.life.clock,
      l2: this.link,
      bus: this.bus ?? false,
      maxBytes: '4MB',
      alerts: false,
      metrics: false,
      regions: { live: { ...region, store: 'live' }, packed: { ...region, store: 'packed' } },
    })
  }

  /** Something has changed for it: for a while it need not read what is new. */
  unsettle(): void {
    const well = this.link.network === 'well' && this.bus?.state !== 'lossy' && !this.bus?.lost
    this.#wellSince = well ? this.#world.clock.now() : Number.POSITIVE_INFINITY
  }

  /** Begins an operation; it ends when it does. */
  begin(operation: Operation): void {
    if (this.life.dead || this.life.paused) return
    const running = this.#run(operation).finally(() => this.running.delete(running))
    this.running.add(running)
  }

  /** Looks whether what was acknowledged is in the tier by now, and the others were told. */
  watch(): void {
    if (this.life.dead || this.#unsafe.size === 0 || this.#waiting > 0) return
    for (const write of this.#unsafe) {
      if (write.ended < Number.POSITIVE_INFINITY) {
        write.durable = this.#world.clock.now()
        this.#unsafe.delete(write)
      }
    }
  }

  /** Nothing that it knows holds any more: the tier has lost what it held. */
  forget(): void {
    this.#floors.clear()
  }

  crash(): void {
    this.watch()
    this.life.die()
    for (const write of this.#unsafe) write.excused = true
  }

  /** What is under a key, for the judge. */
  async read(region: string, key: string): Promise<string | undefined> {
    const value = await this.cache.get<string>(region, key)
    this.#saw(region, key, value, this.#world.clock.now())
    return value
  }

  get #waiting(): number {
    const { l2, bus } = this.cache.status()
    return l2.state === 'none' ? 0 : l2.journal.length + bus.waiting
  }

  async #run(operation: Operation): Promise<void> {
    const { clock, history, fail } = this.#world
    const began = clock.now()
    const stood = this.life.stood
    try {
      await this.#do(operation)
    } catch (error) {
      const code = error instanceof CacheError ? error.code : 'none'
      const told = operation.kind === 'transaction' && (code === 'COMMIT_FAILED' || code === 'COMMIT_UNKNOWN')
      if (!told) fail(`${this.name} ${operation.kind} was rejected: ${String(error)}`)
    }
    const { uncertainty } = this.link
    const off = uncertainty === Number.POSITIVE_INFINITY ? Math.abs(this.#skew) + LIMIT : uncertainty
    history.tolerance = Math.max(history.tolerance, 2 * off + 5)
    const took = clock.now() - began - (this.life.stood - stood)
    const limit = limitOf(operation)
    if (took > limit) fail(`${this.name} ${operation.kind} took ${took} ms, not ${limit}`)
  }

  async #do({ kind, region, keys, tagged, takes }: Operation): Promise<void> {
    const { cache } = this
    const [key = ''] = keys
    const options = tagged ? { tags: [TAG] } : {}
    const began = this.#world.clock.now()
    switch (kind) {
      case 'get':
        return this.#saw(region, key, await cache.get<string>(region, key), began)
      case 'getMany': {
        const found = await cache.getMany<string>(region, keys)
        for (const one of keys) this.#saw(region, one, found.get(one), began)
        return
      }
      case 'set': {
        const write = this.#write(region, key, `${region}:${key}#${this.#next}`, tagged)
        await cache.set(region, key, write.value, options)
        return this.#done(write)
      }
      case 'delete': {
        const write = this.#write(region, key, undefined)
        await cache.delete(region, key)
        return this.#done(write)
      }
      case 'clear': {
        const write = this.#write(region, undefined, undefined)
        await cache.clear(region)
        return this.#done(write)
      }
      case 'deleteByTag':
      case 'expireByTag': {
        const write = this.#write(region, undefined, undefined, false, true)
        await cache[kind](region, TAG)
        return this.#done(write)
      }
      case 'getOrSet': {
        const value = await cache.getOrSet(region, key, () => this.#produce(region, key, tagged, takes), options)
        for (const write of this.#world.history.made(this.name, region, key)) this.#doubt(write)
        return this.#saw(region, key, value, began)
      }
      case 'transaction': {
        const writes = keys.map((one, i) =>
          this.#write(region, one, i === 0 ? `${region}:${one}#${this.#next}` : undefined, tagged),
        )
        await cache.transaction(region, async (transaction) => {
          for (const { key: one = '', value } of writes) {
            if (value === undefined) await transaction.delete(one)
            else await transaction.set(one, value, options)
          }
        })
        for (const write of writes) this.#done(write)
      }
    }
  }

  /** A factory: never more than one at a time for a key. */
  async #produce(region: string, key: string, tagged: boolean, takes: number): Promise<string> {
    const { history, fail, clock } = this.#world
    const name = `${region}:${key}`
    const running = (this.#factories.get(name) ?? 0) + 1
    this.#factories.set(name, running)
    if (running > 1) fail(`${this.name} runs ${running} factories of ${name} at a time`)
    const value = `${name}#${this.#next}`
    const write = history.add({
      ...this.#base(region, key),
      value,
      tagged,
      tagsOnly: false,
      unsure: tagged && this.#cutOff,
      unheard: this.#unheard,
      weak: true,
    })
    this.#world.note(() => `${this.name} factory of ${name} #${write.id}`)
    await new Promise<void>((resolve) => this.life.clock.after(takes, resolve))
    this.#factories.set(name, running - 1)
    write.ended = clock.now() + 2 * LIMIT
    return value
  }

  /** Whether what it writes now may be unable to reach the tier. */
  get #cutOff(): boolean {
    return this.link.network !== 'well' || this.cache.status().l2.state !== 'closed'
  }

  /** Whether its bus may be late, or deaf without having been found out. */
  get #unheard(): boolean {
    const { bus } = this
    return bus !== undefined && (bus.state !== 'well' || this.#world.clock.now() - this.#wellSince < SETTLED)
  }

  get #next(): number {
    return this.#world.history.writes.length
  }

  #base(region: string, key: string | undefined) {
    return { owner: this.name, region, key, issued: this.#world.clock.now() }
  }

  #write(region: string, key: string | undefined, value: string | undefined, tagged = false, tagsOnly = false): Write {
    const unsure = tagged && this.#cutOff
    const unheard = this.#unheard
    const base = this.#base(region, key)
    const write = this.#world.history.add({ ...base, value, tagged, tagsOnly, unsure, unheard, weak: false })
    this.#unsafe.add(write)
    return write
  }

  #done(write: Write): void {
    write.ended = this.#world.clock.now()
    this.#doubt(write)
    this.#world.note(() => `${this.name} #${write.id} is done`)
    if (write.key !== undefined) this.#raise(write)
    this.watch()
  }

  /** Whether its process could reach the tier for the tag's token is not certain. */
  #doubt(write: Write): void {
    if (write.tagged && (this.#cutOff || this.#world.clock.now() - write.issued >= LIMIT)) write.unsure = true
  }

  #raise(write: Write): void {
    // What its own factory made may have been handed out and not stored.
    if (write.excused || (write.weak && write.owner === this.name)) return
    const name = `${write.region}:${write.key}`
    const floor = this.#floors.get(name)
    if (floor === undefined || this.#world.history.isAfter(write, floor.write)) this.#floors.set(name, { write })
  }

  /** A read that began at `began` came back with `value`. */
  #saw(region: string, key: string, value: string | undefined, began: number): void {
    const { history, fail, note, clock } = this.#world
    note(() => `${this.name} reads ${region}:${key} = ${value ?? 'nothing'}`)
    if (value === undefined) return
    const writer = history.writerOf(value)
    if (writer === undefined || writer.region !== region || writer.key !== key) {
      fail(`${this.name} reads ${value} under ${region}:${key}`)
      return
    }
    const floor = this.#floors.get(`${region}:${key}`)?.write
    if (floor !== undefined && floor.ended < began && history.isAfter(floor, writer)) {
      fail(`${this.name} reads #${writer.id} of ${region}:${key} after #${floor.id}`)
    }
    this.#raise(writer)
    if (began - this.#wellSince < SETTLED) return
    const stale = history.wrong(region, key, value, began - L1_TTL - LIMIT)
    if (stale !== undefined) fail(`${this.name} at ${clock.now()}: ${region}:${key} still ${stale}`)
  }
}

/** How long a call may take, in ms. */
function limitOf({ kind, tagged, takes }: Operation): number {
  if (kind === 'getOrSet') return LIMIT * (1 + MOST_STEPS) + takes
  const steps = kind === 'set' && tagged ? MOST_STEPS : (STEPS[kind] ?? MOST_STEPS)
  return LIMIT * steps
}

/**
 * How long a network must have been well before a process is held to reading what is new, in ms:
 * the longest pause between two probes, and the time after which a silent bus is noticed.
 */
export const SETTLED = 12_500
