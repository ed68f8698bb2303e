/** One cache at one piece of work. */
export interface Contender {
  readonly name: string
  /** How many operations one `run` does. */
  readonly operations: number
  /** What has to be done before each run, and is not timed. */
  readonly prepare?: () => void
  /** Does the work; answers how many operations found a value. */
  readonly run: () => number | Promise<number>
  /** What `run` must answer. A cache that loses entries, or finds what it was never given, is no contender. */
  readonly expected?: number
}

/** What was measured of one contender. */
export interface Measured {
  readonly name: string
  /** Nanoseconds per operation, one number for each round. */
  readonly samples: readonly number[]
  /** The part of operations that found a value. */
  readonly found: number
}

/** How to measure. */
export interface Plan {
  readonly rounds: number
  /** How long one contender works in one round, in ms, or a little more. */
  readonly slice: number
}

/** For how many slices, and runs, each contender works before anything counts: V8 optimises in that time. */
const WARM_UPS = 3

/**
 * Lets the contenders work in turns (A B C, B C A, …) in this one process, so that whatever
 * else the machine does hits them alike. Garbage is collected before each round as a whole,
 * and before each turn as far as it is young, if Node was started with `--expose-gc`.
 */
export async function measure(contenders: readonly Contender[], plan: Plan): Promise<Measured[]> {
  const states: State[] = []
  for (const contender of contenders) states.push(await warmUp(contender, plan))
  for (let round = 0; round < plan.rounds; round++) {
    collectGarbage('major')
    for (let turn = 0; turn < states.length; turn++) {
      await takeTurn(states[(round + turn) % states.length] as State)
    }
  }
  return states.map(({ contender, samples, found, done }) => ({ name: contender.name, samples, found: found / done }))
}

interface State {
  readonly contender: Contender
  readonly repeats: number
  readonly samples: number[]
  found: number
  done: number
}

async function warmUp(contender: Contender, { slice }: Plan): Promise<State> {
  let fastest = Infinity
  for (let runs = 0, spent = 0; runs < WARM_UPS || spent < slice * WARM_UPS; runs++) {
    const { elapsed } = await timedRun(contender)
    spent += elapsed
    fastest = Math.min(fastest, elapsed)
  }
  return { contender, repeats: Math.ceil(slice / fastest), samples: [], found: 0, done: 0 }
}

async function takeTurn(state: State): Promise<void> {
  const { contender, repeats } = state
  collectGarbage('minor')
  let total = 0
  for (let i = 0; i < repeats; i++) {
    const { elapsed, found } = await timedRun(contender)
    total += elapsed
    state.found += found
  }
  const done = repeats * contender.operations
  state.samples.push((total * 1e6) / done)
  state.done += done
}

async function timedRun(contender: Contender): Promise<{ elapsed: number; found: number }> {
  contender.prepare?.()
  const start = performance.now()
  const found = await contender.run()
  const elapsed = performance.now() - start
  const { name, expected } = contender
  if (expected !== undefined && found !== expected) throw new Error(`${name} found ${found} values, not ${expected}`)
  return { elapsed, found }
}

function collectGarbage(type: 'major' | 'minor'): void {
  const { gc } = globalThis as { gc?: (options: { type: 'major' | 'minor' }) => void }
  gc?.({ type })
}
