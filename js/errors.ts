/** Every stable error code. A code never changes its meaning; new ones may be added. */
export type CacheErrorCode =
  | 'UNKNOWN_REGION'
  | 'INVALID_KEY'
  | 'INVALID_OPTION'
  | 'INVALID_ENVIRONMENT'
  | 'INVALID_ENCRYPTION_KEY'
  | 'UNSERIALIZABLE_VALUE'
  | 'TRANSACTION_ENDED'
  | 'COMMIT_FAILED'
  | 'COMMIT_UNKNOWN'
  | 'TIER_UNAVAILABLE'
  | 'WRITE_REFUSED'
  | 'TIMEOUT'
  | 'FACTORY_FAILED'
  | 'MISSING_PEER'
  | 'UNSUPPORTED_RUNTIME'
  | 'OUT_OF_MEMORY'
  | 'CORE_RESTARTED'
  | 'CLOSED'

/** Where an error happened, as far as it is known. Keys of encrypted regions are redacted. */
export interface CacheErrorContext {
  readonly region?: string
  readonly key?: string
  readonly option?: string
  readonly variable?: string
  readonly tier?: string
}

/**
 * The one error class of omnicache. `code` is stable and meant for programs; `message`
 * says what was wrong, where, and what is allowed; `cause` holds the error underneath.
 */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: CacheErrorCode
  readonly context: CacheErrorContext

  constructor(code: CacheErrorCode, message: string, options: { cause?: unknown; context?: CacheErrorContext } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.context = options.context ?? {}
  }
}
