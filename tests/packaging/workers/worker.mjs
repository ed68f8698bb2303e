/** A Worker that does what many do: caches made at module scope, which all requests of an isolate share. */

import * as omnicache from 'omnicache'
import { cloudflareKvDriver } from 'omnicache/cloudflare-kv'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { sqliteDriver } from 'omnicache/sqlite'
import * as testing from 'omnicache/testing'
import { redisIsRefused, refused } from './refusal.mjs'
import { work } from './work.mjs'

// No clock, no random source and no timers here.
const cache = new omnicache.CacheManager({ regions: { counts: { ttl: '1h' }, short: { ttl: 100 } } })
const memory = new omnicache.MemoryCache({ max: 100, ttl: '1h' })
memory.set('made', 'at module scope')
const region = cache.region('counts')
const written = region.set('written', 'at module scope')

const tier = new testing.ChaosDriver(testing.memoryDriver())
const overTier = new omnicache.CacheManager({ l2: tier })

let overKv
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a request asks for, by its path. */
const paths = {
  '/work': () => work(omnicache, testing),

  async '/module-scope'() {
    return [memory.get('made'), await written, await region.get('written')]
  },

  async '/count'() {
    const count = ((await region.get('requests')) ?? 0) + 1
    await region.set('requests', count)
    return count
  },

  // Both ends of a lifetime, each in a request of its own.
  '/set-short': () => cache.set('short', 'key', 1),
  async '/get-short'() {
    return (await cache.get('short', 'key')) ?? 'gone'
  },

  // The first request runs the factory, the second one waits for it.
  '/slow': () =>
    cache.getOrSet('counts', 'slow', async () => {
      await sleep(300)
      return { made: 'slowly' }
    }),

  // Its client gives up before its factory ends, and with the request goes all that it waited for.
  '/stuck': () => cache.getOrSet('counts', 'stuck', () => sleep(8_000)),
  '/not-stuck': () => cache.getOrSet('counts', 'stuck', async () => 'made'),

  async '/break'() {
    tier.break('fail')
    await overTier.set('metrics', 'key', 'written during an outage')
    return overTier.status().l2.state
  },
  async '/heal'() {
    tier.heal()
    await overTier.get('metrics', 'other')
    return overTier.status().l2.state
  },
  async '/tier'() {
    await overTier.get('metrics', 'other')
    const other = new omnicache.CacheManager({ l2: tier })
    return [overTier.status().l2.state, (await other.get('metrics', 'key')) ?? 'missing']
  },

  async '/kv-set'(env) {
    overKv ??= new omnicache.CacheManager({ l2: cloudflareKvDriver(env.KV), defaults: { l2: { timeout: '5s' } } })
    return overKv.set('article_content', 'a1', { body: 'text '.repeat(5_000) })
  },
  async '/kv-get'(env) {
    const fresh = new omnicache.CacheManager({ l2: cloudflareKvDriver(env.KV), defaults: { l2: { timeout: '5s' } } })
    return (await fresh.get('article_content', 'a1'))?.body.length
  },

  // More than a Worker may hold, into regions whose sizes add up to 2.1 GB.
  async '/fill'() {
    const body = (i) => `${i} `.repeat(25_000 / `${i} `.length)
    for (let i = 0; i < 2_000; i++) {
      await cache.set(['metrics', 'prompt_cache', 'counts'][i % 3], `key-${i}`, body(i))
      // Sealing takes longer than all the rest.
      if (i % 8 === 0) await cache.set('user_preferences', `key-${i}`, body(i))
    }
    const { bytes, maxBytes } = cache.status()
    const sizes = Object.values(cache.metrics().regions).map((figures) => figures.maxBytes)
    return { bytes, maxBytes, largest: Math.max(...sizes) }
  },

  async '/refusals'() {
    await redisIsRefused(omnicache, 'omnicache/upstash')
    await refused('omnicache/cloudflare-kv', () => indexedDbDriver())
    await refused('omnicache/cloudflare-kv', () => sqliteDriver('none.db'))
    return 'refused'
  },
}

const worker = {
  async fetch(request, env) {
    try {
      return Response.json(await paths[new URL(request.url).pathname](env))
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 })
    }
  },
}

// biome-ignore lint/style/noDefaultExport: workerd looks for a Worker under that name.
export { worker as default }
