import { describe, expect, it } from 'vitest'
import { runSeed } from './run.ts'

/** How many schedules run in each of the files that vitest gives to its workers. */
const EACH = 5_000

/** Runs the schedules of one share; a failure tells its seed. */
export function share(index: number): void {
  const from = 1 + index * EACH
  describe('processes that share a tier, with faults of all kinds', () => {
    it(`come to the last write after the schedules ${from} to ${from + EACH - 1}`, { timeout: 300_000 }, async () => {
      const failed: string[] = []
      let operations = 0
      for (let seed = from; seed < from + EACH; seed++) {
        const outcome = await runSeed(seed)
        operations += outcome.operations
        if (outcome.wrong.length > 0) failed.push(`npm run simulate:faults -- --seed ${seed}: ${outcome.wrong[0]}`)
      }
      expect(failed).toEqual([])
      expect(operations).toBeGreaterThan(20 * EACH)
    })
  })
}
