/** What a page, a worker or a frame does with the tier in IndexedDB. */

import { CacheManager } from 'omnicache'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { driverFailures, FakeClock } from 'omnicache/testing'

const KEY = '5c'.repeat(32)
const PAGE = { title: 'On caches', body: 'what is kept need not be made again '.repeat(300), at: new Date(1e12) }

/** In memory, packed and compressed, and sealed. */
const REGIONS = ['live', 'packed', 'user_preferences']

/** @param {string} database @param {object} [more] */
export function cacheOver(database, more = {}) {
  return new CacheManager({
    l2: indexedDbDriver({ database }),
    encryption: { keys: KEY },
    // A busy machine is no slow tier.
    defaults: { l2: { timeout: '20s' }, l1: { ttl: '1h' } },
    regions: { live: {}, packed: { store: 'packed', compression: true } },
    ...more,
  })
}

/** @param {unknown} actual @param {unknown} expected */
export function same(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${a} is not ${b}`)
}

/** Stores what `recall` is to find: in this page after a reload, in another one, in a worker. @param {string} database */
export async function store(database) {
  const cache = cacheOver(database)
  for (const region of REGIONS) same(await cache.set(region, 'page', PAGE), true)
  same(await cache.getOrSet('packed', 'made', () => ({ by: 'the factory' })), { by: 'the factory' })
  await cache.set('live', 'deleted', 1)
  same(await cache.delete('live', 'deleted'), true)
  same((await cache.close()).unsent, 0)
}

/** @param {string} database */
export async function recall(database) {
  const cache = cacheOver(database)
  for (const region of REGIONS) {
    const found = await cache.get(region, 'page')
    same(found, PAGE)
    if (!(found.at instanceof Date)) throw new Error('the date came back as something else')
  }
  const factory = () => Promise.reject(new Error('it was to be there'))
  same(await cache.getOrSet('packed', 'made', factory), { by: 'the factory' })
  same(await cache.has('live', 'deleted'), false)
  same(cache.metrics().regions.packed.l2Hits, 2)
  await cache.close()
}

/** Puts the driver through the contract of all drivers; answers what it does wrong. @param {string} database */
export async function contract(database) {
  const clock = new FakeClock({ wall: Date.now() })
  const make = () => indexedDbDriver({ database, clock })
  const failures = await driverFailures(async () => ({
    driver: make(),
    elapse: (ms) => clock.advance(ms),
    another: async () => make(),
  }))
  return failures.map(({ case: name, error }) => `${name}: ${error}`)
}

/**
 * A cache over a tier that cannot be had: it serves from memory, and tells why.
 *
 * @param {string} database
 * @returns {Promise<string>} What the tier said.
 */
export async function memoryAlone(database) {
  const cache = cacheOver(database, { timeouts: { close: 50 } })
  for (const region of REGIONS) {
    same(await cache.set(region, 'page', PAGE), true)
    same(await cache.get(region, 'page'), PAGE)
  }
  same(await cache.getOrSet('packed', 'made', () => 'by the factory'), 'by the factory')
  same(await cache.clear('live'), 1)
  const { state, lastError } = cache.status().l2
  if (state === 'closed') throw new Error('the tier was there all the same')
  await cache.close()
  return `${lastError?.code}: ${lastError?.message}`
}
