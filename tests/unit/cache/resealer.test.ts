import { expect, it } from 'vitest'
import { Resealer } from '../../../js/cache/entries/resealer.ts'
import { CacheError } from '../../../js/errors.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

const one = { key: 'k', head: Uint8Array.of(1), value: Uint8Array.of(2) }

it.each([
  ['a tier that cannot replace is asked once', 'INVALID_OPTION', 1],
  ['one that is away is asked again', 'TIER_UNAVAILABLE', 3],
] as const)('%s', async (_, code, times) => {
  const clock = new FakeClock()
  let asked = 0
  const resealer = new Resealer(clock, async () => {
    asked++
    throw new CacheError(code, 'no')
  })
  for (let i = 0; i < 3; i++) {
    resealer.add(one)
    await clock.advance(200)
  }
  expect(asked).toBe(times)
})
