import { seeded } from '../../js/testing/random.ts'
import { type Plan, planOf } from './plan.ts'
import { type Outcome, Schedule } from './schedule.ts'

/** Runs a plan, and tells what happened step by step where it is `traced`. The runtime's random source is the plan's own meanwhile: so it does the same again. */
export async function runPlan(plan: Plan, traced = false): Promise<Outcome> {
  const unit = seeded(plan.seed)
  const source = globalThis.crypto.getRandomValues
  globalThis.crypto.getRandomValues = <T extends ArrayBufferView>(array: T): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(unit() * 256)
    return array
  }
  try {
    return await new Schedule(plan, traced).run()
  } finally {
    globalThis.crypto.getRandomValues = source
  }
}

/** Runs the schedule of a seed. */
export function runSeed(seed: number, bus = false, traced = false): Promise<Outcome> {
  return runPlan(planOf(seed, bus), traced)
}

/** The same failure with as few steps as can be found by leaving out pieces, ever smaller ones (Zeller and Hildebrandt, 2002). */
export async function shrink(plan: Plan): Promise<Plan> {
  let { steps } = plan
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < steps.length; ) {
      const fewer = [...steps.slice(0, from), ...steps.slice(from + size)]
      const { wrong } = await runPlan({ ...plan, steps: fewer })
      if (wrong.length > 0) steps = fewer
      else from += size
    }
  }
  return { ...plan, steps }
}
