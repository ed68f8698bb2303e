import { afterAll, beforeAll, describe, it } from 'vitest'
import { driverContract as contract, type DriverUnderTest } from '../../js/testing/index.ts'

export type { DriverUnderTest }

/** What every driver must do, as tests of vitest. */
export function driverContract(name: string, make: () => Promise<DriverUnderTest>): void {
  contract({ describe, it, beforeAll, afterAll }, name, make)
}
