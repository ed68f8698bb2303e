import { driverFailures } from '../../../js/testing/contract/driver-contract.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { cacheApiDriver } from '../../../js/tiers/cache-api.ts'

declare global {
  /** Puts the tier through the contract in this page, and answers what it does wrong. */
  var cacheApiFailures: () => Promise<string[]>
}

globalThis.cacheApiFailures = async () => {
  const clock = new FakeClock({ wall: Date.now() })
  const make = () => cacheApiDriver({ clock })
  const under = async () => ({ driver: make(), elapse: (ms: number) => clock.advance(ms), another: async () => make() })
  // A stand-in goes through these: here each of 10,000 calls takes milliseconds.
  const skip = ['getMany and setMany: takes 10,000 keys at once', 'exchangeMany: takes 10,000 entries at once']
  const failures = await driverFailures(under, skip)
  return failures.map(({ case: name, error }) => `${name}: ${error}`)
}
