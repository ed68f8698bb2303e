import { expect, it } from 'vitest'
import { makeCache } from './fixture.ts'

it('a softTimeout without grace is no error, and has no effect: the call waits for the factory', async () => {
  const { cache, clock } = makeCache({ defaults: { softTimeout: 10 }, regions: { s: { ttl: 1_000 } } })
  const region = cache.region<string>('s')
  await region.set('k', 'old')
  await clock.advance(1_000)
  const slow = () => new Promise<string>((resolve) => clock.after(500, () => resolve('new')))
  let answer: string | undefined
  const call = region.getOrSet('k', slow).then((value) => {
    answer = value
  })
  await clock.advance(499)
  expect(answer).toBeUndefined()
  await clock.advance(1)
  await call
  expect(answer).toBe('new')
})

it('a softTimeout above hardTimeout is no error, and has no effect: the stale value comes at the hard limit', async () => {
  const limits = { grace: '1h', softTimeout: 200, hardTimeout: 50 } as const
  const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, ...limits } } })
  const region = cache.region<string>('s')
  await region.set('k', 'old')
  await clock.advance(1_000)
  const slow = () => new Promise<string>((resolve) => clock.after(500, () => resolve('new')))
  let answer: string | undefined
  const call = region.getOrSet('k', slow).then((value) => {
    answer = value
  })
  await clock.advance(49)
  expect(answer).toBeUndefined()
  await clock.advance(1)
  await call
  expect(answer).toBe('old')
})
