import { describe, expect, it } from 'vitest'
import { type Results, report } from '../../../demo/report.ts'
import { Tally } from '../../../demo/tally.ts'

const NONE = { hits: 0, misses: 0, l2Hits: 0, evictions: 0, bytesRaw: 0, bytesStored: 0 }

function tally(...answers: [region: string, ms: number, digest?: string, status?: number][]): Tally {
  const result = new Tally()
  for (const [region, ms, digest = 'x', status = 200] of answers) {
    result.add({ target: `/${region}/${ms}`, status, ms, region, digest })
  }
  return result
}

function print(changes: { withCache?: Tally; without?: Tally } = {}): string[] {
  const regions = {
    articles: { ...NONE, hits: 6, misses: 3, l2Hits: 1, evictions: 3, bytesRaw: 4_096, bytesStored: 1_024 },
    exports: { ...NONE, misses: 2 },
    elsewhere: { ...NONE, hits: 99 },
  }
  return report({
    cache: { metrics: () => ({ regions }) } as unknown as Results['cache'],
    source: { regions: ['articles', 'exports'], find: () => undefined },
    withCache: tally(...Array.from({ length: 9 }, (_, i) => ['articles', i + 1] as [string, number]), ['exports', 90]),
    without: tally(['articles', 50]),
    ...changes,
  }).split('\n')
}

/** The cells of the rows that begin with `title`, one row of each table. */
function rows(lines: readonly string[], title: string): string[][] {
  return lines.filter((line) => line.startsWith(title)).map((line) => line.split(/ {2,}/))
}

describe('the report', () => {
  it('tells of each region how it was asked, how fast it answered and from where', () => {
    expect(rows(print(), 'articles')).toEqual([
      ['articles', '9', '66.7 %', '5.0', '9.0', '9.0', '50.0', '50.0', '50.0'],
      ['articles', '5', '1', '3', '4.0 KB', '1.0 KB', '25.0 %', '3'],
    ])
  })

  it('has a dash where there was nothing to measure', () => {
    expect(rows(print(), 'exports')).toEqual([
      ['exports', '1', '0.0 %', '90.0', '90.0', '90.0', '–', '–', '–'],
      ['exports', '0', '0', '2', '–', '–', '–', '0'],
    ])
  })

  it('adds up the regions that were used and no others', () => {
    expect(rows(print(), 'total')).toEqual([
      ['total', '10', '54.5 %', '5.0', '90.0', '90.0', '50.0', '50.0', '50.0'],
      ['total', '5', '1', '5', '4.0 KB', '1.0 KB', '25.0 %', '3'],
    ])
  })

  it('says whether the cache answered as the origin did', () => {
    const lines = print({
      withCache: tally(['articles', 1, 'same'], ['articles', 2, 'one']),
      without: tally(['articles', 1, 'same'], ['articles', 2, 'another']),
    })
    expect(lines.join('\n')).toContain('1 the same, 1 different')
  })

  it('tells of failures, and only of those that were', () => {
    expect(print({ withCache: tally(['articles', 1, 'x', 500]) })).toContain('Failed requests: 1.')
    expect(print().join('\n')).not.toContain('Failed')
  })

  it('fits a terminal of 100 columns', () => {
    expect(Math.max(...print().map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})
