import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run } from './run.ts'
import { schedules } from './steps.ts'

const RUNS = 2_000

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

describe.each([
  ['memory alone', false],
  ['memory and L2', true],
])('the read path on %s', (_, hasL2) => {
  it(`does what docs/read-path.md says, in ${RUNS} random schedules`, { timeout: 120_000 }, async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(schedules, async ({ region, steps }) => {
        const run = new Run({ region }, hasL2)
        await run.all(steps)
        runs += run.runs
      }),
      { numRuns: RUNS },
    )
    expect(runs).toBeGreaterThan(RUNS)
    expect(unhandled).toEqual([])
  })
})
