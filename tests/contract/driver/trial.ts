import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Driver, type DriverEntry, FLAGS_OFFSET, STAMP_BYTES, STAMP_OFFSET } from '../../../js/tiers/driver.ts'

/** A driver to be tried, and the means to try it. */
export interface DriverUnderTest {
  readonly driver: Driver
  /** Makes the tier's time pass, so that TTLs below `ms` are over and those above it are not. */
  elapse(ms: number): Promise<void>
  /** Another driver over the same data, where there can be one. */
  another?(): Promise<Driver>
  /** Lets go of what was made for the test. The driver is closed by then. */
  dispose?(): Promise<void>
}

/** A TTL that is over after `elapse(TTL + SPARE)`, and one that is not. */
export const TTL = 250
export const SPARE = 100
export const LONG = 600_000

/** Suites that share a server must not share keys. */
let suites = 0

/** One driver while its suite runs, and keys that belong to the running test alone. */
export class Trial {
  readonly #suite = suites++
  #run = 0
  #under: DriverUnderTest | undefined

  /** Makes the driver before the first test of the suite that is being described, and closes it after the last. */
  constructor(make: () => Promise<DriverUnderTest>) {
    beforeAll(async () => {
      this.#under = await make()
    })
    beforeEach(() => {
      this.#run++
    })
    afterAll(async () => {
      await this.driver.close()
      await this.under.dispose?.()
    })
  }

  get under(): DriverUnderTest {
    if (this.#under === undefined) throw new Error('the driver is there while tests run only')
    return this.#under
  }

  get driver(): Driver {
    return this.under.driver
  }

  /** A key of the running test. */
  readonly key = (suffix: string): string => `contract:${this.#suite}:${this.#run}:${suffix}`

  /** An entry under such a key, without end if no TTL is given. */
  entry(suffix: string, value: Uint8Array, ttl = Number.POSITIVE_INFINITY): DriverEntry {
    return { key: this.key(suffix), value, ttl }
  }

  /** What is stored under such a key. */
  async read(suffix: string): Promise<Uint8Array | undefined> {
    return (await this.driver.getMany([this.key(suffix)]))[0]
  }
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** A value as omnicache writes them, as far as drivers read it: flags, and a stamp that begins with `time`. */
export function stamped(time: number, flags = 0): Uint8Array {
  const value = new Uint8Array(STAMP_OFFSET + STAMP_BYTES + 4)
  value[FLAGS_OFFSET] = flags
  value[STAMP_OFFSET] = time
  return value
}

/** Bytes as messages of failed tests show them best. */
export function list(value: Uint8Array | undefined): number[] | undefined {
  return value && Array.from(value)
}
