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

it('ttl tells whole milliseconds: never more than the TTL, and never 0 of what is fresh', async () => {
  const { cache, clock } = makeCache({ regions: { r: { ttl: 1_000 } } })
  const region = cache.region('r')
  // A time as the system has it: the sum of this and 1,000 is no exact one.
  await clock.advance(951.0319824218752)
  await region.set('k', 1)
  expect(await region.ttl('k')).toBe(1_000)
  await clock.advance(48.4)
  expect(await region.ttl('k')).toBe(952)
  await clock.advance(951.3)
  expect([await region.ttl('k'), await region.get('k')]).toEqual([1, 1])
  await clock.advance(0.4)
  expect(await region.ttl('k')).toBeUndefined()
  await region.set('k', 1, { ttl: Infinity })
  expect(await region.ttl('k')).toBe(Infinity)
})
