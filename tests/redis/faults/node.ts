/** One process of a fleet over one Redis, at its parent's orders. */

import { Random } from '../../../demo/random.ts'
import { CacheManager } from '../../../js/cache/manager.ts'
import { delay } from '../../helpers/delay.ts'
import { Stillness } from '../../helpers/stillness.ts'
import {
  ALL,
  ALL_KEYS,
  clearedBy,
  keysOf,
  type LoadOrder,
  type LoadReport,
  type Numbers,
  type Order,
  pairOf,
  REGIONS,
  TAGGED,
  TOGETHER,
  UNKNOWN,
} from './messages.ts'

const [source = '', number = '0'] = process.argv.slice(2)
const own = keysOf(Number(number))
const pair = pairOf(Number(number))
const mineAlone = clearedBy(Number(number))
const tag = `tag${number}`

const cache: CacheManager = new CacheManager({
  redis: JSON.parse(source),
  circuit: { maxDelay: '300ms' },
  timeouts: { close: '2s' },
  defaults: { l1: { ttl: '1s' } },
  regions: Object.fromEntries(Object.keys(ALL).map((name) => [name, name === 'packed' ? { store: 'packed' } : {}])),
})

/** Counts up over all loads of this process. */
let last = 0
/** On a cluster these share a slot, so that one command asks for them. */
const NEIGHBOURS = ALL_KEYS.filter((key) => key.startsWith(TOGETHER))
const written: Record<string, number> = {}
const seen = new Map<string, number>()
const problems: string[] = []
const errors = new Set<string>()
cache.on('error', ({ error }) => errors.add(String(error)))
process.on('unhandledRejection', (error) => problems.push(`unhandled: ${String(error)}`))
process.on('uncaughtException', (error) => problems.push(`uncaught: ${String(error)}`))

/** A load under way. */
class Load {
  readonly #stillness = new Stillness()
  readonly #backwards: string[] = []
  #calls = 0
  readonly #underWay = new Set<string>()
  #longest = 0

  async run({ seed, ms }: LoadOrder): Promise<LoadReport> {
    const random = new Random(seed)
    const end = performance.now() + ms
    const running: Promise<void>[] = []
    while (performance.now() < end) {
      running.push(this.#timed(random))
      await delay(random.between(1, 4))
    }
    await Promise.all(running)
    this.#stillness.stop()
    const rejected = problems.splice(0)
    return {
      calls: this.#calls,
      rejected,
      longest: this.#longest,
      backwards: this.#backwards,
      errors: [...errors],
      written,
    }
  }

  async #timed(random: Random): Promise<void> {
    this.#calls++
    const start = performance.now()
    const still = this.#stillness.total()
    try {
      await this.#call(random)
    } catch (error) {
      problems.push(String(error))
    }
    const took = performance.now() - start - (this.#stillness.total() - still)
    this.#longest = Math.max(this.#longest, took)
  }

  async #call(random: Random): Promise<unknown> {
    const region = REGIONS[random.between(0, REGIONS.length - 1)] as string
    const mine = own[random.between(0, own.length - 1)] as string
    const any = ALL_KEYS[random.between(0, ALL_KEYS.length - 1)] as string
    const dice = random.between(0, 99)
    if (dice < 25) return cache.set(region, mine, this.#write(region, mine, ++last))
    if (dice < 30) {
      this.#write(region, mine, 0)
      return cache.delete(region, mine)
    }
    if (dice < 35) {
      const n = ++last
      for (const key of own.slice(0, 3)) this.#write(region, key, n)
      return cache.setMany(region, Object.fromEntries(own.slice(0, 3).map((key) => [key, n])))
    }
    if (dice < 45) {
      const before = new Map(seen)
      for (const [key, n] of await cache.getMany<number>(region, [any, ...NEIGHBOURS]))
        this.#saw(region, key, n, before)
      return undefined
    }
    if (dice < 50) return cache.getOrSet(region, `made-${any}`, () => 1)
    if (dice < 55)
      return this.#alone('tags', () => cache.set(TAGGED, mine, this.#write(TAGGED, mine, ++last), { tags: [tag] }))
    if (dice < 57) return this.#alone('tags', () => this.#deleteByTag())
    if (dice < 62) return cache.set(mineAlone, mine, this.#write(mineAlone, mine, ++last))
    if (dice < 63) return this.#clear()
    if (dice < 66) return this.#alone('pair', () => this.#transact())
    const where = Object.keys(ALL)[random.between(0, Object.keys(ALL).length - 1)] as string
    const before = new Map(seen)
    return this.#saw(where, any, await cache.get<number>(where, any), before)
  }

  async #deleteByTag(): Promise<void> {
    for (const key of own) this.#write(TAGGED, key, 0)
    await cache.deleteByTag(TAGGED, tag)
  }

  async #clear(): Promise<void> {
    for (const key of own) this.#write(mineAlone, key, 0)
    await cache.clear(mineAlone)
  }

  /** Where nobody knows what became of it, either number is right. */
  async #transact(): Promise<void> {
    const n = ++last
    for (const key of pair) this.#write('live', key, n)
    const work = cache.transaction('live', async (tx) => {
      for (const key of pair) await tx.set(key, n)
    })
    await work.catch((error: { code?: string }) => {
      if (error.code !== 'COMMIT_UNKNOWN') throw error
      for (const key of pair) this.#write('live', key, UNKNOWN)
    })
  }

  /** Not while another of the kind is under way: of two at once either may be the last. */
  async #alone(kind: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#underWay.has(kind)) return
    this.#underWay.add(kind)
    try {
      await work()
    } finally {
      this.#underWay.delete(kind)
    }
  }

  #write(region: string, key: string, n: number): number {
    written[`${region}/${key}`] = n
    return n
  }

  /** A read gave `n`; `before` is what had been seen when it began: of two reads at once either may be the first. */
  #saw(region: string, key: string, n: number | undefined, before: ReadonlyMap<string, number>): void {
    if (n === undefined) return
    const name = `${region}/${key}`
    const known = before.get(name) ?? 0
    if (n < known) this.#backwards.push(`${name}: ${n} after ${known}`)
    seen.set(name, Math.max(n, seen.get(name) ?? 0))
  }
}

/** One after the other, as a busy server may not take so many at once in time. */
async function rewrite(): Promise<Numbers> {
  const n = ++last
  for (const region of [...REGIONS, TAGGED, mineAlone]) {
    const tags = region === TAGGED ? { tags: [tag] } : {}
    for (const key of own) {
      written[`${region}/${key}`] = n
      await cache.set(region, key, n, tags)
    }
  }
  for (const key of pair) written[`live/${key}`] = n
  await cache.transaction('live', async (tx) => {
    for (const key of pair) await tx.set(key, n)
  })
  return written
}

async function read(region: string): Promise<Numbers> {
  return Object.fromEntries(await cache.getMany<number>(region, ALL[region] ?? []))
}

async function carryOut(order: Order): Promise<unknown> {
  if (order.kind === 'load') return new Load().run(order)
  if (order.kind === 'read') return read(order.region)
  if (order.kind === 'rewrite') return rewrite()
  if (order.kind === 'close') return cache.close()
  const { l2 } = cache.status()
  return l2.state === 'closed' && l2.journal.length === 0
}

process.on('message', async (order: Order) => {
  const answer = await carryOut(order)
  process.send?.({ answer })
  if (order.kind === 'close') process.disconnect()
})
await cache.ready()
process.send?.({ answer: 'ready' })
