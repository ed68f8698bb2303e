import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache } from 'cache-manager'
import { Cacheable, createKeyv, Keyv } from 'cacheable'
import { LRUCache } from 'lru-cache'
import { OURS } from './names.ts'

/** An asynchronous cache, and its loops: each calls it as its own documentation does. */
export interface AsyncCache {
  get(keys: readonly string[]): Promise<number>
  set(keys: readonly string[], values: readonly unknown[]): Promise<number>
}

/** One that can be read with a factory for what is missing. */
export interface LoadingCache extends AsyncCache {
  getOrSet(keys: readonly string[], factory: () => unknown): Promise<number>
}

/** Makes a cache that holds `capacity` entries. */
export type MakeAsync<Cache extends AsyncCache = AsyncCache> = (capacity: number) => Cache

/** The package, as its bundle exports it. */
export type OurPackage = Pick<typeof import('../../js/index.ts'), 'CacheManager'>

/** How the default configuration of a peer is called beside the one that is set for speed. */
export const TUNED = ', tuned'

const TTL = 3_600_000
const REGION = 'bench'

/** What most of them have in common. */
interface Common {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}

/** Loops over a cache with `get(key)` and `set(key, value)`. */
function common(cache: Common): AsyncCache {
  return {
    async get(keys) {
      let found = 0
      for (let i = 0; i < keys.length; i++) if ((await cache.get(keys[i] as string)) !== undefined) found++
      return found
    },
    async set(keys, values) {
      for (let i = 0; i < keys.length; i++) await cache.set(keys[i] as string, values[i])
      return keys.length
    },
  }
}

/** Reads with a factory by a call that takes it. */
function loading(getOrSet: (key: string, factory: () => unknown) => Promise<unknown>): Pick<LoadingCache, 'getOrSet'> {
  return {
    async getOrSet(keys, factory) {
      let found = 0
      for (let i = 0; i < keys.length; i++) if ((await getOrSet(keys[i] as string, factory)) !== undefined) found++
      return found
    },
  }
}

/** A manager whose one region holds as many entries, each for an hour. */
export function ourManager({ CacheManager }: OurPackage, maxEntries: number) {
  const region = { store: 'live', ttl: TTL, maxEntries, maxBytes: '512MB' } as const
  return new CacheManager({ maxBytes: '1GB', regions: { [REGION]: region } })
}

function ours(our: OurPackage): Record<string, MakeAsync<LoadingCache>> {
  return {
    [OURS]: (capacity) => {
      const manager = ourManager(our, capacity)
      const cache = {
        get: (key: string) => manager.get(REGION, key),
        set: (key: string, value: unknown) => manager.set(REGION, key, value),
      }
      return { ...common(cache), ...loading((key, factory) => manager.getOrSet(REGION, key, factory)) }
    },
    [`${OURS}, region`]: (capacity) => {
      const region = ourManager(our, capacity).region(REGION)
      return { ...common(region), ...loading((key, factory) => region.getOrSet(key, factory)) }
    },
  }
}

/**
 * The store that both cache-manager and cacheable recommend, set for speed: one Map, and values
 * by reference. It measured faster than their defaults and than cache-manager on a plain Map.
 */
function fastStore(capacity: number): Keyv {
  return createKeyv({ ttl: TTL, lruSize: capacity, useClone: false, storeHashSize: 1 })
}

function cacheManager(cache: ReturnType<typeof createCache>): LoadingCache {
  return { ...common(cache), ...loading((key, factory) => cache.wrap(key, factory)) }
}

function cacheable(cache: Cacheable): LoadingCache {
  return { ...common(cache), ...loading((key, factory) => cache.getOrSet(key, async () => factory())) }
}

function bentocache(driver: ReturnType<typeof memoryDriver>): LoadingCache {
  const stores = { memory: bentostore().useL1Layer(driver) }
  const cache = new BentoCache({ default: 'memory', ttl: TTL, stores })
  const loops = common({
    get: (key) => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
  })
  return { ...loops, ...loading((key, factory) => cache.getOrSet({ key, factory })) }
}

/** On a plain Map, values by reference: as fast as it can be, without a bound. */
function fastKeyv(): Keyv {
  const cache = new Keyv({ ttl: TTL })
  cache.serialize = undefined
  cache.deserialize = undefined
  return cache
}

/**
 * Each peer as the first example of its documentation makes it, with room for the entries where
 * it would not have that, and as it is fastest.
 */
const MANAGERS: Readonly<Record<string, MakeAsync<LoadingCache>>> = {
  'cache-manager': () => cacheManager(createCache()),
  [`cache-manager${TUNED}`]: (max) => cacheManager(createCache({ stores: [fastStore(max)], ttl: TTL })),
  bentocache: (maxItems) => bentocache(memoryDriver({ maxItems })),
  [`bentocache${TUNED}`]: (maxItems) => bentocache(memoryDriver({ maxItems, serialize: false })),
  cacheable: () => cacheable(new Cacheable()),
  [`cacheable${TUNED}`]: (max) => cacheable(new Cacheable({ primary: fastStore(max), ttl: TTL })),
}

/** No managers: less work, and so a floor. */
const STORES: Readonly<Record<string, MakeAsync>> = {
  keyv: () => common(new Keyv()),
  [`keyv${TUNED}`]: () => common(fastKeyv()),
  'lru-cache, awaited': (max) => common(new LRUCache<string, object>({ max, ttl: TTL }) as Common),
}

/** Those that load what is missing, by name. */
export function managers(our: OurPackage): Readonly<Record<string, MakeAsync<LoadingCache>>> {
  return { ...ours(our), ...MANAGERS }
}

/** All of them, by name. */
export function asyncCaches(our: OurPackage): Readonly<Record<string, MakeAsync>> {
  return { ...managers(our), ...STORES }
}
