import { describe, expect, test } from 'vitest'
import type { Report } from '../../../bench/lib/reports.ts'
import { check, checkCells, type Target } from '../../../bench/lib/targets.ts'

const REPORT: Report = {
  name: 'hit@1M',
  work: 'hit',
  entries: 1_000_000,
  title: 'Hits',
  about: '',
  against: ['peer'],
  hitRatio: true,
  measured: [
    { name: 'omnicache', samples: [50, 60, 70], found: 0.875 },
    { name: 'peer', samples: [100, 120, 140], found: 0.75 },
  ],
}

function target(kind: Target['kind'], limit: number): Target {
  return { work: 'hit', ours: 'omnicache', peer: 'peer', kind, limit }
}

describe('a target is reached', () => {
  test.each([
    ['time', 0.5, true],
    ['time', 0.49, false],
    ['ahead', 1, true],
    ['rate', 2, true],
    ['rate', 2.01, false],
    ['hits', 12.5, true],
    ['hits', 12.6, false],
  ] as const)('%s %d: %s', (kind, limit, reached) => {
    expect(check([REPORT], [target(kind, limit)]).map((one) => one.reached)).toEqual([reached])
  })
})

test('nobody is ahead of an equal', () => {
  const measured = [
    { name: 'omnicache', samples: [50], found: 1 },
    { name: 'peer', samples: [50], found: 1 },
  ]
  expect(check([{ ...REPORT, measured }], [target('ahead', 1)])[0]?.reached).toBe(false)
})

test('a work that was not measured, or a peer that took no part, is no row', () => {
  expect(check([REPORT], [{ ...target('time', 1), work: 'miss' }])).toEqual([])
  expect(check([REPORT], [{ ...target('time', 1), peer: 'absent' }])).toEqual([])
})

test('a row says what came out, what was to, and whether', () => {
  const rows = check([REPORT], [target('time', 0.4), target('rate', 2), target('hits', 8)]).map(checkCells)
  expect(rows).toEqual([
    ['hit@1M', '60 ns', 'peer', '120 ns', '0.50 ×', '≤ 0.4 ×', 'NO'],
    ['hit@1M', '60 ns', 'peer', '120 ns', '2.00 ×', '≥ 2 × as many', 'yes'],
    ['hit@1M', '87.5 %', 'peer', '75.0 %', '+12.5 points', '≥ 8 points more', 'yes'],
  ])
})
