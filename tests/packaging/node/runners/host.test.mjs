import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { work } from '../work.mjs'

// Both jest and vitest have them: jest as globals, vitest as exports.
const { test, expect } = 'test' in globalThis ? globalThis : await import('vitest')

test('it does its work', async () => {
  expect(await work(omnicache, testing)).toBeGreaterThan(5)
}, 60_000)

test('what comes back is equal to what went in, as the runner sees it', async () => {
  const cache = new omnicache.CacheManager({ regions: { packed: { store: 'packed' } } })
  const value = { when: new Date(5), list: [1, { a: null }], map: new Map([['a', 1]]), bytes: Uint8Array.of(1) }
  await cache.set('packed', 'key', value)
  expect(await cache.get('packed', 'key')).toEqual(value)
  await cache.close()
})
