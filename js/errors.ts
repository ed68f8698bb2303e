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
  /** The region. */
  readonly region?: string | undefined
  /** The key in it. */
  readonly key?: string | undefined
  /** The option that is wrong, by its full name: 'regions.users.ttl'. */
  readonly option?: string | undefined
  /** The environment variable that is wrong. */
  readonly variable?: string | undefined
  /** The tier that failed: 'redis', … */
  readonly tier?: string | undefined
}

/** Marks a `CacheError` of any copy of this module: its ESM and its CommonJS build may both be loaded. */
const BRAND = Symbol.for('omnicache.CacheError')

/** What `JSON.stringify` writes of a `CacheError`. */
export interface CacheErrorJson {
  /** What kind of error it is. */
  readonly name: 'CacheError'
  /** What programs go by. */
  readonly code: CacheErrorCode
  /** What was wrong, where, and what is allowed. */
  readonly message: string
  /** Where it happened. */
  readonly context: CacheErrorContext
  /** The error underneath, as text: its name and message alone. */
  readonly cause?: string
}

/**
 * The one error class of omnicache. `code` is stable and meant for programs; `message`
 * says what was wrong, where, and what is allowed; `cause` holds the error underneath.
 * `instanceof CacheError` holds whichever build of omnicache the error comes from.
 */
export class CacheError extends Error {
  /** What kind of error it is. */
  override readonly name = 'CacheError'
  /** What programs go by: see the table in the README. */
  readonly code: CacheErrorCode
  /** Where it happened. */
  readonly context: CacheErrorContext

  static {
    Object.defineProperty(CacheError.prototype, BRAND, { value: true })
    Object.defineProperty(CacheError, Symbol.hasInstance, { value: isInstance })
  }

  constructor(
    code: CacheErrorCode,
    message: string,
    options: {
      /** The error underneath. */
      cause?: unknown
      /** Where it happened. */
      context?: CacheErrorContext | undefined
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.context = options.context ?? {}
  }

  /** Its text for logs and status pages: `JSON.stringify` leaves out what an `Error` says otherwise. */
  toJSON(): CacheErrorJson {
    const { name, code, message, context } = this
    return { name, code, message, context, ...(this.cause === undefined ? {} : { cause: causeText(this.cause) }) }
  }
}

/** A class derived from `CacheError` is told apart by its own prototype, as ever. */
function isInstance(this: unknown, value: unknown): boolean {
  if (this !== CacheError) return Function.prototype[Symbol.hasInstance].call(this as object, value)
  return typeof value === 'object' && value !== null && BRAND in value
}

/** A client's error may carry its options, and so a password: nothing but its text is taken, and no URL's userinfo. */
function causeText(cause: unknown): string {
  const text =
    cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause === 'string' ? cause : typeof cause
  return text.replace(/\/\/\S*@/g, '//***@')
}
