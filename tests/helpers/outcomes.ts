import { expect } from 'vitest'
import type { CacheManager } from '../../js/cache/manager.ts'
import { CacheError, type CacheErrorCode } from '../../js/errors.ts'
import type { CacheEventName, CacheEvents } from '../../js/observe/events.ts'

/** Every event of one kind from now on. */
export function record<Name extends CacheEventName>(cache: CacheManager, name: Name): CacheEvents[Name][] {
  const events: CacheEvents[Name][] = []
  cache.on(name, (event) => events.push(event))
  return events
}

/** Expects one `CacheError` of this code, whose message tells each of `says`; answers it. */
export async function expectError(
  work: (() => unknown) | Promise<unknown>,
  code: CacheErrorCode,
  ...says: (string | RegExp)[]
): Promise<CacheError> {
  const error = await outcome(work)
  expect(error).toBeInstanceOf(CacheError)
  const { code: actual, message } = error as CacheError
  expect(actual).toBe(code)
  for (const text of says) expect(message).toMatch(text)
  return error as CacheError
}

async function outcome(work: (() => unknown) | Promise<unknown>): Promise<unknown> {
  try {
    return await (typeof work === 'function' ? work() : work)
  } catch (error) {
    return error
  }
}
