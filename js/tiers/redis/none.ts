import { noTcp } from './no-tcp.ts'

/**
 * What bundles for browsers and workers have in place of the tier in Redis: it needs TCP.
 *
 * @throws CacheError `UNSUPPORTED_RUNTIME`
 */
export function redisDriver(): never {
  throw noTcp()
}
