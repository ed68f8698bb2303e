import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../../js/config/nearest.ts'

const NAMES = ['ttl', 'policy', 'maxBytes', 'maxEntries', 'compression']

test.each([
  ['tll', 'ttl'],
  ['TTL', 'ttl'],
  ['ttls', 'ttl'],
  ['polciy', 'policy'],
  ['polcy', 'policy'],
  ['maxbytes', 'maxBytes'],
  ['max_entries', 'maxEntries'],
  ['compresion', 'compression'],
])('%s is probably %s', (name, meant) => {
  expect(nearest(name, NAMES)).toBe(meant)
  expect(didYouMean(name, NAMES)).toBe(`; did you mean '${meant}'?`)
})

test.each(['', 'x', 'abc', 'timeToLive', 'maximum', 'compressor-of-values'])('%j is nothing known', (name) => {
  expect(nearest(name, NAMES)).toBeUndefined()
  expect(didYouMean(name, NAMES)).toBe('')
})

test('the closest of several is meant', () => {
  expect(nearest('maxByte', ['maxBits', 'maxBytes', 'maxBites'])).toBe('maxBytes')
})
