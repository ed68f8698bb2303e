import { CacheManager } from '../js/index.ts'

/**
 * The presets are made for days of traffic; the demo sends seconds of it. So each region has
 * its usual budget divided by this, and evictions can be seen.
 */
export const SCALE = 256

/** The cache of the demo: configured from the environment, all else as the presets have it. */
export async function openCache(regions: readonly string[]): Promise<CacheManager> {
  const cache = CacheManager.fromEnv({ namespace: 'omnicache-demo' })
  for (const region of regions) cache.configure(region, { maxBytes: Math.round(cache.config(region).maxBytes / SCALE) })
  await cache.ready()
  return cache
}

/** Empties the regions: what an earlier run left in Redis must not help this one. */
export async function clearAll(cache: CacheManager, regions: readonly string[]): Promise<void> {
  await Promise.all(regions.map((region) => cache.clear(region)))
}

/** What people should know of the cache before they read its figures. */
export function describe(cache: CacheManager): string {
  return [
    `Each region has 1/${SCALE} of its usual memory, so that a run of seconds fills it.`,
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
  const waiting = l2.journal.entries === 0 ? '' : `, ${l2.journal.entries} writes wait for it`
  const redis = `${address()} ${up ? 'answers' : 'does not answer; memory serves'}${waiting}`
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
