import type { Driver } from '../tiers/driver.ts'

const users = new WeakMap<Driver, number>()

/** One more cache uses the driver. */
export function use(driver: Driver): void {
  users.set(driver, (users.get(driver) ?? 0) + 1)
}

/** One less does; answers whether it was the last. */
export function leave(driver: Driver): boolean {
  const left = (users.get(driver) ?? 1) - 1
  users.set(driver, left)
  return left <= 0
}
