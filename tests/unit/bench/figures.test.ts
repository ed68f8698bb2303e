import { expect, test } from 'vitest'
import { figures } from '../../../bench/lib/figures.ts'
import type { Report } from '../../../bench/lib/reports.ts'

function report(samples: Readonly<Record<string, readonly number[]>>, against: readonly string[]): Report {
  const measured = Object.entries(samples).map(([name, times]) => ({ name, samples: times, found: 1 }))
  const texts = { name: 'hit', work: 'hit', title: 'Hits', about: '' }
  return { ...texts, entries: 100_000, against, hitRatio: false, measured }
}

test('lines come fastest first, with the median and the middle half', () => {
  const { lines } = figures(report({ slow: [30, 50, 40, 20, 10], fast: [5, 5, 5, 5, 100] }, ['slow']))
  expect(lines.map(({ name }) => name)).toEqual(['fast', 'slow'])
  expect(lines[1]).toMatchObject({ ns: 30, low: 20, high: 40 })
})

test('a ratio is the median of the ratios of rounds, not the ratio of medians', () => {
  const { lines } = figures(report({ ours: [10, 40, 50], peer: [10, 20, 100] }, ['peer']))
  expect(lines.find(({ name }) => name === 'ours')?.ratio).toBe(1)
  const skewed = figures(report({ ours: [20, 40, 60], peer: [10, 20, 120] }, ['peer']))
  expect(skewed.lines.find(({ name }) => name === 'ours')?.ratio).toBe(2)
})

test('the baseline is the fastest of those that are compared with', () => {
  const samples = { ours: [1, 1, 1], slow: [30, 30, 30], quick: [20, 20, 20], floor: [0.5, 0.5, 0.5] }
  expect(figures(report(samples, ['slow', 'quick'])).baseline).toBe('quick')
})
