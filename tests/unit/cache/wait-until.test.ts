import { expect, it } from 'vitest'
import { SharedTier } from './fixture.ts'

const regions = { sliding: { ttl: '1m', slidingTtl: '1m' } } as const

it.each([
  ['memory', (shared: SharedTier) => shared.process({ regions })],
  ['L2', (shared: SharedTier) => shared.process({ regions, bus: false })],
])('a lifetime that a hit in %s prolongs is work that a call tells `waitUntil` of', async (where, make) => {
  const shared = new SharedTier()
  const { cache: writer } = shared.process({ regions })
  const { cache, driver } = make(shared)
  await (where === 'memory' ? cache : writer).set('sliding', 'k', 'value')
  await shared.clock.advance(30_000)
  const work: Promise<unknown>[] = []
  const options = { waitUntil: (promise: Promise<unknown>) => void work.push(promise) }
  expect(await cache.getOrSet('sliding', 'k', () => 'made', options)).toBe('value')
  await Promise.all(work)
  expect(driver.calls.at(-1)).toBe('exchangeMany')
  await cache.close()
  const { cache: later } = shared.process({ regions })
  await shared.clock.advance(45_000)
  expect(await later.get('sliding', 'k')).toBe('value')
})
