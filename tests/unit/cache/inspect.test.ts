import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import { MemoryCache } from '../../../js/memory/index.ts'

it('a memory cache is printed with its figures, and without keys or values', () => {
  const cache = new MemoryCache<string>({ max: 10, ttl: '5m' })
  cache.set('secret-key', 'secret-value')
  expect(inspect(cache)).toBe('MemoryCache { size: 1, max: 10, bytes: 0, maxBytes: Infinity, ttl: 300000 }')
  expect(inspect({ a: { b: cache } }, { depth: 1 })).toBe('{ a: { b: [MemoryCache] } }')
  expect(String(cache)).toBe('[object MemoryCache]')
})

it('a manager is printed with its tier and regions, a region with its name', async () => {
  const cache = new CacheManager({ regions: { sessions: { ttl: '1h' } } })
  await cache.set('sessions', 'secret-key', 'secret-value')
  const printed = inspect(cache)
  expect(printed).toMatch(/^CacheManager \{\s+tier: 'memory',\s+closed: false,\s+regions: \[/)
  expect(printed).toContain("'sessions'")
  expect(inspect(cache.region('sessions'))).toBe("Region { name: 'sessions' }")
  expect(printed).not.toContain('secret')
  expect([String(cache), String(cache.region('sessions'))]).toEqual(['[object CacheManager]', '[object Region]'])
  await cache.close()
})
