import { describe, expect, it } from 'vitest'
import { runSeed } from './run.ts'

/** Among how many files that vitest gives to its workers the schedules are shared out. */
const SHARES = 2
/** How many schedules there are in all, of processes that do not tell one another what changed, and of such that do. */
const WITHOUT_BUS = 6_000
const WITH_BUS = 4_000

/** Runs the schedules of one share; a failure tells its seed. */
export function share(index: number): void {
  describe('processes that share a tier, with faults of all kinds', () => {
    comeToTheLastWrite(index, WITHOUT_BUS / SHARES, false)
    comeToTheLastWrite(index, WITH_BUS / SHARES, true)
  })
}

function comeToTheLastWrite(index: number, count: number, bus: boolean): void {
  const from = 1 + index * count
  const to = from + count - 1
  it(`come to the last write after the schedules ${from} to ${to} with${bus ? '' : 'out'} a bus`, async () => {
    const failed: string[] = []
    let operations = 0
    for (let seed = from; seed <= to; seed++) {
      const outcome = await runSeed(seed, bus)
      operations += outcome.operations
      if (outcome.wrong.length === 0) continue
      failed.push(`npm run simulate:faults -- ${bus ? '--bus ' : ''}--seed ${seed}: ${outcome.wrong[0]}`)
    }
    expect(failed).toEqual([])
    expect(operations).toBeGreaterThan(20 * count)
  })
}
