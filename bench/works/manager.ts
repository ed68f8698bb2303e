import { makeKeys, record, zipfRequests } from '../lib/load.ts'
import type { Contender } from '../lib/measure.ts'
import type { Scale } from '../lib/sizes.ts'
import {
  type AsyncCache,
  asyncCaches,
  type LoadingCache,
  type MakeAsync,
  managers,
  type OurPackage,
} from '../peers/async.ts'
import type { Enter, Work } from './work.ts'

/** A full cache, and what it gets. */
interface Load<Cache> {
  readonly cache: Cache
  readonly keys: readonly string[]
  readonly values: readonly object[]
}

async function filled<Cache extends AsyncCache>(make: MakeAsync<Cache>, scale: Scale): Promise<Load<Cache>> {
  const keys = makeKeys('user:profile:', scale.entries)
  const values = keys.map((_, id) => record(id))
  const cache = make(scale.entries)
  await cache.set(keys, values)
  return { cache, keys, values }
}

async function gets(make: MakeAsync, scale: Scale): Promise<Contender> {
  const { cache, keys } = await filled(make, scale)
  const requests = zipfRequests(keys, scale.asyncRequests)
  const operations = requests.length
  return { operations, expected: operations, run: () => cache.get(requests) }
}

async function getOrSets(make: MakeAsync<LoadingCache>, scale: Scale): Promise<Contender> {
  const { cache, keys } = await filled(make, scale)
  const requests = zipfRequests(keys, scale.asyncRequests)
  const operations = requests.length
  const factory = () => {
    throw new Error('a hit must not run the factory')
  }
  return { operations, expected: operations, run: () => cache.getOrSet(requests, factory) }
}

async function sets(make: MakeAsync, scale: Scale): Promise<Contender> {
  const { cache, keys, values } = await filled(make, scale)
  const some = keys.slice(0, scale.asyncRequests)
  const operations = some.length
  return { operations, expected: operations, run: () => cache.set(some, values) }
}

/** `enter` for each of the caches. */
function each<Cache extends AsyncCache>(
  makers: Readonly<Record<string, MakeAsync<Cache>>>,
  enter: (make: MakeAsync<Cache>, scale: Scale) => Promise<Contender>,
): Record<string, Enter> {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, (scale: Scale) => enter(make, scale)]))
}

/** What asynchronous caches do, each call awaited before the next. */
export function managerWorks(our: OurPackage): readonly Work[] {
  const all = asyncCaches(our)
  const against = ['cache-manager', 'bentocache', 'cacheable']
  return [
    {
      name: 'manager-get',
      title: '`CacheManager.get`, hits in memory',
      about:
        'Each call is awaited; objects of about 200 bytes, Zipf 0.99. The peers as the first example of their documentation makes them, and tuned: with values by reference, and no more layers than they need. keyv and the awaited lru-cache, which are no managers, show the floor.',
      against,
      contenders: each(all, gets),
    },
    {
      name: 'manager-get-or-set',
      title: '`CacheManager.getOrSet`, hits in memory',
      about:
        'As above, with a factory that is never needed: `getOrSet` of bentocache and cacheable, `wrap` of cache-manager.',
      against,
      contenders: each(managers(our), getOrSets),
    },
    {
      name: 'manager-set',
      title: '`CacheManager.set`, known keys',
      about: 'A new value for entries that are there.',
      against,
      contenders: each(all, sets),
    },
  ]
}
