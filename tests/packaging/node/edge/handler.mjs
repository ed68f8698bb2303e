/** A function of the edge: what its host calls for each request. */

import * as omnicache from 'omnicache'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { sqliteDriver } from 'omnicache/sqlite'
import * as testing from 'omnicache/testing'
import { redisIsRefused, refused } from '../refusal.mjs'
import { work } from '../work.mjs'

const cache = new omnicache.CacheManager({ regions: { counts: { ttl: '1h' } } })

const paths = {
  '/work': () => work(omnicache, testing),
  async '/count'() {
    const count = ((await cache.get('counts', 'requests')) ?? 0) + 1
    await cache.set('counts', 'requests', count)
    return count
  },
  '/ceiling': () => cache.status().maxBytes,
  async '/refusals'() {
    await redisIsRefused(omnicache, 'omnicache/upstash')
    await refused('omnicache/upstash', () => indexedDbDriver())
    await refused('omnicache/upstash', () => sqliteDriver('none.db'))
    return 'refused'
  },
}

addEventListener('fetch', (event) => {
  const answer = async () => Response.json(await paths[new URL(event.request.url).pathname]())
  event.respondWith(answer().catch((error) => new Response(String(error?.stack ?? error), { status: 500 })))
})
