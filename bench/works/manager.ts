import { makeKeys, makeValues, type Scale, zipfRequests } from '../lib/load.ts'
import type { Contender } from '../lib/measure.ts'
import { type AsyncCache, asyncCaches } from '../peers/async.ts'
import type { Work } from './work.ts'

const against = ['cache-manager', 'bentocache', 'cacheable']

/** Full caches, and the requests that they all get. */
async function filledCaches(scale: Scale): Promise<{ caches: AsyncCache[]; keys: string[]; values: object[] }> {
  const keys = makeKeys('user:profile:', scale.entries)
  const values = makeValues(scale.entries)
  const caches = await asyncCaches(scale.entries)
  for (const cache of caches) await cache.set(keys, values)
  return { caches, keys, values }
}

async function gets(scale: Scale): Promise<Contender[]> {
  const { caches, keys } = await filledCaches(scale)
  const requests = zipfRequests(keys, scale.asyncRequests)
  const operations = requests.length
  return caches.map((cache) => ({ name: cache.name, operations, expected: operations, run: () => cache.get(requests) }))
}

async function getOrSets(scale: Scale): Promise<Contender[]> {
  const { caches, keys } = await filledCaches(scale)
  const requests = zipfRequests(keys, scale.asyncRequests)
  const operations = requests.length
  const factory = () => {
    throw new Error('a hit must not run the factory')
  }
  return caches.flatMap(({ name, getOrSet }) =>
    getOrSet === undefined ? [] : [{ name, operations, expected: operations, run: () => getOrSet(requests, factory) }],
  )
}

async function sets(scale: Scale): Promise<Contender[]> {
  const { caches, keys, values } = await filledCaches(scale)
  const some = keys.slice(0, scale.asyncRequests)
  const operations = some.length
  return caches.map((cache) => ({
    name: cache.name,
    operations,
    expected: operations,
    run: () => cache.set(some, values),
  }))
}

/** What asynchronous caches do, each call awaited before the next. */
export const MANAGER_WORKS: readonly Work[] = [
  {
    name: 'manager-get',
    title: '`CacheManager.get`, hits in memory',
    about:
      'Each call is awaited; Zipf 0.99, every entry with a time to live. keyv and the awaited lru-cache, which are no managers, show the floor.',
    against,
    make: gets,
  },
  {
    name: 'manager-get-or-set',
    title: '`CacheManager.getOrSet`, hits in memory',
    about:
      'As above, with a factory that is never needed: `getOrSet` of bentocache and cacheable, `wrap` of cache-manager.',
    against,
    make: getOrSets,
  },
  {
    name: 'manager-set',
    title: '`CacheManager.set`, known keys',
    about: 'A new value for entries that are there.',
    against,
    make: sets,
  },
]
