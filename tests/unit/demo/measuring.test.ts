import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../demo/load.ts'
import { percentile } from '../../../demo/percentile.ts'
import { RecentLatency } from '../../../demo/recent.ts'
import { Tally } from '../../../demo/tally.ts'

function answer(changes: Partial<Answer>): Answer {
  return { target: '/a', status: 200, ms: 1, region: 'articles', digest: 'x', ...changes }
}

function tally(...answers: Partial<Answer>[]): Tally {
  const result = new Tally()
  for (const changes of answers) result.add(answer(changes))
  return result
}

describe('percentiles', () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[1, 2, 3, 4], 0.99, 4],
    [[7], 0.5, 7],
    [[1, 2], 0, 1],
    [[], 0.5, undefined],
  ])('of %j at %d is %s', (samples, fraction, expected) => {
    expect(percentile(samples, fraction)).toBe(expected)
  })
})

describe('the tally of a phase', () => {
  it('has the figures of each region and of all', () => {
    const all = tally({ ms: 30 }, { ms: 10 }, { ms: 200, region: 'exports' })
    expect(all.of('articles')).toEqual({ requests: 2, p50Ms: 10, p95Ms: 30, p99Ms: 30 })
    expect(all.of()).toEqual({ requests: 3, p50Ms: 30, p95Ms: 200, p99Ms: 200 })
    expect(all.of('prompts')).toEqual({ requests: 0, p50Ms: undefined, p95Ms: undefined, p99Ms: undefined })
  })

  it('counts a refusal, and keeps it out of the figures', () => {
    const all = tally({ status: 500, ms: 9_999 }, {})
    expect(all).toMatchObject({ answers: 2, failed: 1 })
    expect(all.of()).toMatchObject({ requests: 1, p99Ms: 1 })
  })

  it('tells where two phases were answered differently', () => {
    const origin = tally({ digest: '1' }, { target: '/b', digest: '2' }, { target: '/c' })
    const cached = tally({ digest: '1' }, { target: '/b', digest: '3' }, { target: '/d' })
    expect(cached.compare(origin)).toEqual({ same: 1, different: 1 })
  })
})

describe('the recent past', () => {
  it('is told second by second, without the one that is under way', () => {
    let now = 0
    const recent = new RecentLatency(4, () => now)
    for (const [at, ms] of [
      [10_100, 5],
      [10_900, 9],
      [12_000, 1],
      [13_000, 77],
    ] as const) {
      now = at
      recent.add(ms)
    }
    expect(recent.history()).toEqual([
      { requests: 2, p50Ms: 5, p95Ms: 9 },
      { requests: 0, p50Ms: null, p95Ms: null },
      { requests: 1, p50Ms: 1, p95Ms: 1 },
    ])
  })

  it('forgets what is older than the ring', () => {
    let now = 500
    const recent = new RecentLatency(3, () => now)
    recent.add(8)
    now = 1_500
    expect(recent.history()).toEqual([
      { requests: 0, p50Ms: null, p95Ms: null },
      { requests: 1, p50Ms: 8, p95Ms: 8 },
    ])
    now = 3_500
    expect(recent.history().every((second) => second.requests === 0)).toBe(true)
  })
})
