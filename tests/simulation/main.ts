/**
 * Runs schedules of the simulation by hand:
 *
 *   npm run simulate:faults -- --seed 42              one, step by step
 *   npm run simulate:faults -- --schedules 1000000    that many, from --from (default: 1) on
 *
 * With --stop it ends at the first that fails. With --bus the processes tell one another what changed.
 */

import { parseArgs } from 'node:util'
import { planOf } from './plan.ts'
import { runPlan, runSeed, shrink } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    schedules: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    stop: { type: 'boolean', default: false },
    bus: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
  },
})

if (values.seed === undefined) await runMany(Number(values.from), Number(values.schedules))
else await showOne(Number(values.seed))

async function runMany(from: number, count: number): Promise<void> {
  const began = performance.now()
  const failed: number[] = []
  let operations = 0
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await runSeed(seed, values.bus)
    operations += outcome.operations
    if (outcome.wrong.length > 0) {
      failed.push(seed)
      if (values.stop) {
        console.log(`seed ${seed}: ${outcome.wrong[0]}`)
        break
      }
      if (failed.length <= 20) console.log(`seed ${seed}: ${outcome.wrong.slice(0, 2).join('; ')}`)
    }
  }
  const seconds = (performance.now() - began) / 1000
  console.log(`${count} schedules, ${operations} operations, ${failed.length} failed, in ${seconds.toFixed(1)} s`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

async function showOne(seed: number): Promise<void> {
  const plan = planOf(seed, values.bus)
  const whole = await runPlan(plan, true)
  const failed = whole.wrong.length > 0
  const short = failed && !values['no-shrink'] ? await runPlan(await shrink(plan), true) : whole
  console.log(short.trace.join('\n'))
  console.log(failed ? `\nwrong: ${short.wrong.join('\n       ')}` : '\nnothing is wrong')
  process.exitCode = failed ? 1 : 0
}
