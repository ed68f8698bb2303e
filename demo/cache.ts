import { CacheManager } from '../js/index.ts'

/**
 * The presets are made for days of traffic; the demo sends seconds of it. So each region has
 * its usual budget divided by this, and evictions can be seen.
 */
const SCALE = 256

/** In ms. So that a Redis is rid of the demo's entries soon after it. */
const MAX_TTL = 600_000

/** The cache of the demo: configured from the environment, all else as the presets have it. */
export async function openCache(regions: readonly string[]): Promise<CacheManager> {
  let starting = true
  const logger = { warn: (message: string) => starting && console.warn(`omnicache: ${message}`) }
  const cache = CacheManager.fromEnv({ namespace: 'omnicache-demo', logger })
  // What is odd about the configuration is told by now; what happens later is in the figures.
  starting = false
  for (const region of regions) {
    const { maxBytes, ttl } = cache.config(region)
    cache.configure(region, { maxBytes: Math.round(maxBytes / SCALE), ttl: Math.min(ttl, MAX_TTL) })
  }
  await cache.ready('2s')
  return cache
}

/** What people should know of the cache before they read its figures. */
export function describe(cache: CacheManager): string {
  return [
    `Each region has 1/${SCALE} of its usual memory, so that a run of seconds fills it; entries live 10 minutes at most.`,
    ...tiersOf(cache).map(({ name, detail }) => `${name}: ${detail}.`),
  ].join('\n')
}

/** How a tier is, in words for people. */
export interface TierState {
  readonly name: string
  readonly state: 'up' | 'down'
  readonly detail: string
}

/** The tiers behind `cache`, memory first. */
export function tiersOf(cache: CacheManager): TierState[] {
  const { l2 } = cache.status()
  if (l2.state === 'none') return [{ name: 'Tiers', state: 'up', detail: 'memory only (REDIS_URL is not set)' }]
  const up = l2.state === 'closed'
  const waiting = l2.journal.length === 0 ? '' : `, ${l2.journal.length} writes wait for it`
  const reason = (l2.lastError?.cause as Error | undefined)?.message ?? l2.lastError?.message ?? 'no answer'
  const redis = `${address()} ${up ? 'serves' : `is away (${reason}), memory serves`}${waiting}`
  return [
    { name: 'Memory', state: 'up', detail: 'up' },
    { name: 'Redis', state: up ? 'up' : 'down', detail: redis },
  ]
}

/** The Redis of the environment, without the password that its URL may hold. */
function address(): string {
  const url = process.env.REDIS_URL ?? ''
  return URL.canParse(url) ? new URL(url).host : url
}
