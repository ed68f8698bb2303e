import type { ResolvedManager } from '../config/types.ts'
import { invalidOption } from '../config/units.ts'
import type { Bus } from '../tiers/bus.ts'
import type { Driver } from '../tiers/driver.ts'
import { LazyDriver } from '../tiers/lazy.ts'
import { untracked, whyUntracked } from '../tiers/redis/untracked.ts'

/** The tier behind memory that the options ask for; none where memory is all. */
export function l2Driver({ redis, redisOptions, l2 }: ResolvedManager): Driver | undefined {
  if (redis === undefined) return l2
  listen(redis)
  const load = async () => {
    const { redisDriver } = await import('../tiers/redis/index.ts')
    return redisDriver(redis, redisOptions)
  }
  return new LazyDriver({ name: 'redis', shared: true, lags: redisOptions.readFrom === 'replica', echoes: true }, load)
}

/**
 * The bus that the options ask for; none where nobody else can write to the tier behind memory.
 *
 * @throws CacheError `INVALID_OPTION` where that tier has no such bus.
 */
export function l2Bus({ bus, namespace, redis }: ResolvedManager, driver: Driver | undefined): Bus | undefined {
  if (bus === false || driver === undefined || !driver.shared) return undefined
  if (typeof bus === 'object') return bus
  const why = bus === 'tracking' ? whyUntracked(redis) : undefined
  if (why !== undefined) throw untracked(why)
  const own = driver.bus?.({ namespace, kind: bus })
  if (own === undefined && bus !== 'auto') throw invalidOption('bus', bus, `a bus that ${driver.name} has`)
  return own
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
