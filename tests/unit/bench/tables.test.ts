import { expect, test } from 'vitest'
import { type Allocated, allocationCells, BARE } from '../../../bench/lib/allocated.ts'
import { markdown } from '../../../bench/lib/markdown.ts'
import { type Loaded, limitRows, loadedCells, rawBytes } from '../../../bench/memory/table.ts'
import { LIVE, PACKED } from '../../../bench/peers/names.ts'

const ENTRIES = 1_000_000
const MB = 2 ** 20

const LOADED: Loaded = {
  name: PACKED,
  entries: ENTRIES,
  resident: 1.5 * rawBytes(ENTRIES),
  heap: 10 * MB,
  buffers: 5 * MB,
  linear: rawBytes(ENTRIES) + 40 * ENTRIES,
  collection: 12.34,
  longest: { read: 1, set: 9, delete: 2 },
  idle: 3,
}

test('memory is told as a multiple of the raw bytes, and by the entry', () => {
  const cells = loadedCells(LOADED)
  expect(cells.slice(0, 6)).toEqual([PACKED, '315', '1.50', '110', '10', '5'])
  expect(cells.slice(7)).toEqual(['1.0', '9.0', '2.0', '3.0', '12.3'])
})

test('limits are checked against what was measured', () => {
  const rows = limitRows([LOADED], [{ name: LIVE, entries: ENTRIES, heap: 60, buffers: 20, linear: 32.1 }])
  expect(rows.map(([, measured, , reached]) => [measured, reached])).toEqual([
    ['1.50 ×', 'NO'],
    ['40.00 B an entry', 'yes'],
    ['9.00 ms', 'yes'],
    ['12.34 ms', 'yes'],
    ['80.00 B an entry', 'yes'],
    ['32.10 B an entry', 'NO'],
  ])
  expect(limitRows([{ ...LOADED, name: 'lru-cache' }], [])).toEqual([])
})

test('a hit that allocates more than one promise is told', () => {
  const all: Allocated[] = [
    { name: BARE, bytes: 248 },
    { name: 'lean', bytes: 250 },
    { name: 'fat', bytes: 280 },
  ]
  expect(all.map(allocationCells).map(([, , more, reached]) => [more, reached])).toEqual([
    ['0.0', 'yes'],
    ['2.0', 'yes'],
    ['32.0', 'NO'],
  ])
  expect(() => all.slice(1).map(allocationCells)).toThrow('nothing to compare with')
})

test('the report of a run begins with its targets', () => {
  const report = {
    ...{
      name: 'hit',
      work: 'hit',
      entries: 100_000,
      title: 'Hits',
      about: 'Reads.',
      against: ['peer'],
      hitRatio: true,
    },
    measured: [],
  }
  const line = { low: 9, high: 30, found: 0.5 }
  const lines = [
    { ...line, name: 'omnicache', ns: 9.04, ratio: 0.05 },
    { ...line, name: 'peer', ns: 1_234, ratio: 1 },
  ]
  const text = markdown({
    all: [{ report, baseline: 'peer', lines }],
    checks: [],
    allocated: [],
    facts: new Map([['Runtime', 'Node 20']]),
  })
  expect(text.indexOf('## Targets')).toBeLessThan(text.indexOf('## In short'))
  expect(text).toContain('- Runtime: Node 20')
  expect(text).toContain('0 of 0 reached')
  expect(text).toContain('| Hits, 100,000 entries | 9.0 | peer | 1,234 | 0.050 |')
  expect(text).toContain('| peer | 1,234 | 9.0 – 30 | 0.81 | 1.00 | 50.0 % |')
})
