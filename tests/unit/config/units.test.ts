import { describe, expect, test } from 'vitest'
import {
  type Bytes,
  type Duration,
  formatBytes,
  formatDuration,
  MAX_DURATION,
  parseBytes,
  parseDuration,
} from '../../../js/config/units.ts'
import { CacheError } from '../../../js/errors.ts'

describe('a duration', () => {
  test.each<[Duration, number]>([
    [1, 1],
    [0.5, 0.5],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['36500d', MAX_DURATION],
    [MAX_DURATION, MAX_DURATION],
    [Infinity, Infinity],
  ])('%s is %d ms', (value, ms) => {
    expect(parseDuration(value, 'ttl')).toBe(ms)
  })

  test.each<[value: unknown, shown: string, meant?: string]>([
    [0, '0'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [MAX_DURATION + 1, String(MAX_DURATION + 1)],
    ['', "''"],
    ['0s', "'0s'"],
    ['-5m', "'-5m'"],
    ['5', "'5'"],
    ['5 m', "'5 m'", '5m'],
    ['5M', "'5M'", '5m'],
    ['5 minutes', "'5 minutes'", '5m'],
    ['1.5 Hours', "'1.5 Hours'", '1.5h'],
    ['300 millis', "'300 millis'", '300ms'],
    ['2 months', "'2 months'"],
    ['1h30m', "'1h30m'"],
    ['.5h', "'.5h'"],
    ['5constructor', "'5constructor'"],
    ['36501d', "'36501d'"],
    [`${'9'.repeat(400)}d`, `'${'9'.repeat(60)}…'`],
    ['Infinity', "'Infinity'"],
    [null, 'null'],
    [5n, '5'],
    [[5], 'an array'],
    [{}, 'an object'],
    [() => 5, 'a function'],
  ])('is not %s', (value, shown, meant?: string) => {
    const parse = () => parseDuration(value, 'regions.sessions.ttl')
    expect(parse).toThrow(CacheError)
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        context: { option: 'regions.sessions.ttl' },
        message: `regions.sessions.ttl is ${shown}; allowed: a positive number of ms up to 36500d, '500ms', '30s', '5m', '1h', '7d' or Infinity${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      }),
    )
  })

  test.each([
    [500, '500ms'],
    [0.5, '0.5ms'],
    [90_000, '1.5m'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [Infinity, 'for ever'],
  ])('of %d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('with a misspelt unit does not compile', () => {
    // @ts-expect-error the unit is 'm' or 'ms'
    const wrong: Duration = '5min'
    expect(() => parseDuration(wrong, 'ttl')).toThrow(CacheError)
  })
})

describe('a size', () => {
  test.each<[Bytes, number]>([
    [1, 1],
    [1.9, 1],
    ['512B', 512],
    ['64KB', 65_536],
    ['1.5MB', 1_572_864],
    ['1GB', 1_073_741_824],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('%s is %d bytes', (value, bytes) => {
    expect(parseBytes(value, 'maxBytes')).toBe(bytes)
  })

  test.each([
    0,
    0.9,
    -1,
    Number.NaN,
    Infinity,
    2 ** 53,
    '',
    '64',
    '64kb',
    '64 KB',
    '1TB',
    '-1KB',
    '0B',
    null,
    undefined,
  ])('is not %j', (value) => {
    expect(() => parseBytes(value, 'maxBytes')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/^maxBytes is .*; allowed: .*'64KB'/),
      }),
    )
  })

  test.each([
    [1, '1B'],
    [1023, '1023B'],
    [1024, '1KB'],
    [1_572_864, '1.5MB'],
    [1024 ** 4, '1024GB'],
  ])('of %d bytes is written %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test('with a misspelt unit does not compile', () => {
    // @ts-expect-error the unit is 'MB'
    const wrong: Bytes = '5Mb'
    expect(() => parseBytes(wrong, 'maxBytes')).toThrow(CacheError)
  })
})
