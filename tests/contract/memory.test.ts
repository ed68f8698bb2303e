import { describe, expect, it } from 'vitest'
import { FakeClock, memoryDriver } from '../../js/testing/index.ts'
import { driverContract } from '../helpers/driver-contract.ts'

driverContract('memory', async () => {
  const clock = new FakeClock()
  return { driver: memoryDriver({ clock }), elapse: (ms) => clock.advance(ms) }
})

describe('memory driver', () => {
  it('tells whether it is shared', () => {
    expect(memoryDriver().shared).toBe(false)
    expect(memoryDriver({ shared: true }).shared).toBe(true)
  })

  it('lets go of expired values that nobody asks for again', async () => {
    const clock = new FakeClock()
    const driver = memoryDriver({ clock })
    const bytes = new Uint8Array(8)
    for (let round = 0; round < 5; round++) {
      await driver.setMany(Array.from({ length: 1000 }, (_, i) => ({ key: `${round}:${i}`, value: bytes, ttl: 10 })))
      await clock.advance(10)
    }
    expect(driver.size).toBeLessThan(3000)
  })
})
