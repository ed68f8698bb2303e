import { isWellFormed, utf8Length } from '../codec/text.ts'
import { CacheError } from '../errors.ts'

/** The longest key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 65_536

const ALLOWED = 'a non-empty string of at most 64 KB in UTF-8, without lone surrogates'

/**
 * Passes a key that can be stored: a non-empty, well-formed string of at most 64 KB. It
 * costs some nanoseconds for keys of ASCII and Latin letters.
 *
 * @param region - Whose key it is; none of a `MemoryCache`.
 * @throws CacheError INVALID_KEY, which names the region.
 */
export function checkKey(key: unknown, region?: string): asserts key is string {
  if (typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY_BYTES / 3 && isWellFormed(key)) return
  checkUnusualKey(key, region)
}

function checkUnusualKey(key: unknown, region: string | undefined): void {
  if (typeof key !== 'string') throw invalidKey(region, key === null ? 'null' : `of type ${typeof key}`)
  if (key === '') throw invalidKey(region, 'empty')
  if (key.length > MAX_KEY_BYTES || utf8Length(key) > MAX_KEY_BYTES) throw invalidKey(region, 'longer than 64 KB')
  if (!isWellFormed(key)) throw invalidKey(region, 'a string with a lone surrogate')
}

function invalidKey(region: string | undefined, what: string): CacheError {
  const owner = region === undefined ? 'a MemoryCache' : `region '${region}'`
  const context = region === undefined ? {} : { region }
  return new CacheError('INVALID_KEY', `A key of ${owner} is ${what}; allowed: ${ALLOWED}`, { context })
}
