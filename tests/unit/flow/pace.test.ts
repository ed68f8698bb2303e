import { describe, expect, it } from 'vitest'
import { Pace } from '../../../js/flow/pace.ts'
import { seededRandom } from '../../helpers/random.ts'

describe('the pace of a replay', () => {
  it('pauses for one to two times as long as a batch took', () => {
    const pace = new Pace(seededRandom(1))
    for (let i = 0; i < 100; i++) {
      const pause = pace.took(40)
      expect(pause).toBeGreaterThanOrEqual(40)
      expect(pause).toBeLessThan(80)
    }
  })

  it('pauses for two seconds at the most, though the process stood still for an hour meanwhile', () => {
    const pace = new Pace(seededRandom(2))
    for (let i = 0; i < 100; i++) expect(pace.took(3_600_000)).toBeLessThanOrEqual(2_000)
  })

  it('sends twice as much each time while that takes little, and half as much where it takes long', () => {
    const pace = new Pace(seededRandom(3))
    const sizes = [pace.writes]
    for (const ms of [5, 5, 60, 5]) {
      pace.took(ms)
      sizes.push(pace.writes)
    }
    expect(sizes).toEqual([16, 32, 64, 32, 64])
  })
})
