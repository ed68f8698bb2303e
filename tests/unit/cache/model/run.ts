import { CacheManager } from '../../../../js/cache/manager.ts'
import type { Namespace } from '../../../../js/cache/region/namespace.ts'
import type { Region } from '../../../../js/cache/region/region.ts'
import type { FactoryContext } from '../../../../js/cache/types.ts'
import { CacheError } from '../../../../js/errors.ts'
import { ChaosDriver } from '../../../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../../js/tiers/memory.ts'
import { type Call, type Outcome, OWN_TTL } from './flight.ts'
import { Reference } from './reference.ts'
import { KEYS, PLACES, type Plan, type Schedule, type Step, type Where } from './steps.ts'

/** Longer than anything lasts that a schedule begins. */
const LONG = 60_000

/** What a call of `getOrSet` in the cache came to for one key, and the same in the reference. */
interface Pair {
  readonly expected: Call
  /** All of its call, itself too: `getOrSetMany` answers for all keys at once. */
  group: readonly Pair[]
  readonly controller: AbortController
  actual: Outcome
}

/** What a place is called, and what its entries are tagged with besides. */
interface Place {
  readonly prefix: string
  readonly tags: readonly string[]
  readonly calls: Region<unknown> | Namespace<unknown>
}

/** Runs one schedule in a cache and in the reference, side by side, and throws where they differ. */
export class Run {
  readonly #clock = new FakeClock()
  readonly #cache: CacheManager
  readonly #reference: Reference
  readonly #places: readonly Place[]
  readonly #pairs: Pair[] = []
  #runs = 0
  #sets = 0
  #events: string[] = []

  constructor({ region }: Pick<Schedule, 'region'>, hasL2: boolean) {
    const clock = this.#clock
    const l2 = hasL2 ? new ChaosDriver(memoryDriver({ clock })) : undefined
    this.#cache = new CacheManager({ clock, regions: { r: region }, alerts: false, ...(l2 && { l2 }) })
    this.#reference = new Reference(region, hasL2)
    const base = this.#cache.region('r')
    this.#places = PLACES.map((path) => {
      const tags = path.map((_, i) => prefixOf(path.slice(0, i + 1)))
      const calls = path.reduce<Region | Namespace>((outer, name) => outer.namespace(name), base)
      return { prefix: prefixOf(path), tags, calls }
    })
    this.#cache.on('hit', ({ key, tier, stale }) => this.#events.push(`hit ${key} ${tier}${stale ? ' stale' : ''}`))
    this.#cache.on('miss', ({ key }) => this.#events.push(`miss ${key}`))
    this.#cache.on('refresh-failed', ({ key }) => this.#events.push(`refresh-failed ${key}`))
  }

  /** How often the factories ran. */
  get runs(): number {
    return this.#runs
  }

  async all(steps: readonly Step[]): Promise<void> {
    for (const [i, step] of steps.entries()) {
      const [expected, actual] = await this.#step(step)
      await this.#settle()
      same(actual, expected, `answer of step ${i}`)
      this.#compare(`after step ${i}`)
    }
    await this.#end()
  }

  /** What a step answers: as the reference has it, and as the cache has. */
  async #step(step: Step): Promise<readonly [unknown, unknown]> {
    const reference = this.#reference
    switch (step.do) {
      case 'advance':
        reference.advance(step.ms)
        return [undefined, await this.#clock.advance(step.ms)]
      case 'abort': {
        const pending = this.#pairs.filter(({ expected }) => expected.outcome === undefined)
        const pair = pending[step.which % pending.length]
        for (const { expected } of pair?.group ?? []) reference.abort(expected)
        return [undefined, pair?.controller.abort(new Error('aborted'))]
      }
      case 'getOrSet':
        return this.#getOrSet(step)
      case 'getOrSetMany':
        return this.#getOrSetMany(step)
      case 'getMany': {
        const { prefix, calls } = this.#place(step.place)
        const expected = Object.entries(reference.getMany(KEYS.map((key) => prefix + key)))
        const actual = await calls.getMany(KEYS)
        return [expected, Array.from(actual, ([key, value]) => [prefix + key, value])]
      }
      case 'clear': {
        const { prefix, calls } = this.#place(step.place)
        if (step.place === 0) reference.clear()
        else reference.changeTag('deleted', prefix)
        await calls.clear()
        return [undefined, undefined]
      }
      case 'deleteByTag':
      case 'expireByTag': {
        const { prefix, calls } = this.#place(step.place)
        reference.changeTag(step.do === 'deleteByTag' ? 'deleted' : 'expired', prefix + step.tag)
        return [undefined, await calls[step.do](step.tag)]
      }
      default:
        return this.#keyed(step)
    }
  }

  /** What concerns one key, and answers at once. */
  async #keyed(step: Extract<Step, { at: Where }>): Promise<readonly [unknown, unknown]> {
    const reference = this.#reference
    const { prefix, tags, calls } = this.#place(step.at.place)
    const { key } = step.at
    const full = prefix + key
    switch (step.do) {
      case 'get':
        return [reference.get(full), await calls.get(key)]
      case 'has':
        return [reference.has(full), await calls.has(key)]
      case 'ttl':
        return [reference.ttl(full), await calls.ttl(key)]
      case 'getEntry': {
        const { value, hit, stale } = await calls.getEntry(key)
        return [reference.entry(full), { value, hit, stale }]
      }
      case 'expire':
        return [reference.expire(full), await calls.expire(key)]
      case 'touch':
        return [reference.touch(full, step.ttl), await calls.touch(key, step.ttl)]
      case 'delete': {
        const there = reference.has(full)
        reference.delete(full)
        return [there, (await calls.delete(key)) && there]
      }
      case 'set': {
        const value = `set ${++this.#sets}`
        reference.set(full, value, step.options, [...tags, ...(step.options.tags ?? []).map((tag) => prefix + tag)])
        await calls.set(key, value, step.options)
        return [undefined, undefined]
      }
      default:
        throw new Error(`no such step: ${step.do}`)
    }
  }

  #getOrSet({ at, plan, options, times }: Extract<Step, { do: 'getOrSet' }>): readonly [unknown, unknown] {
    const { prefix, tags, calls } = this.#place(at.place)
    const full = prefix + at.key
    const pairs = Array.from({ length: times }, () => this.#pair(full, options))
    const expected = pairs.map((pair) => pair.expected)
    this.#reference.getOrSet(full, expected, plan, [...tags, ...(options.tags ?? []).map((tag) => prefix + tag)])
    for (const pair of pairs) {
      const { signal } = pair.controller
      const factory = (context: FactoryContext) => this.#make(full, plan, context)
      const call = calls.getOrSet(at.key, factory, { ...options, signal })
      call.then(
        (value) => {
          pair.actual = { value }
        },
        (error: unknown) => {
          pair.actual = { error: told(error, full) }
        },
      )
    }
    return [undefined, undefined]
  }

  #getOrSetMany({ place, plan, options }: Extract<Step, { do: 'getOrSetMany' }>): readonly [unknown, unknown] {
    const { prefix, tags, calls } = this.#place(place)
    const reference = this.#reference
    // It neither slides nor refreshes ahead, whatever the region does.
    const own = { ...options, eagerRefresh: 0, slidingTtl: 0 }
    const controller = new AbortController()
    const all = KEYS.map((key) => this.#pair(prefix + key, own, controller))
    for (const pair of all) pair.group = all
    const names = [...tags, ...(options.tags ?? []).map((tag) => prefix + tag)]
    const made = { ...plan, end: MANY_ENDS[plan.end] }
    for (const { expected } of all) expected.outcome = reference.memory(expected.key, own)
    let run: number | undefined
    const number = () => {
      run ??= ++reference.runs
      return run
    }
    for (const { expected } of all) {
      if (expected.outcome === undefined) reference.fly(expected.key, [expected], made, names, number)
    }
    const factory = async () => {
      const own = ++this.#runs
      if (plan.delay > 0) await this.#pass(plan.delay)
      if (plan.end === 'throw') throw new Error(`all ${own}`)
      const value = (key: string) => {
        if (made.end === 'throw') return new Error(`failed ${prefix}${key} ${own}`)
        return made.end === 'null' ? null : made.end === 'undefined' ? undefined : `${prefix}${key} ${own}`
      }
      return new Map(KEYS.map((key) => [key, value(key)]))
    }
    const call = calls.getOrSetMany(KEYS, factory, {
      ...options,
      eagerRefresh: false,
      slidingTtl: false,
      signal: controller.signal,
    })
    void call.then((result) => {
      for (const [i, pair] of all.entries()) {
        const key = KEYS[i] as string
        const error = result.errors.get(key)
        const value = result.get(key)
        pair.actual = error === undefined ? { value } : { error: told(error, pair.expected.key) }
      }
    })
    return [undefined, undefined]
  }

  #pair(key: string, options: Call['options'], controller = new AbortController()): Pair {
    const pair: Pair = { expected: { key, options, outcome: undefined }, controller, actual: undefined, group: [] }
    pair.group = [pair]
    this.#pairs.push(pair)
    return pair
  }

  /** One run of a factory, by its plan. */
  #make(key: string, plan: Plan, context: FactoryContext): unknown {
    const run = ++this.#runs
    const end = () => {
      const value = `${key} ${run}`
      switch (plan.end) {
        case 'throw':
          throw new Error(`failed ${value}`)
        case 'undefined':
          return undefined
        case 'null':
          return null
        case 'skip':
          return context.skip(value)
        case 'notModified':
          return context.stale === undefined ? value : context.notModified()
        case 'ttl':
          context.setOptions({ ttl: OWN_TTL })
          return value
        default:
          return value
      }
    }
    return plan.delay === 0 ? end() : this.#pass(plan.delay).then(end)
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #place(index: number): Place {
    return this.#places[index] as Place
  }

  /** Batches wait for a turn of the event loop, and limits that are over already for the clock. */
  async #settle(): Promise<void> {
    this.#reference.advance(0)
    await this.#clock.settle()
    await this.#clock.advance(0)
  }

  #compare(when: string): void {
    const reference = this.#reference
    same(this.#events.sort(), reference.events.sort(), `events ${when}`)
    this.#events = []
    reference.events = []
    same(this.#runs, reference.runs, `runs ${when}`)
    for (const [i, { actual, expected, group }] of this.#pairs.entries()) {
      const isOver = group.every((one) => one.expected.outcome !== undefined)
      same(actual, isOver ? expected.outcome : undefined, `outcome of call ${i} ${when}`)
    }
  }

  /** Nothing is left that waits, and nothing that is remembered where it should not be. */
  async #end(): Promise<void> {
    this.#reference.advance(LONG)
    await this.#clock.advance(LONG)
    this.#compare('at the end')
    const { hits, misses, staleHits, errors } = this.#cache.metrics().regions.r ?? {}
    const { hits: h, misses: m, staleHits: s, errors: e } = this.#reference
    same([hits, misses, staleHits, errors], [h, m, s, e], 'hits, misses, stale hits and errors')
    same(this.#clock.pending, 0, 'timers left')
    for (const { calls } of this.#places) {
      for (const key of KEYS) same(await calls.getOrSet(key, () => 'anew'), 'anew', 'a flight or entry was left')
    }
    await this.#cache.close()
    same(this.#clock.pending, 0, 'timers left after close')
  }
}

/** What the ends of one key's factory mean for one of many. */
const MANY_ENDS: Readonly<Record<Plan['end'], Plan['end']>> = {
  value: 'value',
  undefined: 'undefined',
  null: 'null',
  throw: 'throw',
  skip: 'throw',
  notModified: 'value',
  ttl: 'value',
}

function prefixOf(path: readonly string[]): string {
  return path.map((name) => `\u001f${name}\u001f`).join('')
}

/** What an error says; one that was thrown for all keys of a batch, as one of this key. */
function told(error: unknown, key: string): string {
  if (error instanceof CacheError) return error.code
  return error instanceof Error ? error.message.replace(/^all/, `failed ${key}`) : String(error)
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [text(actual), text(expected)]
  if (is !== should) throw new Error(`${what}: ${is}, should be ${should}`)
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner === undefined ? 'undefined' : inner))
}
