import type { RegionOptions } from './types.ts'

/**
 * The seven preset regions. Others exist by configuration alone.
 *
 * @example
 * await cache.set(CacheType.GENERATION_STATUS, 'trace-123', { status: 'processing', progress: 50 })
 */
export const CacheType = {
  GENERATION_STATUS: 'generation_status',
  EXPORT_CACHE: 'export_cache',
  USER_PREFERENCES: 'user_preferences',
  API_RESPONSES: 'api_responses',
  METRICS: 'metrics',
  ARTICLE_CONTENT: 'article_content',
  PROMPT_CACHE: 'prompt_cache',
} as const

/** The name of a preset region. */
export type CacheType = (typeof CacheType)[keyof typeof CacheType]

/** The name of a region: a preset, or any that the configuration adds. */
export type RegionName = CacheType | (string & {})

/** The name of a region of a manager whose regions hold `Values`: any, where their names are not known. */
export type RegionNameIn<Values> = string extends keyof Values ? RegionName : CacheType | (keyof Values & string)

/** The names of the regions whose values have a known type. */
export type TypedName<Values> = string extends keyof Values
  ? never
  : { [Name in keyof Values & string]: unknown extends Values[Name] ? never : Name }[keyof Values & string]

/** What the presets are, before the options of a manager change them. */
export const presets: Readonly<Record<CacheType, RegionOptions>> = {
  generation_status: { ttl: '1h', policy: 'ttl', maxBytes: '100MB', compression: true, encryption: false },
  export_cache: { ttl: '2h', policy: 'lru', maxBytes: '500MB', compression: true, encryption: false },
  user_preferences: { ttl: '24h', policy: 'lru', maxBytes: '50MB', compression: false, encryption: true },
  api_responses: { ttl: '30m', policy: 'ttl', maxBytes: '200MB', compression: true, encryption: false },
  metrics: { ttl: '5m', policy: 'fifo', maxBytes: '50MB', compression: false, encryption: false },
  article_content: { ttl: '4h', policy: 'lru', maxBytes: '1GB', compression: true, encryption: false },
  prompt_cache: { ttl: '1h', policy: 'lfu', maxBytes: '200MB', compression: false, encryption: false },
}
