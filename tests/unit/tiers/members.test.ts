import { expect, test, vi } from 'vitest'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { LazyDriver } from '../../../js/tiers/lazy.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

/** All that a driver may have: a member that is added and not named here does not compile. */
const MEMBERS: Readonly<Record<keyof Driver, true>> = {
  name: true,
  shared: true,
  lags: true,
  atomic: true,
  parallel: true,
  lastError: true,
  getMany: true,
  setMany: true,
  exchangeMany: true,
  exchangeTogether: true,
  setIfAbsent: true,
  commit: true,
  deleteMany: true,
  deletePrefix: true,
  scan: true,
  replaceMany: true,
  lock: true,
  unlock: true,
  bus: true,
  now: true,
  onConnected: true,
  connect: true,
  reset: true,
  close: true,
}

/** As a tier with faults: its buses are `ChaosBus`es of their own. */
const OF_CHAOS = Object.keys(MEMBERS).filter((name) => name !== 'bus')

test('what stands in front of a driver hides nothing that it can do', () => {
  const lazy = new LazyDriver({ name: 'redis', shared: true }, async () => memoryDriver())
  expect(Object.keys(MEMBERS).filter((name) => !(name in lazy))).toEqual([])
  const chaos = new ChaosDriver(memoryDriver())
  expect(OF_CHAOS.filter((name) => !(name in chaos))).toEqual([])
})

test.each([true, false])(
  'a driver that is loaded later tells of its connections (asked before: %s)',
  async (before) => {
    const connected: (() => void)[] = []
    const load = async (): Promise<Driver> =>
      Object.assign(memoryDriver(), {
        onConnected: (told: () => void) => {
          connected.push(told)
        },
      })
    const lazy = new LazyDriver({ name: 'redis', shared: true }, load)
    const told = [vi.fn(), vi.fn()]
    if (before) for (const tell of told) lazy.onConnected(tell)
    await lazy.connect()
    if (!before) for (const tell of told) lazy.onConnected(tell)
    for (const tell of connected) tell()
    for (const tell of told) expect(tell).toHaveBeenCalledTimes(1)
  },
)
