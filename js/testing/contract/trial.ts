import { type Driver, type DriverEntry, FLAGS_OFFSET, STAMP_BYTES, STAMP_OFFSET } from '../../tiers/driver.ts'

/** A driver to be tried, and the means to try it. */
export interface DriverUnderTest {
  /** The driver that is tried. */
  readonly driver: Driver
  /** Makes the tier's time pass, so that TTLs below `ms` are over and those well above it are not. */
  elapse(ms: number): Promise<void>
  /** Another driver over the same data: to be given where the driver says that it is `shared`. */
  another?(): Promise<Driver>
  /** Lets go of what was made for the test. The driver is closed by then. */
  dispose?(): Promise<void>
}

/** One thing that every driver must do, by what it is called. It rejects where the driver does not. */
export type Cases = Readonly<Record<string, (trial: Trial) => Promise<void>>>

/** A TTL that is over after `elapse(TTL + SPARE)`, and one that is not. */
export const TTL = 250
export const SPARE = 100
export const LONG = 600_000

/** A driver in one case of the contract, with keys that belong to that case alone. */
export class Trial {
  readonly under: DriverUnderTest
  readonly driver: Driver
  readonly #prefix: string

  constructor(under: DriverUnderTest, prefix: string) {
    this.under = under
    this.driver = under.driver
    this.#prefix = prefix
  }

  /** A key of this case. */
  readonly key = (suffix: string): string => this.#prefix + suffix

  /** An entry under such a key, without end if no TTL is given. */
  readonly entry = (suffix: string, value: Uint8Array, ttl = Number.POSITIVE_INFINITY): DriverEntry => {
    return { key: this.key(suffix), value, ttl }
  }

  /** What is stored under such a key. */
  async read(suffix: string): Promise<Uint8Array | undefined> {
    return (await this.driver.getMany([this.key(suffix)]))[0]
  }

  /** What is stored under several. */
  readonly readAll = (...suffixes: readonly string[]): Promise<(Uint8Array | undefined)[]> =>
    this.driver.getMany(suffixes.map(this.key))
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
