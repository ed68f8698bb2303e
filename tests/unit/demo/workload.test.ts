import { describe, expect, it } from 'vitest'
import { KINDS } from '../../../demo/kinds.ts'
import { endless, sample, workload } from '../../../demo/workload.ts'

describe('the workload', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(workload(KINDS, 1, 500)).toEqual(workload(KINDS, 1, 500))
    expect(workload(KINDS, 1, 500)).not.toEqual(workload(KINDS, 2, 500))
  })

  it('gives each kind its share', () => {
    const targets = workload(KINDS, 1, 20_000)
    for (const { route, share } of KINDS) {
      const got = targets.filter((target) => target.startsWith(`/${route}/`)).length / targets.length
      expect(got, route).toBeCloseTo(share, 1)
    }
    expect(KINDS.reduce((sum, kind) => sum + kind.share, 0)).toBeCloseTo(1)
  })

  it('goes on for ever for a service that is kept up', () => {
    const stream = endless(KINDS, 1)
    const first = Array.from({ length: 2_500 }, () => stream.next().value)
    expect(first.slice(0, 1_000)).not.toEqual(first.slice(1_000, 2_000))
    expect(first).toHaveLength(2_500)
  })
})

describe('a sample', () => {
  it('is spread evenly and keeps the order', () => {
    expect(sample([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8])
  })

  it('of fewer items than asked for is all of them', () => {
    expect(sample([1, 2, 3], 10)).toEqual([1, 2, 3])
  })
})
