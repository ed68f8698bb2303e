import { CacheManager } from '../../js/cache/manager.ts'
import { CacheError } from '../../js/errors.ts'
import { SimBus } from './bus.ts'
import { Floors } from './floors.ts'
import type { Write } from './history.ts'
import { Life } from './life.ts'
import { LIMIT, limitOf } from './limits.ts'
import { SimLink } from './link.ts'
import { isGraceful, type Operation, RULES, TAG } from './plan.ts'
import type { ProcessWorld } from './world.ts'

/** How long an entry in memory is trusted without a bus, in ms. */
export const L1_TTL = 2000

const HOUR = 3_600_000
/** A process that stood still reads what has come before it gives a call up, in ms. */
const CATCH_UP = 10

/** A change may be heard of so much later, in ms. */
const HEARD = 60_000

/** What factories throw. */
const DOWN = new Error('the origin is down')

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
  readonly #floors: Floors
  /** By key, how long the calls of `getOrSet` under way may take in all: one may wait for the other's factory. */
  readonly #loads = new Map<string, number>()
  /** Since when nothing has disturbed it or what it holds in the tier, in ms of the world. */
  #steadySince = Number.NEGATIVE_INFINITY
  /** When the tier last lost something, in ms of the world. */
  #lost = Number.NEGATIVE_INFINITY
  readonly #unsafe = new Set<Write>()
  readonly running = new Set<Promise<void>>()

  constructor(world: ProcessWorld, name: string, skew: number) {
    this.name = name
    this.#world = world
    this.#floors = new Floors(world.history, name)
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
    this.cache.on('circuit', ({ part, state }) => world.note(() => `${name} circuit of ${part} ${state}`))
    this.cache.on('replay', (event) => world.note(() => `${name} ${JSON.stringify(event)}`))
  }

  /** Something has changed for it: for a while it need not read what is new. */
  unsettle(): void {
    const well = this.link.network === 'well' && this.bus?.state !== 'lossy' && !this.bus?.lost
    this.#wellSince = well ? this.#world.clock.now() : Number.POSITIVE_INFINITY
    this.#steadySince = this.#wellSince
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
      if (write.ended < Number.POSITIVE_INFINITY && !this.#isOvertaken(write)) {
        write.durable = this.#world.clock.now()
        this.#unsafe.delete(write)
      }
    }
  }

  /** Whether a later call of its process, which is under way, decides what others see: then it was done with memory alone. */
  #isOvertaken({ id, region, key }: Write): boolean {
    for (const later of this.#unsafe) {
      if (later.id <= id || later.region !== region || later.ended < Number.POSITIVE_INFINITY) continue
      if (later.key === undefined || key === undefined || later.key === key) return true
    }
    return false
  }

  /** Nothing that it knows holds any more: the tier has lost what it held. */
  forget(): void {
    this.#floors.clear()
    this.#lost = this.#world.clock.now()
    this.#steadySince = Math.max(this.#steadySince, this.#world.clock.now())
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
    const name = `${operation.region}:${operation.keys[0]}`
    const own = limitOf(operation)
    const limit = operation.kind === 'getOrSet' ? own + (this.#loads.get(name) ?? 0) : own
    if (operation.kind === 'getOrSet') this.#loads.set(name, limit)
    try {
      await this.#do(operation)
    } catch (error) {
      const code = error instanceof CacheError ? error.code : 'none'
      const told = operation.kind === 'transaction' && (code === 'COMMIT_FAILED' || code === 'COMMIT_UNKNOWN')
      if (!told && error !== DOWN) fail(`${this.name} ${operation.kind} was rejected: ${String(error)}`)
    }
    const { uncertainty } = this.link
    const off = uncertainty === Number.POSITIVE_INFINITY ? Math.abs(this.#skew) + LIMIT : uncertainty
    history.tolerance = Math.max(history.tolerance, 2 * off + 5)
    if (operation.kind === 'getOrSet') this.#loads.set(name, (this.#loads.get(name) ?? 0) - own)
    const took = clock.now() - began - (this.life.stood - stood)
    const slack = this.life.stood > stood ? CATCH_UP : 0
    // What was done under a generation that is lost is done again.
    if (took > (this.#lost >= began ? 2 * limit : limit) + slack)
      fail(`${this.name} ${operation.kind} took ${took} ms, not ${limit}`)
  }

  async #do(operation: Operation): Promise<void> {
    const { kind, region, keys, tagged } = operation
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
        const write = this.#set(region, key, tagged)
        await cache.set(region, key, write.value, options)
        return this.#done(write)
      }
      case 'setMany': {
        const writes = keys.map((one) => this.#set(region, one, tagged))
        await cache.setMany(region, Object.fromEntries(writes.map(({ key: one, value }) => [one, value])), options)
        return this.#allDone(writes)
      }
      case 'touch':
        this.#world.history.touch(region, key)
        await cache.touch(region, key, HOUR)
        // Or what was written meanwhile.
        return this.#world.history.touch(region, key)
      case 'deleteMany': {
        const writes = keys.map((one) => this.#write(region, one, undefined, { inOrder: true }))
        await cache.deleteMany(region, keys)
        return this.#allDone(writes)
      }
      case 'delete': {
        const write = this.#write(region, key, undefined, { inOrder: true })
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
        const write = this.#write(region, undefined, undefined, { tagsOnly: true, expires: kind === 'expireByTag' })
        await cache[kind](region, TAG)
        return this.#done(write)
      }
      case 'getOrSet': {
        const rules = RULES[operation.rules]
        const value = await cache.getOrSet(region, key, () => this.#produce(operation, began), { ...rules, ...options })
        for (const write of this.#world.history.made(this.name, region, key)) this.#doubt(write)
        return this.#saw(region, key, value, began, isGraceful(rules))
      }
      case 'transaction': {
        const writes = keys.map((one, i) =>
          this.#write(region, one, i === 0 ? `${region}:${one}#${this.#next}` : undefined, { tagged }),
        )
        await cache.transaction(region, async (transaction) => {
          for (const { key: one = '', value } of writes) {
            if (value === undefined) await transaction.delete(one)
            else await transaction.set(one, value, options)
          }
        })
        this.#allDone(writes)
      }
    }
  }

  /** A factory of a `getOrSet` that began, and learnt of its tags, at `since`. */
  async #produce({ region, keys, tagged, takes, fails, rules }: Operation, since: number): Promise<string> {
    const { history, clock, factories, note } = this.#world
    const key = keys[0] as string
    const name = `${region}:${key}`
    const { ttl = HOUR, lockTimeout } = RULES[rules] as { ttl?: number; lockTimeout?: number }
    const changed = (time: number) =>
      history.writes.some(
        (write) =>
          write.region === region &&
          (write.key ?? key) === key &&
          !(write.weak && write.owner === this.name) &&
          write.ended >= time - HEARD,
      )
    const end = factories.begin(name, this, lockTimeout !== undefined, clock.now(), changed)
    const write = history.add({
      ...this.#base(region, key, tagged),
      value: `${name}#${this.#next}`,
      ttl,
      kept: ttl + (isGraceful(RULES[rules]) ? HOUR : 0),
      weak: true,
    })
    if (tagged && clock.now() - since >= LIMIT) write.unsure = true
    note(() => `${this.name} factory of ${name} #${write.id}`)
    await new Promise<void>((resolve) => this.life.clock.after(takes, resolve))
    end()
    write.ended = clock.now() + 2 * LIMIT
    if (fails) throw DOWN
    return write.value as string
  }

  /** Whether nothing has disturbed it for so long that its locks hold. */
  get steady(): boolean {
    const { dead, paused } = this.life
    return !dead && !paused && this.#world.clock.now() - this.#steadySince >= SETTLED
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

  #base(region: string, key: string | undefined, tagged: boolean) {
    const unsure = tagged && this.#cutOff
    const plain = { tagsOnly: false, expires: false, weak: false, inOrder: false, ttl: HOUR, kept: HOUR }
    const rest = { unheard: this.#unheard, issued: this.#world.clock.now() }
    return { owner: this.name, region, key, tagged, unsure, ...plain, ...rest }
  }

  #write(
    region: string,
    key: string | undefined,
    value: string | undefined,
    more: { tagged?: boolean; tagsOnly?: boolean; expires?: boolean; inOrder?: boolean } = {},
  ): Write {
    const { tagged = false, ...rest } = more
    const write = this.#world.history.add({ ...this.#base(region, key, tagged), value, ...rest })
    this.#unsafe.add(write)
    return write
  }

  #set(region: string, key: string, tagged: boolean): Write {
    return this.#write(region, key, `${region}:${key}#${this.#next}`, { tagged, inOrder: !tagged })
  }

  #allDone(writes: readonly Write[]): void {
    for (const write of writes) this.#done(write)
  }

  #done(write: Write): void {
    write.ended = this.#world.clock.now()
    this.#doubt(write)
    this.#world.note(() => `${this.name} #${write.id} is done`)
    if (write.key !== undefined) this.#floors.raise(write, this.#world.clock.now())
    this.watch()
  }

  /** Whether its process could reach the tier for the tag's token is not certain. */
  #doubt(write: Write): void {
    if (write.tagged && (this.#cutOff || this.#world.clock.now() - write.issued >= LIMIT)) write.unsure = true
  }

  /** A read that began at `began` came back with `value`, which may be `stale` or not. */
  #saw(region: string, key: string, value: string | undefined, began: number, stale = false): void {
    const { history, fail, note, clock } = this.#world
    note(() => `${this.name} reads ${region}:${key} = ${value ?? 'nothing'}`)
    if (value === undefined) return
    const writer = history.writerOf(value)
    if (writer === undefined || writer.region !== region || writer.key !== key) {
      fail(`${this.name} reads ${value} under ${region}:${key}`)
      return
    }
    const floor = this.#floors.by(began, region, key)
    if (floor !== undefined && floor.ended < began && history.supersedes(floor, writer)) {
      fail(`${this.name} reads #${writer.id} of ${region}:${key} after #${floor.id}`)
    }
    const over = writer.ended + writer.ttl + history.tolerance
    if (!stale && began > over && !writer.touched)
      fail(`${this.name} reads #${writer.id} of ${region}:${key}, which is over`)
    this.#floors.raise(writer, clock.now())
    if (began - this.#wellSince < SETTLED) return
    const wrong = history.wrong(region, key, value, began - L1_TTL - LIMIT, stale)
    if (wrong !== undefined) fail(`${this.name} at ${clock.now()}: ${region}:${key} still ${wrong}`)
  }
}

/**
 * How long a network must have been well before a process is held to reading what is new, in ms:
 * the longest pause between two probes, and the time after which a silent bus is noticed.
 */
export const SETTLED = 12_500
