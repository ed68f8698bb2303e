const omnicache = require('omnicache')
const testing = require('omnicache/testing')
const { test, expect } = globalThis

test('it does its work', async () => {
  // A runner without modules cannot import: the file is text to it, and its one export a name.
  const { readFileSync } = require('node:fs')
  const source = readFileSync(require.resolve('../work.mjs'), 'utf8').replace('export async function', 'async function')
  const work = new Function(`${source}; return work`)()
  expect(await work(omnicache, testing)).toBeGreaterThan(5)
}, 60_000)

test('what comes back is equal to what went in, as the runner sees it', async () => {
  const cache = new omnicache.CacheManager({ regions: { packed: { store: 'packed' } } })
  const value = { when: new Date(5), list: [1, { a: null }], map: new Map([['a', 1]]), bytes: Uint8Array.of(1) }
  await cache.set('packed', 'key', value)
  expect(await cache.get('packed', 'key')).toEqual(value)
  await cache.close()
})
