import { CacheError } from '../../errors.ts'

/**
 * Why a server cannot track for a client of this kind: it takes one connection, that tells when it
 * breaks. `undefined` where it can. Clients are known by their methods.
 */
export function whyUntracked(source: unknown): string | undefined {
  if (Array.isArray(source)) return 'a cluster has a connection to each node'
  if (typeof source !== 'object' || source === null) return undefined
  if ('isCluster' in source && source.isCluster === true) return 'a cluster has a connection to each node'
  if ('nodeClient' in source) return 'a cluster has a connection to each node'
  if ('sentinels' in source || 'getSentinelNode' in source || hasSentinels(source))
    return 'under sentinels the connections change'
  return undefined
}

/** An ioredis client that was made with sentinels: it is told so by its options alone. */
function hasSentinels(source: object): boolean {
  const { options } = source as { readonly options?: { readonly sentinels?: unknown } | null }
  return Array.isArray(options?.sentinels)
}

/** A bus that cannot be, and what can. */
export function untracked(why: string): CacheError {
  return new CacheError('INVALID_OPTION', `bus is 'tracking', and ${why}: use 'pubsub', which works there`, {
    context: { option: 'bus' },
  })
}
