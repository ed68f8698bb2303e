import { crc32 } from 'node:zlib'
import KeyvRedis from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { createCache } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { LRUCache } from 'lru-cache'
import { pack, unpack } from 'msgpackr'
import { createClient } from 'redis'
import type { RedisSource } from '../../js/tiers/redis/index.ts'
import type { OurPackage } from '../peers/async.ts'
import { OURS } from '../peers/names.ts'

/** A cache whose values are in Redis alone, or a bare client. */
export interface RemoteCache {
  /** The value under a key, a text, or nothing. */
  get(key: string): Promise<unknown>
  set(key: string, value: string): Promise<unknown>
  /** As many values as there are, in one call where it has one. */
  getMany(keys: readonly string[]): Promise<readonly unknown[]>
  /** Stores one value under all keys, in one call where it has one. */
  setMany(keys: readonly string[], value: string): Promise<unknown>
}

/** Connects a cache to the server at a URL. */
export type Connect = (url: string) => RemoteCache | Promise<RemoteCache>

/** The bare clients: what the others can come near to at the best. */
export const BARE = { ioredis: 'ioredis, bare', nodeRedis: 'redis, bare' } as const

/**
 * A bare client with somebody's own decoding around it, the last one with all that a cache does besides: what one is
 * to be held against that hands out values.
 */
export const DECODING = {
  json: 'ioredis, bare + JSON.parse',
  msgpackr: 'ioredis, bare + msgpackr',
  byHand: 'ioredis, bare + CRC-32, JSON.parse, lru-cache',
} as const

/** Bare clients where single reads are to be had: one MGET of all keys, which is what asking alone takes. */
export const CEILINGS: Readonly<Record<string, keyof typeof BARE>> = {
  'one MGET, ioredis': 'ioredis',
  'one MGET, redis': 'nodeRedis',
}

/** omnicache over each client, and that client by itself. */
export const OURS_OVER = { ioredis: OURS, nodeRedis: `${OURS}, redis` } as const

const TTL = 3_600_000
const REGION = 'bench'

/** What is not there does not count. */
function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== undefined && value !== null)
}

function bareIoredis(url: string): RemoteCache {
  const client = new Redis(url)
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value, 'PX', TTL),
    getMany: async (keys) => present(await client.mget([...keys])),
    setMany(keys, value) {
      const pipeline = client.pipeline()
      for (const key of keys) pipeline.set(key, value, 'PX', TTL)
      return pipeline.exec()
    },
  }
}

/** ioredis, with values that are encoded and decoded by hand. */
function decoding(
  encode: (value: string) => string | Buffer,
  decode: (bytes: Buffer, key: string) => unknown,
): Connect {
  return (url) => {
    const client = new Redis(url)
    const read = (bytes: Buffer | null, key: string) => (bytes === null ? undefined : decode(bytes, key))
    return {
      get: async (key) => read(await client.getBuffer(key), key),
      set: (key, value) => client.set(key, encode(value), 'PX', TTL),
      getMany: async (keys) =>
        present((await client.mgetBuffer([...keys])).map((bytes, i) => read(bytes, keys[i] as string))),
      setMany(keys, value) {
        const pipeline = client.pipeline()
        for (const key of keys) pipeline.set(key, encode(value), 'PX', TTL)
        return pipeline.exec()
      },
    }
  }
}

const CHECKSUM_BYTES = 4

/** What a cache of two tiers that somebody writes by hand does: a checksum, JSON, and a copy in memory. */
function byHand(): Connect {
  const memory = new LRUCache<string, NonNullable<unknown>>({ max: 1, ttl: TTL })
  return decoding(
    (value) => {
      const text = Buffer.from(JSON.stringify(value))
      const checksum = Buffer.alloc(CHECKSUM_BYTES)
      checksum.writeUInt32BE(crc32(text))
      return Buffer.concat([checksum, text])
    },
    (bytes, key) => {
      const text = bytes.subarray(CHECKSUM_BYTES)
      if (crc32(text) !== bytes.readUInt32BE(0)) return undefined
      const value: NonNullable<unknown> = JSON.parse(text.toString())
      memory.set(key, value)
      return value
    },
  )
}

async function bareNodeRedis(url: string): Promise<RemoteCache> {
  const client = await createClient({ url }).connect()
  const store = (key: string, value: string) => client.set(key, value, { expiration: { type: 'PX', value: TTL } })
  return {
    get: (key) => client.get(key),
    set: store,
    getMany: async (keys) => present(await client.mGet([...keys])),
    setMany: (keys, value) => Promise.all(keys.map((key) => store(key, value))),
  }
}

/** How long an operation may take: where the machine is busy elsewhere, standing still for a moment is no outage. */
const PATIENCE = '10s'

/**
 * Memory holds one entry, so that every read goes to Redis; all else is as it comes. The two of ours
 * have namespaces of their own, so that neither hears what the other writes.
 */
async function ours({ CacheManager }: OurPackage, redis: RedisSource, namespace: string): Promise<RemoteCache> {
  const options = { ttl: TTL, maxEntries: 1, l2: { timeout: PATIENCE } } as const
  const manager = new CacheManager({ redis, namespace, regions: { [REGION]: options } })
  if (!(await manager.ready())) throw new Error('the server was not reached')
  const region = manager.region<string>(REGION)
  return {
    get: (key) => region.get(key),
    set: (key, value) => region.set(key, value),
    getMany: async (keys) => [...(await region.getMany(keys)).values()],
    setMany: (keys, value) => region.setMany(keys.map((key) => [key, value] as const)),
  }
}

function bentocache(url: string): RemoteCache {
  const stores = {
    redis: bentostore().useL2Layer(redisDriver({ connection: { host: '127.0.0.1', port: portOf(url) } })),
  }
  const cache = new BentoCache({ default: 'redis', ttl: TTL, stores })
  return {
    get: (key) => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
    getMany: async (keys) => present(await Promise.all(keys.map((key) => cache.get({ key })))),
    setMany: (keys, value) => Promise.all(keys.map((key) => cache.set({ key, value }))),
  }
}

function cacheManager(url: string): RemoteCache {
  const cache = createCache({ stores: [new Keyv({ store: new KeyvRedis(url) })], ttl: TTL })
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getMany: async (keys) => present(await cache.mget([...keys])),
    setMany: (keys, value) => cache.mset(keys.map((key) => ({ key, value }))),
  }
}

/** Its first tier is Redis itself: it can't be without one. */
function cacheable(url: string): RemoteCache {
  const cache = new Cacheable({ primary: new Keyv({ store: new KeyvRedis(url) }), ttl: TTL })
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getMany: async (keys) => present(await cache.getMany([...keys])),
    setMany: (keys, value) => cache.setMany(keys.map((key) => ({ key, value }))),
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** All of them, by name. */
export function remoteCaches(our: OurPackage): Readonly<Record<string, Connect>> {
  return {
    [BARE.ioredis]: bareIoredis,
    [BARE.nodeRedis]: bareNodeRedis,
    [DECODING.json]: decoding(JSON.stringify, (bytes) => JSON.parse(bytes.toString())),
    [DECODING.msgpackr]: decoding(pack, (bytes) => unpack(bytes)),
    [DECODING.byHand]: byHand(),
    [OURS_OVER.ioredis]: (url) => ours(our, url, 'ioredis'),
    [OURS_OVER.nodeRedis]: async (url) => ours(our, await createClient({ url }).connect(), 'node-redis'),
    bentocache,
    'cache-manager': cacheManager,
    cacheable,
  }
}
