import { describe, expect, it } from 'vitest'
import { bytes, count, milliseconds, percent } from '../../../js/terminal/figures.ts'
import { Progress } from '../../../js/terminal/progress.ts'
import { table } from '../../../js/terminal/table.ts'

function progress(total: number, isTTY: boolean, columns = 80) {
  const written: string[] = []
  let now = 0
  const bar = new Progress({ isTTY, columns, write: (text) => written.push(text) }, 'phase', total, { now: () => now })
  const at = (ms: number, done: number): void => {
    now = ms
    bar.update(done)
  }
  return { written, at, bar }
}

describe('the progress bar', () => {
  it('on a terminal redraws one line, ten times a second at most, and ends it', () => {
    const { written, at } = progress(1_000, true)
    for (let done = 1; done <= 1_000; done++) at(done, done)
    expect(written.length).toBeGreaterThan(8)
    expect(written.length).toBeLessThanOrEqual(11)
    expect(written.every((text) => text.startsWith('\r\x1b[2K'))).toBe(true)
    expect(written.join('').match(/\n/g)).toHaveLength(1)
    expect(written.at(-1)).toMatch(/█{28} 100 % {2}1,000 of 1,000 {2}1,000\/s\n$/)
  })

  it('is wiped where it stops before its end, and only there', () => {
    const { written, at, bar } = progress(10, true)
    bar.stop()
    at(1_000, 5)
    bar.stop()
    bar.stop()
    expect(written.slice(1)).toEqual(['\r\x1b[2K'])
    at(2_000, 10)
    bar.stop()
    expect(written).toHaveLength(3)
  })

  it('never wraps on a narrow terminal', () => {
    const { written, at } = progress(10, true, 30)
    at(1_000, 5)
    expect(written[0]?.replace('\r\x1b[2K', '')).toHaveLength(29)
  })

  it('in a log writes a plain line for each quarter', () => {
    const { written, at } = progress(1_000, false)
    for (let done = 1; done <= 1_000; done++) at(done, done)
    expect(written).toHaveLength(4)
    expect(written[1]).toBe('phase   50 %  500 of 1,000  1,000/s\n')
  })
})

describe('a table', () => {
  it('aligns its columns and sets the total apart', () => {
    const text = table(
      [
        { heading: 'region', align: 'left' },
        { heading: 'hits', align: 'right' },
      ],
      [
        ['articles', '12,000'],
        ['x', '7'],
        ['total', '12,007'],
      ],
      true,
    )
    expect(text.split('\n')).toEqual([
      'region      hits',
      '────────  ──────',
      'articles  12,000',
      'x              7',
      '────────  ──────',
      'total     12,007',
    ])
  })

  it('puts a heading over neighbours of one group', () => {
    const text = table(
      [
        { heading: 'a', align: 'left' },
        { heading: 'first', align: 'right', group: 'both' },
        { heading: 'second', align: 'right', group: 'both' },
        { heading: 'b', align: 'right' },
      ],
      [['1', '2', '3', '4']],
      false,
    )
    expect(text.split('\n')).toEqual([
      '   ╌╌╌╌ both ╌╌╌',
      'a  first  second  b',
      '─  ─────  ──────  ─',
      '1      2       3  4',
    ])
  })

  it('makes room for a heading that is wider than its columns', () => {
    const text = table(
      [
        { heading: 'a', align: 'right', group: 'wide heading' },
        { heading: 'b', align: 'right', group: 'wide heading' },
      ],
      [['1', '2']],
      false,
    )
    expect(text.split('\n')).toEqual([' wide heading', '          a  b', '───────────  ─', '          1  2'])
  })
})

describe('figures', () => {
  it.each([
    [count(1_234_567), '1,234,567'],
    [milliseconds(0.4234), '0.42'],
    [milliseconds(7.25), '7.3'],
    [milliseconds(118.4), '118'],
    [milliseconds(undefined), '–'],
    [bytes(0), '0 B'],
    [bytes(1_023), '1023 B'],
    [bytes(1_536), '1.5 KB'],
    [bytes(1_048_575), '1.0 MB'],
    [bytes(5 * 1024 ** 4), '5.0 TB'],
    [bytes(5_000 * 1024 ** 4), '5000.0 TB'],
    [percent(1, 3), '33.3 %'],
    [percent(0, 0), '–'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })
})
