import { CacheError } from '../../js/errors.ts'
import { MemoryCache } from '../../js/memory/memory-cache.ts'

declare global {
  /** What came of the cache in this page: a value, or the message of the refusal. */
  var outcome: string
}

try {
  const cache = new MemoryCache<string>({ max: 10 })
  cache.set('key', 'value')
  globalThis.outcome = cache.get('key') ?? 'a miss'
} catch (error) {
  globalThis.outcome = error instanceof CacheError ? `${error.code}: ${error.message}` : String(error)
}
