import { expect, test } from 'vitest'
import { flightsLeft } from '../../helpers/flights-left.ts'

const KEYS = 30_000

test.each([
  ['memory alone', false],
  ['memory and L2', true],
])(
  'keys that were in flight leave nothing behind on %s',
  async (_, hasL2) => {
    const left = await flightsLeft(KEYS, hasL2)
    expect(left.factories).toBe(KEYS)
    // It does measure: while they are in flight there is much.
    expect(left.bytesInFlight).toBeGreaterThan(1_000)
    expect(left.timersInFlight).toBeGreaterThan(1_000)
    expect(left.listenersInFlight).toBe(1)
    expect(left.timersLeft).toBe(0)
    expect(left.listenersLeft).toBe(0)
    // A timer, a listener or a promise a key would be a hundred bytes and more.
    expect(left.bytesLeft).toBeLessThan(50)
  },
  120_000,
)
