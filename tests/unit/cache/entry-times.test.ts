import { expect, it } from 'vitest'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { makeCache } from './fixture.ts'

/** A clock whose cheap time is old, as the system's may be by a millisecond and more. */
class LaggingClock extends FakeClock {
  lag = 0

  override now(): number {
    return super.now() - this.lag
  }
}

it('getEntry tells the same moments each time it is asked, in whole milliseconds', async () => {
  const clock = new LaggingClock()
  const { cache } = makeCache({ clock, regions: { r: { ttl: 60_000.4 } } })
  const region = cache.region('r')
  const born = clock.wall()
  await region.set('k', 1)
  for (const [passed, lag] of [
    [0, 0],
    [10, 2.7],
    [10, 0.3],
  ] as const) {
    await clock.advance(passed)
    clock.lag = lag
    expect(await region.getEntry('k')).toMatchObject({ createdAt: born, expiresAt: born + 60_000 })
  }
})
