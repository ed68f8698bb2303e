import { expect, it } from 'vitest'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { makeCache } from './fixture.ts'

it('a driver that several caches were given is closed with the last of them', async () => {
  const driver = new ChaosDriver(memoryDriver({ shared: true }))
  const [{ cache: one }, { cache: two }] = [makeCache({ l2: driver }), makeCache({ l2: driver })]
  await one.set('live', 'k', 'v')
  await one.close()
  expect(driver.closed).toBe(false)
  expect(await two.get('live', 'k')).toBe('v')
  await two.close()
  expect(driver.closed).toBe(true)
})
