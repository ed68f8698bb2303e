import { compareStamps } from '../../js/flow/stamp.ts'
import type { DriverFault as Fault } from '../../js/testing/chaos-driver.ts'
import { seeded } from '../../js/testing/random.ts'
import { type Process, REGION, World } from './processes.ts'
import { envelope, tombstone } from './stored.ts'

const KEYS = ['k0', 'k1', 'k2']
const STEPS = 30
/** Longer than anything takes that the schedule may have begun. */
const HEALING = 30_000
const LIMIT = 250

/** A set, a delete (no text) or a clear (no key), as it was asked for and what became of it. */
interface Operation {
  readonly key?: string
  readonly text?: string
  stamp: Uint8Array
  readonly issued: number
  ended: number
  outcome: string
  /** Whether it may have reached the tier at once: a clear that did takes along what is there. */
  readonly online: boolean
}

/** What a schedule came to. */
export interface ScheduleResult {
  /** What is wrong, in words; empty where nothing is. */
  readonly wrong: string[]
  /** What happened, in order: the same for the same seed. */
  readonly trace: string[]
  /** How many keys had exactly one right value, and how many more than one. */
  readonly exact: number
  readonly lenient: number
}

/**
 * Lets two or three processes with clocks minutes apart set, delete, clear and read a few keys,
 * while each one's way to the tier breaks and heals; then heals all and compares what the tier
 * holds with what the stamps say.
 */
export class Schedule {
  readonly #unit: () => number
  readonly #world: World
  readonly #processes: Process[]
  readonly #operations: Operation[] = []
  readonly #running: Promise<void>[] = []
  readonly #wrong: string[] = []
  readonly #trace: string[] = []

  constructor(seed: number) {
    this.#unit = seeded(seed)
    this.#world = new World(seed)
    this.#processes = Array.from({ length: 2 + this.#below(2) }, () =>
      this.#world.process({ skew: this.#pick([0, 0, 200, -200, 120_000, -120_000]) }),
    )
  }

  async run(): Promise<ScheduleResult> {
    for (let step = 0; step < STEPS; step++) {
      const process = this.#pick(this.#processes)
      if (this.#unit() < 0.2) this.#disturb(process)
      else this.#running.push(this.#act(process, step))
      await this.#world.clock.advance(this.#pick([0, 0, 1, 20, 300, 2000]))
    }
    for (const { driver } of this.#processes) {
      driver.heal()
      driver.release()
    }
    await this.#world.clock.advance(HEALING)
    await Promise.all(this.#running)
    return this.#judge()
  }

  #disturb({ driver }: Process): void {
    const fault = this.#pick<Fault | 'heal' | 'release'>(['fail', 'hang', 'late', 'lose', 40, 400, 'heal', 'release'])
    this.#trace.push(`${this.#processes.findIndex((process) => process.driver === driver)} ${fault}`)
    if (fault === 'heal' || fault === 'release') driver.heal()
    else driver.break(fault)
    if (fault === 'release') driver.release()
  }

  async #act(process: Process, step: number): Promise<void> {
    const key = this.#pick(KEYS)
    const kind = this.#pick(['set', 'set', 'set', 'set', 'delete', 'delete', 'get', 'get', 'get', 'clear'])
    this.#trace.push(`${this.#processes.indexOf(process)} ${kind} ${key} ${step}`)
    if (kind === 'get') return this.#read(process, key)
    const online = process.remote.available
    const stamp = process.remote.stamps.next()
    const issued = this.#world.clock.now()
    const base = { stamp, issued, ended: Number.POSITIVE_INFINITY, outcome: '', online }
    const text = kind === 'set' ? `${key} ${step}` : undefined
    const operation: Operation = kind === 'clear' ? base : { ...base, key, ...(text === undefined ? {} : { text }) }
    this.#operations.push(operation)
    if (kind === 'clear') {
      const { outcome, stamp: given } = await process.remote.clear(REGION, stamp)
      operation.stamp = given
      operation.outcome = outcome
    } else if (text === undefined) {
      const [result] = await process.remote.deleteMany(REGION, [{ key, envelope: tombstone(stamp) }])
      operation.outcome = result?.outcome ?? 'none'
    } else {
      const writes = [{ key, envelope: envelope(stamp, text), ttl: 3_600_000 }]
      operation.outcome = (await process.remote.setMany(REGION, writes))[0] ?? 'none'
    }
    operation.ended = this.#world.clock.now()
    this.#trace.push(`${step} ${operation.outcome}`)
    if (operation.ended - issued > LIMIT) this.#wrong.push(`step ${step} took ${operation.ended - issued} ms`)
  }

  async #read(process: Process, key: string): Promise<void> {
    const issued = this.#world.clock.now()
    const text = await process.get(key)
    this.#trace.push(`${key}: ${text}`)
    if (text !== undefined && text !== 'unavailable' && !text.startsWith(key)) this.#wrong.push(`${key} holds ${text}`)
    if (this.#world.clock.now() - issued > LIMIT) this.#wrong.push('a read took too long')
  }

  async #judge(): Promise<ScheduleResult> {
    const sole = { exact: 0, lenient: 0 }
    for (const [i, { remote }] of this.#processes.entries()) {
      const { state, journal } = remote.status()
      if (state !== 'closed' || journal.length > 0) this.#wrong.push(`${i} is ${state}, ${journal.length} wait`)
    }
    for (const key of KEYS) {
      const right = this.#right(key)
      if (right.size === 1) sole.exact++
      else sole.lenient++
      for (const process of [this.#world.process(), ...this.#processes]) {
        const text = await process.get(key)
        if (!right.has(text)) this.#wrong.push(`${key} is ${text}, not ${[...right].join(' or ')}`)
      }
    }
    return { wrong: this.#wrong, trace: this.#trace, ...sole }
  }

  /**
   * What may be under a key: the newest write that no clear is newer than. Two things may take
   * it away: a clear under an older stamp that reached the tier after it, and that something
   * newer, swept away since, refused it. Then the next one may be there, or none.
   */
  #right(key: string): Set<string | undefined> {
    const clears = this.#operations.filter((operation) => operation.key === undefined)
    const writes = this.#operations
      .filter((operation) => operation.key === key)
      .filter(({ stamp }) => clears.every((clear) => compareStamps(stamp, clear.stamp) > 0))
      .sort((a, b) => compareStamps(b.stamp, a.stamp))
    const right = new Set<string | undefined>()
    for (const { text, issued, outcome } of writes) {
      right.add(text)
      const swept = clears.some((clear) => clear.online && (clear.outcome === 'journaled' || clear.ended >= issued))
      if (!swept && outcome !== 'superseded') return right
    }
    return right.add(undefined)
  }

  #below(n: number): number {
    return Math.floor(this.#unit() * n)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }
}
