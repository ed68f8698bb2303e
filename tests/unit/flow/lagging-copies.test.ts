import { expect, it } from 'vitest'
import { Trust } from '../../../js/flow/coherence/trust.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

it.each([
  { lags: false, later: true },
  { lags: true, later: false },
])(
  'an entry is trusted beyond l1.ttl while the bus lives, unless L2 answers from copies: $lags',
  async ({ lags, later }) => {
    const clock = new FakeClock()
    const trust = new Trust(clock, lags)
    trust.begin()
    const mark = trust.mark()
    await clock.advance(99)
    expect(trust.covers(mark, 100)).toBe(true)
    await clock.advance(2)
    expect(trust.covers(mark, 100)).toBe(later)
    trust.end()
    expect(trust.covers(mark, 100)).toBe(later)
  },
)
