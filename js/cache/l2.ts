import type { ResolvedManager } from '../config/types.ts'
import type { Driver } from '../tiers/driver.ts'
import { LazyDriver } from '../tiers/lazy.ts'

/** The tier behind memory that the options ask for; none where memory is all. */
export function l2Driver({ redis, redisOptions, l2 }: ResolvedManager): Driver | undefined {
  if (redis === undefined) return l2
  listen(redis)
  return new LazyDriver('redis', true, async () => {
    const { redisDriver } = await import('../tiers/redis/index.ts')
    return redisDriver(redis, redisOptions)
  })
}

interface Listenable {
  on?(event: 'error', listener: () => void): unknown
  listeners?(event: 'error'): readonly unknown[]
}

/** One and the same for all, so that a client that serves many caches gets it once. */
const ignore = (): void => undefined

/** A client that nobody listens to would end the process at its first error, before its first use here. */
function listen(source: unknown): void {
  if (typeof source === 'object' && source !== null && !Array.isArray(source)) {
    const client = source as Listenable
    if (!client.listeners?.('error').includes(ignore)) client.on?.('error', ignore)
  }
}
