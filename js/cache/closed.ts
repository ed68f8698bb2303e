import type { CodecCore } from '../../pkg/glue.js'
import { CacheError } from '../errors.ts'
import type { L1 } from './l1.ts'

/** What every use of a closed cache rejects with. */
export function closedError(region?: string): CacheError {
  const message = 'the cache was closed: make a new CacheManager, or close it later'
  return new CacheError('CLOSED', message, region === undefined ? {} : { context: { region } })
}

/** Stands in for a region's memory once the cache is closed: every use of it throws. */
export function closedL1(region: string): L1 {
  return closed<L1>(region)
}

/** The same for a region's part of the core. */
export function closedCore(region: string): CodecCore {
  return closed<CodecCore>(region)
}

function closed<T extends object>(region: string): T {
  return new Proxy({} as T, {
    get() {
      throw closedError(region)
    },
  })
}
