import { CacheError } from '../errors.ts'
import type { L1 } from './l1.ts'

/** What every use of a closed cache rejects with. */
export function closedError(region?: string): CacheError {
  const message = 'the cache was closed: make a new CacheManager, or close it later'
  return new CacheError('CLOSED', message, region === undefined ? {} : { context: { region } })
}

/** Stands in for a region's memory once the cache is closed: every use of it throws. */
export function closedL1(region: string): L1 {
  return new Proxy({} as L1, {
    get() {
      throw closedError(region)
    },
  })
}
