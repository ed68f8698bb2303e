import { describe, expect, it } from 'vitest'
import { parseSizes, resolveSizes } from '../../../js/simulate/sizes.ts'

const resolve = (text: string, chosen = true) =>
  resolveSizes(parseSizes(text), { keys: 1_234, uniqueBytes: 1e6 }, chosen).map(
    ({ label, unit, amount }) => `${label}: ${amount} ${unit}`,
  )

describe('the sizes of caches', () => {
  it.each([
    ['512, 1024', ['512: 512 entries', '1024: 1024 entries']],
    ['64MB,1.5KB,300B', ['64MB: 67108864 bytes', '1.5KB: 1536 bytes', '300B: 300 bytes']],
    ['1%,0.1%,100%', ['1%: 12 entries', '0.1%: 1 entries', '100%: 1234 entries']],
    ['5%B', ['5%: 50000 bytes']],
    ['0.0001%,7,5%B,1KB', ['0.0001%: 1 entries', '7: 7 entries', '5%: 50000 bytes', '1KB: 1024 bytes']],
    ['12,1%,12', ['12: 12 entries']],
  ])('%s', (text, expected) => {
    expect(resolve(text)).toEqual(expected)
  })

  it('that nobody chose are left out where they are too small to say anything', () => {
    expect(resolve('0.1%,1%,10%', false)).toEqual(['1%: 12 entries', '10%: 123 entries'])
    expect(resolve('0.1%', false)).toEqual(['0.1%: 1 entries'])
  })

  it.each([
    ['', /a size is entries/],
    ['12,', /not ''/],
    ['0', /from 1 to 2147483647 entries, not 0/],
    ['99999999999', /from 1 to 2147483647/],
    ['0%', /more than 0% and at most 100%/],
    ['101%', /at most 100%/],
    ['-5', /not '-5'/],
    ['64mb', /not '64mb'; bytes are .*'100MB'/],
    ['1e3', /not '1e3'/],
    ['0.2B', /not '0.2B'/],
  ])('%s is refused', (text, message) => {
    expect(() => parseSizes(text)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })
})
