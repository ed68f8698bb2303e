import { afterEach, describe, expect, it, vi } from 'vitest'
import { seededRandom } from '../../helpers/random.ts'
import { TagSchedule, type TagScheduleResult } from '../../helpers/tag-schedule.ts'

const SCHEDULES = 2_000

afterEach(() => vi.restoreAllMocks())

/** Runs a schedule; what the runtime calls random is decided by the seed, too. */
function run(seed: number): Promise<TagScheduleResult> {
  const random = seededRandom(seed)
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    random(array as unknown as Uint8Array<ArrayBuffer>)
    return array
  })
  return new TagSchedule(seed).run()
}

describe('processes that share a tier, and change tags while it comes and goes', () => {
  it(`never read what a tag took away, in ${SCHEDULES} random schedules`, { timeout: 180_000 }, async () => {
    const failed: string[] = []
    let hits = 0
    let misses = 0
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const result = await run(seed)
      if (result.wrong.length > 0) failed.push(`seed ${seed}: ${result.wrong.join('; ')}`)
      hits += result.hits
      misses += result.misses
    }
    expect(failed).toEqual([])
    expect(hits).toBeGreaterThan(misses / 6)
  })

  it('do the same again for the same seed', async () => {
    const first = await run(42)
    expect((await run(42)).trace).toEqual(first.trace)
    expect((await run(43)).trace).not.toEqual(first.trace)
  })
})
