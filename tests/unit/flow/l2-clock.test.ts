import { describe, expect, it } from 'vitest'
import { L2Clock } from '../../../js/flow/l2-clock.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

/** A tier whose clock is `ahead` of ours, and which takes `there` and `back` ms to answer. */
function setUp() {
  const clock = new FakeClock({ wall: 1_000_000 })
  const tier = { ahead: 5000, there: 10, back: 10, answer: undefined as number | undefined }
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
  const start = clock.wall() - clock.now()
  const l2 = new L2Clock({
    clock,
    read: async () => {
      await wait(tier.there)
      const now = tier.answer ?? clock.now() + start + tier.ahead
      await wait(tier.back)
      return now
    },
  })
  const measure = async () => {
    const measuring = l2.measure()
    await clock.advance(tier.there + tier.back)
    await measuring
  }
  return { clock, tier, l2, measure, truth: () => clock.now() + start + tier.ahead }
}

describe("the tier's clock", () => {
  it('is the local wall clock before it was measured', () => {
    const { clock, l2 } = setUp()
    expect(l2.now()).toBe(clock.wall())
    expect(l2.due).toBe(true)
  })

  it('is measured at the middle of the round trip', async () => {
    const { l2, measure, truth } = setUp()
    await measure()
    expect(l2.now()).toBe(truth())
  })

  it('is wrong by half a round trip at most where the ways differ', async () => {
    const { l2, tier, measure, truth } = setUp()
    tier.there = 0
    tier.back = 80
    await measure()
    expect(Math.abs(l2.now() - truth())).toBeLessThanOrEqual(40)
  })

  it('does not move when the local wall clock jumps', async () => {
    const { clock, l2, measure, truth } = setUp()
    await measure()
    clock.set(0)
    expect(l2.now()).toBe(truth())
  })

  it('keeps an exact measurement when a worse one agrees with it', async () => {
    const { l2, tier, measure, truth } = setUp()
    await measure()
    tier.there = 0
    tier.back = 80
    await measure()
    expect(l2.now()).toBe(truth())
  })

  it('follows the tier when its clock was set', async () => {
    const { l2, tier, measure, truth } = setUp()
    await measure()
    tier.ahead = -300_000
    tier.there = 50
    tier.back = 50
    await measure()
    expect(l2.now()).toBe(truth())
  })

  it('is due again after a minute', async () => {
    const { clock, l2, measure } = setUp()
    await measure()
    expect(l2.due).toBe(false)
    await clock.advance(60_000)
    expect(l2.due).toBe(true)
  })

  it('ignores an answer that is no time', async () => {
    const { l2, tier, measure, truth } = setUp()
    await measure()
    tier.answer = Number.NaN
    await measure()
    expect(l2.now()).toBe(truth())
  })
})
