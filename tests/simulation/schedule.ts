import { MAX_TRUST } from '../../js/flow/coherence/trust.ts'
import { FakeClock } from '../../js/testing/fake-clock.ts'
import { seeded } from '../../js/testing/random.ts'
import { SimHub } from './bus.ts'
import { Factories } from './factories.ts'
import { History } from './history.ts'
import { lastWords } from './last-words.ts'
import { LIMIT } from './limits.ts'
import { type Act, describeAct, NAMES, type Plan } from './plan.ts'
import { L1_TTL, Process, SETTLED } from './process.ts'
import { SimTier } from './tier.ts'
import type { ProcessWorld } from './world.ts'

/** What a schedule came to. */
export interface Outcome {
  /** What is wrong, in words; empty where nothing is. */
  readonly wrong: readonly string[]
  /** What happened, in order, where that was asked for: the same for the same plan. */
  readonly trace: readonly string[]
  readonly operations: number
}

/** After healing, all is to be as it should within this time, in ms. */
const HEALING = SETTLED + L1_TTL

/** How often a process that is in use reads, in ms. */
const USE_EVERY = 4_000

/** Lets one schedule run from its start to its end, in virtual time. */
export class Schedule {
  readonly #plan: Plan
  readonly #traced: boolean
  readonly #clock = new FakeClock()
  readonly #tier = new SimTier(this.#clock)
  readonly #history = new History()
  readonly #wrong: string[] = []
  readonly #trace: string[] = []
  readonly #world: ProcessWorld
  readonly #all: Process[] = []
  readonly #present: Process[]
  /** Those that stood still when the tier lost something, and stand still yet. */
  readonly #behind = new Set<Process>()
  readonly #start = this.#clock.now()
  #operations = 0

  constructor(plan: Plan, traced = false) {
    this.#plan = plan
    this.#traced = traced
    const unit = seeded(plan.seed ^ 0x5eed)
    const fail = (text: string) => {
      this.#wrong.push(text)
      this.#note(() => `WRONG ${text}`)
    }
    this.#world = {
      clock: this.#clock,
      tier: this.#tier,
      unit,
      hub: plan.bus ? new SimHub(this.#clock, unit) : undefined,
      history: this.#history,
      onSweep: (region, late) => {
        this.#history.sweep(region)
        if (late) this.#excuse()
      },
      note: (text) => this.#note(text),
      factories: new Factories(fail),
      fail,
    }
    this.#present = plan.skews.map((_, i) => this.#make(i))
  }

  async run(): Promise<Outcome> {
    await this.#begin()
    for (const { act, wait } of this.#plan.steps) {
      this.#note(() => describeAct(act))
      await this.#do(act)
      await this.#advance(wait)
    }
    await this.#heal()
    await this.#judge()
    const world = { present: this.#present, advance: (ms: number) => this.#advance(ms), fail: this.#world.fail }
    await lastWords(world, this.#plan.seed, L1_TTL)
    await this.#end()
    return { wrong: this.#wrong, trace: this.#trace, operations: this.#operations }
  }

  #note(text: () => string): void {
    if (this.#traced) this.#trace.push(`${String(this.#clock.now() - this.#start).padStart(6)} ${text()}`)
  }

  #make(slot: number): Process {
    const lives = this.#all.filter(({ name }) => name.startsWith(`p${slot}.`)).length
    const process = new Process(this.#world, `p${slot}.${lives}`, this.#plan.skews[slot] ?? 0)
    this.#all.push(process)
    return process
  }

  /** Each has used its cache before anything happens: it knows the tier's clock. */
  async #begin(): Promise<void> {
    const ready = this.#present.map(({ cache }) => cache.ready(1000))
    await this.#advance(20)
    await Promise.all(ready)
  }

  async #advance(ms: number): Promise<void> {
    await this.#clock.advance(ms)
    for (const process of this.#present) process.watch()
  }

  async #do(act: Act): Promise<void> {
    if (act.type === 'flush' || act.type === 'failover') return this.#lose(act)
    const process = this.#present[act.process] as Process
    switch (act.type) {
      case 'operation':
        this.#operations++
        return process.begin(act)
      case 'network':
        process.link.network = act.network
        return process.unsettle()
      case 'bus':
        if (process.bus !== undefined) process.bus.state = act.state
        return process.unsettle()
      case 'pause':
        return process.life.pause()
      case 'resume':
        return this.#resume(process, act.backwards)
      case 'crash':
        return process.crash()
      case 'restart':
        if (process.life.dead) this.#present[act.process] = this.#make(act.process)
    }
  }

  async #lose(act: Extract<Act, { type: 'flush' | 'failover' }>): Promise<void> {
    if (act.type === 'flush') await this.#tier.flush()
    else {
      await this.#tier.failover(act.lost)
      for (const { link } of this.#present) link.reconnect()
    }
    this.#history.lostUntil = this.#clock.now() + (this.#plan.bus ? MAX_TRUST : LIMIT)
    for (const process of this.#present) if (process.life.paused) this.#behind.add(process)
    this.#excuse()
  }

  /** What has come to it meanwhile was answered before, and may be of what the tier has lost since. */
  #resume(process: Process, backwards: boolean): void {
    const { lostUntil } = this.#history
    if (this.#behind.delete(process)) this.#history.lostUntil = Math.max(lostUntil, this.#clock.now() + LIMIT)
    process.life.resume(backwards)
    process.unsettle()
  }

  /** What was written so far may be gone, or something older back, with nobody of ours to blame. */
  #excuse(): void {
    this.#history.excuseAll()
    for (const process of this.#present) process.forget()
  }

  async #heal(): Promise<void> {
    this.#note(() => 'all is healed')
    for (const [slot, process] of this.#present.entries()) {
      if (process.life.dead) this.#present[slot] = this.#make(slot)
      this.#resume(process, false)
      process.link.network = 'well'
      if (process.bus !== undefined) process.bus.state = 'well'
      process.unsettle()
    }
    await this.#advance(HEALING)
    for (const { name, life, running } of this.#all) {
      if (!life.dead && running.size > 0) this.#world.fail(`${running.size} calls of ${name} have not ended`)
    }
  }

  /** All must have come to the same, and to what was written last. */
  async #judge(): Promise<void> {
    for (const { name, cache } of this.#present) {
      const { l2 } = cache.status()
      if (l2.state === 'none' || l2.state === 'closed') {
        if (l2.state === 'closed' && l2.journal.length > 0) this.#world.fail(`${l2.journal.length} wait at ${name}`)
      } else this.#world.fail(`the circuit of ${name} is ${l2.state}`)
    }
    await this.#speak()
    // Who reads learns what the tier has lost, and makes it good.
    await this.#readAll()
    await this.#use(this.#untold)
    const found = await this.#readAll()
    for (const [i, { region, key }] of NAMES.entries()) {
      const values = found[i] as (string | undefined)[]
      if (new Set(values).size > 1) this.#world.fail(`${region}:${key} is ${values.join(' and ')}`)
      const wrong = this.#history.wrong(region, key, values[0])
      if (wrong !== undefined) this.#world.fail(`${region}:${key} ${wrong}`)
    }
  }

  /**
   * How long what one holds may differ from what the others do, in ms, once all is healed. Where
   * no message tells of a change, memory under a live bus is looked at after `MAX_TRUST`.
   */
  get #untold(): number {
    const died = this.#all.some(({ life }) => life.dead)
    return this.#plan.bus && (died || this.#history.lostUntil > 0) ? MAX_TRUST + 1000 : L1_TTL + 200
  }

  /** Each goes on reading from memory, now this and now that, for so many ms: what nobody reads is looked up anyway. */
  async #use(ms: number): Promise<void> {
    let turn = 0
    for (let left = ms; left > 0; left -= USE_EVERY) {
      const { region, key } = NAMES[turn++ % NAMES.length] as (typeof NAMES)[number]
      const reads = this.#present.map((process) => process.read(region, key))
      await this.#advance(Math.min(left, USE_EVERY))
      await Promise.all(reads)
    }
  }

  /** Each publishes something: so all notice what they were not told before. */
  async #speak(): Promise<void> {
    if (!this.#present.some(({ bus }) => bus?.lost)) return
    const spoken = this.#present.map(({ cache, name }) => cache.set('live', `of ${name}`, true))
    await this.#advance(600)
    await Promise.all(spoken)
  }

  /** What all read under each key; the last of them is a process that has just begun. */
  async #readAll(): Promise<(string | undefined)[][]> {
    const readers = [...this.#present, this.#make(this.#present.length)]
    const reads = NAMES.map(({ region, key }) => Promise.all(readers.map((process) => process.read(region, key))))
    await this.#advance(100)
    return Promise.all(reads)
  }

  async #end(): Promise<void> {
    for (const process of this.#all) process.life.revive()
    const closing = this.#all.map(({ cache }) => cache.close())
    await this.#clock.advance(20_000)
    await Promise.all(closing)
    if (this.#clock.pending > 0) this.#world.fail(`${this.#clock.pending} timers are left`)
  }
}
