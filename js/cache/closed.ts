import type { CodecCore } from '../../pkg/glue.js'
import { CacheError } from '../errors.ts'
import type { L1 } from './entries/l1.ts'

/** What every use of a closed cache rejects with. */
export function closedError(region?: string): CacheError {
  const message = 'the cache was closed: make a new CacheManager, or close it later'
  return new CacheError('CLOSED', message, region === undefined ? {} : { context: { region } })
}

/** Whether something could not be done because the cache was closed meanwhile. */
export function isClosedError(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'CLOSED'
}

/** What the calls of one region pass through until it is closed. */
export class Gate {
  readonly #region: string
  #closed = false

  constructor(region: string) {
    this.#region = region
  }

  /** Whether calls are refused. */
  get closed(): boolean {
    return this.#closed
  }

  /** @throws CacheError `CLOSED` */
  assertOpen(): void {
    if (this.#closed) throw closedError(this.#region)
  }

  /** Lets no call begin any more. */
  close(): void {
    this.#closed = true
  }
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
