import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache } from 'cache-manager'
import { Cacheable, createKeyv, Keyv } from 'cacheable'
import { LRUCache } from 'lru-cache'
import { omnicache } from '../lib/omnicache.ts'
import { own } from '../lib/own.ts'
import { OURS } from './sync.ts'

/** An asynchronous cache, and its loops: each calls it as its own documentation does. */
export interface AsyncCache {
  readonly name: string
  get(keys: readonly string[]): Promise<number>
  set(keys: readonly string[], values: readonly unknown[]): Promise<number>
  /** Reads with a factory for what is missing; `undefined` where the cache has no such call. */
  getOrSet?(keys: readonly string[], factory: () => unknown): Promise<number>
}

const TTL = 3_600_000
const REGION = 'bench'

/** What most of them have in common. */
interface Common {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}

async function getAll(cache: Common, keys: readonly string[]): Promise<number> {
  let found = 0
  for (let i = 0; i < keys.length; i++) if ((await cache.get(keys[i] as string)) !== undefined) found++
  return found
}

async function setAll(cache: Common, keys: readonly string[], values: readonly unknown[]): Promise<number> {
  for (let i = 0; i < keys.length; i++) await cache.set(keys[i] as string, values[i])
  return keys.length
}

interface Loading {
  getOrSet(key: string, factory: () => unknown): Promise<unknown>
}

async function getOrSetAll(cache: Loading, keys: readonly string[], factory: () => unknown): Promise<number> {
  let found = 0
  for (let i = 0; i < keys.length; i++) {
    if ((await cache.getOrSet(keys[i] as string, factory)) !== undefined) found++
  }
  return found
}

interface Wrapping {
  wrap(key: string, factory: () => unknown): Promise<unknown>
}

async function wrapAll(cache: Wrapping, keys: readonly string[], factory: () => unknown): Promise<number> {
  let found = 0
  for (let i = 0; i < keys.length; i++) if ((await cache.wrap(keys[i] as string, factory)) !== undefined) found++
  return found
}

/** Loops over a cache with `get(key)` and `set(key, value)`. */
function common(name: string, cache: Common): AsyncCache {
  const get = own(getAll)
  const set = own(setAll)
  return { name, get: (keys) => get(cache, keys), set: (keys, values) => set(cache, keys, values) }
}

async function ours(capacity: number): Promise<AsyncCache[]> {
  const { CacheManager } = await omnicache()
  const manager = new CacheManager({
    maxBytes: '1GB',
    regions: { [REGION]: { store: 'live', policy: 'lru', ttl: TTL, maxEntries: capacity, maxBytes: '512MB' } },
  })
  const region = manager.region(REGION)
  const getOrSet = own(getOrSetAll)
  return [
    managerLoops(manager),
    { ...common(`${OURS}, region`, region), getOrSet: (keys, factory) => getOrSet(region, keys, factory) },
  ]
}

type Manager = InstanceType<Awaited<ReturnType<typeof omnicache>>['CacheManager']>

function managerLoops(manager: Manager): AsyncCache {
  return {
    name: OURS,
    async get(keys) {
      let found = 0
      for (let i = 0; i < keys.length; i++) if ((await manager.get(REGION, keys[i] as string)) !== undefined) found++
      return found
    },
    async set(keys, values) {
      for (let i = 0; i < keys.length; i++) await manager.set(REGION, keys[i] as string, values[i])
      return keys.length
    },
    async getOrSet(keys, factory) {
      let found = 0
      for (let i = 0; i < keys.length; i++) {
        if ((await manager.getOrSet(REGION, keys[i] as string, factory)) !== undefined) found++
      }
      return found
    },
  }
}

/**
 * The store that both cache-manager and cacheable recommend, set for speed: one Map, and values
 * by reference. It measured faster than their defaults and than cache-manager on a plain Map.
 */
function cacheableStore(capacity: number): Keyv {
  return createKeyv({ ttl: TTL, lruSize: capacity, useClone: false, storeHashSize: 1 })
}

function cacheManager(capacity: number): AsyncCache {
  const cache = createCache({ stores: [cacheableStore(capacity)], ttl: TTL })
  const wrap = own(wrapAll)
  return { ...common('cache-manager', cache), getOrSet: (keys, factory) => wrap(cache, keys, factory) }
}

function cacheable(capacity: number): AsyncCache {
  const cache = new Cacheable({ primary: cacheableStore(capacity), ttl: TTL })
  const getOrSet = own(getOrSetAll)
  const loading: Loading = { getOrSet: (key, factory) => cache.getOrSet(key, async () => factory()) }
  return { ...common('cacheable', cache), getOrSet: (keys, factory) => getOrSet(loading, keys, factory) }
}

function bentocache(capacity: number): AsyncCache {
  const memory = memoryDriver({ maxItems: capacity, serialize: false })
  const cache = new BentoCache({
    default: 'memory',
    ttl: TTL,
    stores: { memory: bentostore().useL1Layer(memory) },
  })
  return {
    name: 'bentocache',
    async get(keys) {
      let found = 0
      for (let i = 0; i < keys.length; i++) if ((await cache.get({ key: keys[i] as string })) !== undefined) found++
      return found
    },
    async set(keys, values) {
      for (let i = 0; i < keys.length; i++) await cache.set({ key: keys[i] as string, value: values[i] })
      return keys.length
    },
    async getOrSet(keys, factory) {
      let found = 0
      for (let i = 0; i < keys.length; i++) {
        if ((await cache.getOrSet({ key: keys[i] as string, factory })) !== undefined) found++
      }
      return found
    },
  }
}

/** On a plain Map, values by reference: as fast as it can be, without a bound. */
function keyv(): AsyncCache {
  const cache = new Keyv({ ttl: TTL })
  cache.serialize = undefined
  cache.deserialize = undefined
  return common('keyv', cache)
}

/** The floor: a synchronous cache whose answers are awaited. */
function awaitedLru(max: number): AsyncCache {
  return common('lru-cache, awaited', new LRUCache<string, object>({ max, ttl: TTL }) as Common)
}

/** All of them, new and empty. */
export async function asyncCaches(capacity: number): Promise<AsyncCache[]> {
  const others = [cacheManager, bentocache, cacheable, keyv, awaitedLru].map((make) => make(capacity))
  return [...(await ours(capacity)), ...others]
}
