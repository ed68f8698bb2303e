import { CacheError } from '../errors.ts'

/**
 * What a driver rejects with when its tier could not do what was asked: `TIER_UNAVAILABLE`,
 * with what the tier said as the cause. An error that is a `CacheError` already stays as it is.
 */
export function tierError(tier: string, cause: unknown): CacheError {
  if (cause instanceof CacheError) return cause
  const said = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new CacheError('TIER_UNAVAILABLE', `${tier}: ${said}`, { cause, context: { tier } })
}

/** What a call is rejected with that was not even tried, since the tier has failed before. */
export function notAsked(tier: string, cause: CacheError | undefined): CacheError {
  const why = cause?.message ?? `${tier}: the tier is not available`
  return new CacheError('TIER_UNAVAILABLE', `${why}; it is not asked until it serves again`, {
    cause,
    context: { tier },
  })
}

/** What every method of a driver rejects with once it was closed. */
export function closedError(tier: string): CacheError {
  return new CacheError('CLOSED', `${tier}: the driver was closed`, { context: { tier } })
}

/** What is asked of a tier that cannot tell its keys. */
export function noScan(tier: string): CacheError {
  const message = `${tier}: this tier cannot tell its keys: its driver has no \`scan\` and no \`replaceMany\``
  return new CacheError('INVALID_OPTION', message, { context: { tier } })
}
