import type { Driver, Replacement } from '../tiers/driver.ts'
import { noScan } from '../tiers/tier-error.ts'
import type { RemoteParts } from './parts.ts'

/** Some of the keys of a region, and where to go on. */
export interface HoldingsStep {
  readonly keys: readonly string[]
  readonly cursor: string | undefined
}

/** Nobody waits for one of these calls. In ms. */
export const LIMIT = 1_000

/**
 * What L2 holds of one region, in its present generation: stored keys, and the bytes under them as
 * they are. Every method rejects with a `CacheError` where the tier does not answer, or cannot.
 */
export class Holdings {
  readonly #parts: RemoteParts
  readonly #region: string

  constructor(parts: RemoteParts, region: string) {
    this.#parts = parts
    this.#region = region
  }

  /** Some of the stored keys; from no cursor until there is none, all of them, and maybe some twice. */
  scan(cursor: string | undefined): Promise<HoldingsStep> {
    return this.#run('scan', async (driver, prefix) => {
      if (driver.scan === undefined || driver.replaceMany === undefined) throw noScan(driver.name)
      const step = await driver.scan(prefix, cursor)
      return { keys: step.keys.map((key) => key.slice(prefix.length)), cursor: step.cursor }
    })
  }

  /** @param limit How long it may take, in ms: nobody knows how large the values are. */
  read(keys: readonly string[], limit = LIMIT): Promise<(Uint8Array | undefined)[]> {
    return this.#run('get', (driver, prefix) => driver.getMany(keys.map((key) => prefix + key)), limit)
  }

  /** Puts values in the place of those that begin as they are known to; tells of each whether it did. */
  replace(replacements: readonly Replacement[], limit = LIMIT): Promise<boolean[]> {
    return this.#run(
      'reseal',
      async (driver, prefix) => {
        if (driver.replaceMany === undefined) throw noScan(driver.name)
        return driver.replaceMany(replacements.map((one) => ({ ...one, key: prefix + one.key })))
      },
      limit,
    )
  }

  /** What is too slow here may be fast enough for those who wait: it is no reason to give the tier up. */
  #run<T>(operation: string, work: (driver: Driver, prefix: string) => Promise<T>, limit = LIMIT): Promise<T> {
    const { link, generations } = this.#parts
    return link.run(
      operation,
      async (attempt) => {
        const { token } = await generations.current(attempt, this.#region)
        return work(attempt.driver, generations.prefix(this.#region, token))
      },
      Math.max(link.limit, limit),
      true,
    )
  }
}
