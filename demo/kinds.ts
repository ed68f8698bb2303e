import { CacheType } from '../js/index.ts'
import type { Latency } from './source.ts'

/** One of the seven things that the article service serves. */
export interface Kind {
  /** The cache region, whose preset names TTL, policy, compression and encryption. */
  readonly region: CacheType
  /** The first segment of its paths: `/<route>/<id>`. */
  readonly route: string
  /** Its part of the requests; the seven add up to 1. */
  readonly share: number
  /** How many different ids are asked for. */
  readonly ids: number
  readonly origin: Latency
}

/** The seven kinds, one for each preset region of the cache. */
export const KINDS: readonly Kind[] = [
  {
    region: CacheType.GENERATION_STATUS,
    route: 'status',
    share: 0.15,
    ids: 1_500,
    origin: { minMs: 20, maxMs: 40 },
  },
  {
    region: CacheType.EXPORT_CACHE,
    route: 'exports',
    share: 0.05,
    ids: 300,
    origin: { minMs: 60, maxMs: 120 },
  },
  {
    region: CacheType.USER_PREFERENCES,
    route: 'preferences',
    share: 0.12,
    ids: 1_000,
    origin: { minMs: 20, maxMs: 50 },
  },
  {
    region: CacheType.API_RESPONSES,
    route: 'api',
    share: 0.2,
    ids: 1_200,
    origin: { minMs: 30, maxMs: 90 },
  },
  {
    region: CacheType.METRICS,
    route: 'measurements',
    share: 0.08,
    ids: 400,
    origin: { minMs: 20, maxMs: 60 },
  },
  {
    region: CacheType.ARTICLE_CONTENT,
    route: 'articles',
    share: 0.3,
    ids: 2_000,
    origin: { minMs: 40, maxMs: 110 },
  },
  {
    region: CacheType.PROMPT_CACHE,
    route: 'prompts',
    share: 0.1,
    ids: 800,
    origin: { minMs: 70, maxMs: 120 },
  },
]
