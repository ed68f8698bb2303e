import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import { CacheType } from '../../../js/config/presets.ts'

const MB = 1024 ** 2
const HOUR = 3_600_000

/** The table that the presets promise. */
const TABLE = [
  ['generation_status', HOUR, 'ttl', 100 * MB, true, false],
  ['export_cache', 2 * HOUR, 'lru', 500 * MB, true, false],
  ['user_preferences', 24 * HOUR, 'lru', 50 * MB, false, true],
  ['api_responses', HOUR / 2, 'ttl', 200 * MB, true, false],
  ['metrics', 5 * 60_000, 'fifo', 50 * MB, false, false],
  ['article_content', 4 * HOUR, 'lru', 1024 * MB, true, false],
  ['prompt_cache', HOUR, 'lfu', 200 * MB, false, false],
] as const

describe('the presets', () => {
  it('are the seven types, by name and value', () => {
    expect(CacheType).toEqual({
      GENERATION_STATUS: 'generation_status',
      EXPORT_CACHE: 'export_cache',
      USER_PREFERENCES: 'user_preferences',
      API_RESPONSES: 'api_responses',
      METRICS: 'metrics',
      ARTICLE_CONTENT: 'article_content',
      PROMPT_CACHE: 'prompt_cache',
    })
    expect(new CacheManager().regions).toEqual(TABLE.map(([name]) => name))
  })

  it.each(TABLE)('%s lives %i ms, under %s', (name, ttl, policy, maxBytes, compress, encryption) => {
    const config = new CacheManager().config(name)
    expect(config).toMatchObject({ ttl, policy, maxBytes, encryption, compression: compress ? 'deflate' : 'none' })
    expect(config.store).toBe(compress || encryption ? 'packed' : 'live')
    expect(config.compressAbove).toBe(1024)
  })

  it('give way to what the program says, option by option', () => {
    const cache = new CacheManager({
      compression: false,
      defaults: { ttl: '1m', clone: true },
      regions: { metrics: { ttl: '9s' }, export_cache: { compression: true }, sessions: { policy: 'fifo' } },
    })
    expect(cache.config('metrics')).toMatchObject({ ttl: 9000, policy: 'fifo', clone: true })
    expect(cache.config('article_content')).toMatchObject({ ttl: 4 * HOUR, compression: 'none', store: 'live' })
    expect(cache.config('export_cache')).toMatchObject({ compression: 'deflate', store: 'packed' })
    expect(cache.config('sessions')).toMatchObject({ ttl: 60_000, policy: 'fifo' })
    expect(cache.regions).toContain('sessions')
  })

  it('are ceilings inside of the whole: no more than a quarter of the process by default', () => {
    const { maxBytes } = new CacheManager().status()
    expect(maxBytes).toBeGreaterThan(0)
    expect(maxBytes).toBeLessThanOrEqual((process.constrainedMemory() || Number.POSITIVE_INFINITY) / 4)
    expect(new CacheManager({ maxBytes: '3MB' }).status().maxBytes).toBe(3 * MB)
  })
})
