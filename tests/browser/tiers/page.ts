import { CacheError } from '../../../js/errors.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { type IndexedDbOptions, indexedDbDriver } from '../../../js/tiers/indexeddb.ts'

/** What a test can do in the page: make drivers, call their methods, and let time pass. */
export interface TierPage {
  make(options: IndexedDbOptions): number
  /** Stores one value of `size` random bytes: such as don't compress, nor travel from the test. */
  fill(driver: number, key: string, size: number, ttl: number): Promise<Outcome>
  call(driver: number, method: DriverMethod, args: readonly unknown[]): Promise<Outcome>
  advance(ms: number): Promise<void>
  unhandled: string[]
}

/** The methods of a driver that can be called from outside. */
export type DriverMethod = Exclude<keyof Driver, 'name' | 'shared'>

/** How a call ended; errors do not cross to the test as they are. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly code: string; readonly message: string; readonly cause: string }

declare global {
  var tiers: TierPage
}

const clock = new FakeClock({ wall: Date.now() })
const drivers: Driver[] = []
const unhandled: string[] = []
addEventListener('unhandledrejection', (event) => unhandled.push(String(event.reason)))
addEventListener('error', (event) => unhandled.push(event.message))

globalThis.tiers = {
  unhandled,
  make: (options) => drivers.push(indexedDbDriver({ clock, ...options })) - 1,
  fill(driver, key, size, ttl) {
    const value = new Uint8Array(size)
    for (let i = 0; i < size; i += 65_536) crypto.getRandomValues(value.subarray(i, i + 65_536))
    return this.call(driver, 'setMany', [[{ key, value, ttl }]])
  },
  async call(driver, method, args) {
    try {
      const call = drivers[driver]?.[method] as (...given: readonly unknown[]) => Promise<unknown>
      return { value: await call.apply(drivers[driver], [...args]) }
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      const cause = error.cause instanceof Error ? error.cause.name : String(error.cause)
      return { code: error.code, message: error.message, cause }
    }
  },
  advance: (ms) => clock.advance(ms),
}
