import { CacheError } from '../../errors.ts'

/** Says that there is no TCP here, and what there is. */
export function noTcp(): CacheError {
  return new CacheError(
    'UNSUPPORTED_RUNTIME',
    'redis: Redis over TCP needs Node, Deno or Bun; in a browser use the IndexedDB tier of omnicache/indexeddb, ' +
      'in a worker Redis over HTTP, of omnicache/upstash',
    { context: { tier: 'redis' } },
  )
}
