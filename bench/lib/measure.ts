import type { Plan } from './sizes.ts'

/** One cache at one piece of work. */
export interface Contender {
  /** How many operations one `run` does. */
  readonly operations: number
  /** What has to be done before each run, and is not timed. */
  readonly prepare?: () => void
  /** Does the work; answers how many operations found a value. */
  readonly run: () => number | Promise<number>
  /** What `run` must answer. A cache that loses entries, or finds what it was never given, is no contender. */
  readonly expected?: number
}

/** What one turn gave. */
export interface Turn {
  /** Nanoseconds per operation. */
  readonly ns: number
  readonly done: number
  /** How many of the operations found a value. */
  readonly found: number
}

/** Somebody who takes turns: a contender, wherever it is. */
export interface Performer {
  readonly name: string
  turn(): Promise<Turn>
}

/** What was measured of one contender. */
export interface Measured {
  readonly name: string
  /** Nanoseconds per operation, one number for each round. */
  readonly samples: readonly number[]
  /** The part of operations that found a value. */
  readonly found: number
}

/**
 * Lets the performers work in turns (A B C, B C A, …), one at a time, so that whatever else
 * the machine does hits them alike.
 */
export async function takeTurns(performers: readonly Performer[], rounds: number): Promise<Measured[]> {
  const turns = new Map<Performer, Turn[]>(performers.map((performer) => [performer, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < performers.length; i++) {
      const performer = performers[(round + i) % performers.length] as Performer
      turns.get(performer)?.push(await performer.turn())
    }
  }
  return [...turns].map(([{ name }, all]) => ({
    name,
    samples: all.map(({ ns }) => ns),
    found: sum(all.map(({ found }) => found)) / sum(all.map(({ done }) => done)),
  }))
}

/** What was measured of `name` in several casts, as one. All its turns did as many operations. */
export function together(name: string, measured: readonly Measured[]): Measured {
  const own = measured.filter((one) => one.name === name)
  return {
    name,
    samples: own.flatMap(({ samples }) => samples),
    found: sum(own.map(({ found }) => found)) / own.length,
  }
}

/** For how many slices, and runs, a contender works before anything counts: V8 optimises in that time. */
const WARM_UPS = 3

/** No run takes less, in ms: where a clock is coarse, one may seem to take no time at all. */
const FINEST = 0.001

/** Warms a contender up. What is answered does one turn. */
export async function warmUp(contender: Contender, { slice }: Plan): Promise<() => Promise<Turn>> {
  let fastest = Infinity
  for (let runs = 0, spent = 0; runs < WARM_UPS || spent < slice * WARM_UPS; runs++) {
    const { elapsed } = await timedRun(contender)
    spent += elapsed
    fastest = Math.min(fastest, elapsed)
  }
  collectGarbage('major')
  const repeats = Math.max(1, Math.ceil(slice / Math.max(fastest, FINEST)))
  return () => takeTurn(contender, repeats)
}

/** Young garbage of the turn before is collected first, if Node was started with `--expose-gc`. */
async function takeTurn(contender: Contender, repeats: number): Promise<Turn> {
  collectGarbage('minor')
  let total = 0
  let hits = 0
  for (let i = 0; i < repeats; i++) {
    const { elapsed, found } = await timedRun(contender)
    total += elapsed
    hits += found
  }
  const done = repeats * contender.operations
  return { ns: (total * 1e6) / done, done, found: hits }
}

async function timedRun({ prepare, run, expected }: Contender): Promise<{ elapsed: number; found: number }> {
  prepare?.()
  const start = performance.now()
  const answer = run()
  const found = typeof answer === 'number' ? answer : await answer
  const elapsed = performance.now() - start
  if (expected !== undefined && found !== expected) throw new Error(`it found ${found} values, not ${expected}`)
  return { elapsed, found }
}

function collectGarbage(type: 'major' | 'minor'): void {
  const { gc } = globalThis as { gc?: (options: { type: 'major' | 'minor' }) => void }
  gc?.({ type })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
