import { describe, expect, it } from 'vitest'
import { Schedule } from '../../helpers/schedule.ts'

const SCHEDULES = 3000

describe('processes that share a tier with outages of each', () => {
  it(`agree on the newest write of each key after ${SCHEDULES} random schedules`, { timeout: 120_000 }, async () => {
    const failed: string[] = []
    let exact = 0
    let lenient = 0
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const result = await new Schedule(seed).run()
      if (result.wrong.length > 0) failed.push(`seed ${seed}: ${result.wrong.join('; ')}`)
      exact += result.exact
      lenient += result.lenient
    }
    expect(failed).toEqual([])
    expect(exact).toBeGreaterThan(2 * lenient)
  })

  it('do the same again for the same seed', async () => {
    const first = await new Schedule(42).run()
    expect((await new Schedule(42).run()).trace).toEqual(first.trace)
    expect((await new Schedule(43).run()).trace).not.toEqual(first.trace)
  })
})
