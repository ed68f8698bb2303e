import { expect, test } from 'vitest'
import { didYouMean, nearest, optionMeant } from '../../../js/config/nearest.ts'

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
  ['plcy', 'policy'],
  ['cmprss', 'compression'],
])('%s is probably %s', (name, meant) => {
  expect(nearest(name, NAMES)).toBe(meant)
  expect(didYouMean(name, NAMES)).toBe(`; did you mean '${meant}'?`)
})

test.each(['', 'x', 'abc', 'timeToLive', 'maximum', 'compressor-of-values'])('%j is nothing known', (name) => {
  expect(nearest(name, NAMES)).toBeUndefined()
  expect(didYouMean(name, NAMES)).toBe('')
})

test('what shortens several means none of them', () => {
  expect(nearest('usr', ['users', 'user_preferences'])).toBe('users')
  expect(nearest('user_prefs', ['users', 'user_preferences'])).toBe('user_preferences')
  expect(nearest('usr', ['user_preferences'])).toBeUndefined()
  expect(nearest('srv', ['serve', 'survey'])).toBeUndefined()
})

test('the closest of several is meant', () => {
  expect(nearest('maxByte', ['maxBits', 'maxBytes', 'maxBites'])).toBe('maxBytes')
})

test.each([
  ['max', 'maxEntries'],
  ['maxAge', 'ttl'],
  ['expire', 'ttl'],
  ['expires', 'ttl'],
  ['strategy', 'policy'],
  ['polcy', 'policy'],
])('%s is what others call %s, or nearly that', (name, meant) => {
  expect(optionMeant(name, NAMES)).toBe(meant)
})

test('an option of another cache is meant only where there is such an option', () => {
  expect(optionMeant('strategy', ['ttl'])).toBeUndefined()
  expect(optionMeant('constructor', NAMES)).toBeUndefined()
})
