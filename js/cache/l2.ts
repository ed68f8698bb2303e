import type { ResolvedManager } from '../config/types.ts'
import type { Driver } from '../tiers/driver.ts'
import { LazyDriver } from '../tiers/lazy.ts'

/** The tier behind memory that the options ask for; none where memory is all. */
export function l2Driver({ redis, redisOptions, l2 }: ResolvedManager): Driver | undefined {
  if (redis === undefined) return l2
  return new LazyDriver('redis', true, async () => {
    const { redisDriver } = await import('../tiers/redis/index.ts')
    return redisDriver(redis, redisOptions)
  })
}
