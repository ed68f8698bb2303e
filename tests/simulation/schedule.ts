import { FakeClock } from '../../js/testing/fake-clock.ts'
import { seeded } from '../../js/testing/random.ts'
import { SimHub } from './bus.ts'
import { History } from './history.ts'
import { type Act, describeAct, KEYS, type Plan, REGIONS } from './plan.ts'
import { L1_TTL, Process, type ProcessWorld, SETTLED } from './process.ts'
import { SimTier } from './tier.ts'

/** What a schedule came to. */
export interface Outcome {
  /** What is wrong, in words; empty where nothing is. */
  readonly wrong: readonly string[]
  /** What happened, in order: the same for the same plan. */
  readonly trace: readonly string[]
  readonly operations: number
}

/** After healing, all is to be as it should within this time, in ms. */
const HEALING = SETTLED + L1_TTL

/** Lets one schedule run from its start to its end, in virtual time. */
export class Schedule {
  readonly #plan: Plan
  readonly #clock = new FakeClock()
  readonly #tier = new SimTier(this.#clock)
  readonly #history = new History()
  readonly #wrong: string[] = []
  readonly #trace: string[] = []
  readonly #world: ProcessWorld
  readonly #all: Process[] = []
  readonly #present: Process[]
  readonly #start = this.#clock.now()
  #operations = 0

  constructor(plan: Plan) {
    this.#plan = plan
    const unit = seeded(plan.seed ^ 0x5eed)
    this.#world = {
      clock: this.#clock,
      tier: this.#tier,
      unit,
      hub: plan.bus ? new SimHub(this.#clock, unit) : undefined,
      history: this.#history,
      onSweep: (late) => {
        this.#history.sweep()
        if (late) this.#excuse()
      },
      note: (text) => this.#trace.push(`${this.#time} ${text}`),
      fail: (text) => {
        this.#wrong.push(text)
        this.#trace.push(`${this.#time} WRONG ${text}`)
      },
    }
    this.#present = plan.skews.map((_, i) => this.#make(i))
  }

  async run(): Promise<Outcome> {
    await this.#begin()
    for (const { act, wait } of this.#plan.steps) {
      this.#trace.push(`${this.#time} ${describeAct(act)}`)
      await this.#do(act)
      await this.#advance(wait)
    }
    await this.#heal()
    await this.#judge()
    await this.#invalidate()
    await this.#end()
    return { wrong: this.#wrong, trace: this.#trace, operations: this.#operations }
  }

  get #time(): string {
    return `${this.#clock.now() - this.#start}`.padStart(6)
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
        process.wellSince = act.network === 'well' ? this.#clock.now() : Number.POSITIVE_INFINITY
        return
      case 'bus':
        if (process.bus !== undefined) process.bus.state = act.state
        process.wellSince = this.#clock.now()
        return
      case 'pause':
        return process.life.pause()
      case 'resume':
        return process.life.resume(act.backwards)
      case 'crash':
        return process.crash()
      case 'restart':
        if (process.life.dead) this.#present[act.process] = this.#make(act.process)
    }
  }

  async #lose(act: Extract<Act, { type: 'flush' | 'failover' }>): Promise<void> {
    if (act.type === 'flush') await this.#tier.flush()
    else await this.#tier.failover(act.lost)
    this.#history.lost = true
    this.#excuse()
  }

  /** What was written so far may be gone, or something older back, with nobody of ours to blame. */
  #excuse(): void {
    this.#history.excuseAll()
    for (const process of this.#present) process.forget()
  }

  async #heal(): Promise<void> {
    this.#trace.push(`${this.#time} all is healed`)
    for (const [slot, process] of this.#present.entries()) {
      if (process.life.dead) this.#present[slot] = this.#make(slot)
      process.life.resume(false)
      process.link.network = 'well'
      if (process.bus !== undefined) process.bus.state = 'well'
      process.wellSince = this.#clock.now()
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
    // Who reads learns what the tier has lost, and makes it good.
    await this.#eachKey((region, key) => this.#readAll(region, key))
    await this.#advance(L1_TTL + 200)
    for (const region of REGIONS) {
      for (const key of KEYS) {
        const values = await this.#readAll(region, key)
        if (new Set(values.filter((value) => !this.#mayRemain(value))).size > 1)
          this.#world.fail(`${region}:${key} is ${values.join(' and ')}`)
        const wrong = this.#history.wrong(region, key, values[0])
        if (wrong !== undefined) this.#world.fail(`${region}:${key} ${wrong}`)
      }
    }
  }

  /**
   * Under a live bus memory is not compared with a tier that has lost what it held: who holds
   * such a value keeps it, and those who did not miss it.
   */
  #mayRemain(value: string | undefined): boolean {
    return (
      this.#plan.bus && this.#history.lost && (value === undefined || this.#history.writerOf(value)?.excused === true)
    )
  }

  async #eachKey(work: (region: string, key: string) => Promise<unknown>): Promise<void> {
    for (const region of REGIONS) for (const key of KEYS) await work(region, key)
  }

  /** What all read under a key; the last is a process that has just begun. */
  async #readAll(region: string, key: string): Promise<(string | undefined)[]> {
    const fresh = this.#make(this.#present.length)
    const reads = [...this.#present, fresh].map((process) => process.read(region, key))
    await this.#advance(100)
    return Promise.all(reads)
  }

  /** Each key is written or deleted once more: from then on nobody may see what was before. */
  async #invalidate(): Promise<void> {
    const expected = new Map<string, string | undefined>()
    let turn = this.#plan.seed
    for (const region of REGIONS) {
      for (const key of KEYS) {
        const { cache } = this.#present[turn++ % this.#present.length] as Process
        const value = turn % 3 === 0 ? undefined : `final ${region}:${key}`
        expected.set(`${region}:${key}`, value)
        const done = value === undefined ? cache.delete(region, key) : cache.set(region, key, value)
        await this.#advance(20)
        await done
      }
    }
    await this.#advance(L1_TTL)
    for (const [name, value] of expected) {
      const [region = '', key = ''] = name.split(':')
      for (const process of this.#present) {
        const read = process.cache.get(region, key)
        await this.#advance(10)
        const found = await read
        if (found !== value) this.#world.fail(`${process.name} reads ${found} under ${name}, not ${value}`)
      }
    }
  }

  async #end(): Promise<void> {
    for (const process of this.#all) process.life.revive()
    const closing = this.#all.map(({ cache }) => cache.close())
    await this.#clock.advance(20_000)
    await Promise.all(closing)
    if (this.#clock.pending > 0) this.#world.fail(`${this.#clock.pending} timers are left`)
  }
}
