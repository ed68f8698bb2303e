import { connects } from './connects.ts'
import { deletes } from './deletes.ts'
import { exchanges } from './exchanges.ts'
import { lifetimes } from './lifetimes.ts'
import { locks } from './locks.ts'
import { readsAndWrites } from './reads-and-writes.ts'
import { scans } from './scans.ts'
import { storesTogether } from './stores-together.ts'
import { type Cases, type DriverUnderTest, Trial } from './trial.ts'

export type { DriverUnderTest }

/**
 * What the contract asks of a test runner. vitest's and jest's functions fit as they are; those of
 * node:test do as `{ describe, it, beforeAll: before, afterAll: after }`.
 */
export interface TestRunner {
  /** Groups the tests that `body` declares. */
  describe(name: string, body: () => void): unknown
  /** Declares a test, which fails where `body` rejects. */
  it(name: string, body: () => Promise<void>): unknown
  /** Runs `body` before the first test of the group. */
  beforeAll(body: () => Promise<void>): unknown
  /** Runs `body` after the last test of the group. */
  afterAll(body: () => Promise<void>): unknown
}

/** In this order: the last ones close drivers. */
const GROUPS: Readonly<Record<string, Cases>> = {
  'getMany and setMany': readsAndWrites,
  ttl: lifetimes,
  exchangeMany: exchanges,
  'setIfAbsent and commit': storesTogether,
  'lock and unlock': locks,
  'scan and replaceMany': scans,
  deleting: deletes,
  'connecting and closing': connects,
}

/** Suites that share a server must not share keys. */
let suites = 0

/**
 * Describes what every driver must do, as tests of any runner: who writes a driver can prove it.
 * The driver that `make` answers is used for all of them, and closed at the end.
 *
 * @example
 * import { afterAll, beforeAll, describe, it } from 'vitest'
 *
 * driverContract({ describe, it, beforeAll, afterAll }, 'my tier', async () => ({
 *   driver: myDriver(),
 *   elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
 *   another: async () => myDriver(),
 * }))
 */
export function driverContract(runner: TestRunner, name: string, make: () => Promise<DriverUnderTest>): void {
  const keys = keyPrefixes()
  runner.describe(`driver contract: ${name}`, () => {
    let made: DriverUnderTest | undefined
    const under = () => {
      if (made === undefined) throw new Error('the driver could not be made')
      return made
    }
    runner.beforeAll(async () => {
      made = await make()
    })
    runner.afterAll(() => dispose(under()))
    for (const [group, cases] of Object.entries(GROUPS)) {
      runner.describe(group, () => {
        for (const [title, run] of Object.entries(cases)) runner.it(title, () => run(new Trial(under(), keys())))
      })
    }
  })
}

/** One thing that a driver does not do as it must. */
export interface ContractFailure {
  /** The case: 'getMany and setMany: …'. */
  readonly case: string
  /** What it threw. */
  readonly error: unknown
}

/**
 * The same without a test runner: what the driver does wrong, and nothing where all is right.
 *
 * @param skip - Cases to leave out, by what a failure calls them: such as take too long, or show what the tier cannot do.
 */
export async function driverFailures(
  make: () => Promise<DriverUnderTest>,
  skip: readonly string[] = [],
): Promise<ContractFailure[]> {
  const keys = keyPrefixes()
  const under = await make()
  const failures: ContractFailure[] = []
  for (const [group, cases] of Object.entries(GROUPS)) {
    for (const [title, run] of Object.entries(cases)) {
      if (skip.includes(`${group}: ${title}`)) continue
      try {
        await run(new Trial(under, keys()))
      } catch (error) {
        failures.push({ case: `${group}: ${title}`, error })
      }
    }
  }
  await dispose(under)
  return failures
}

function keyPrefixes(): () => string {
  const suite = `contract:${++suites}:`
  let run = 0
  return () => `${suite}${++run}:`
}

async function dispose(under: DriverUnderTest): Promise<void> {
  await under.driver.close()
  await under.dispose?.()
}
