import { CacheManager } from 'omnicache'
import { cloudflareKvDriver } from 'omnicache/cloudflare-kv'

/** One for all requests of an isolate; bindings are known from the first request on. */
let cache

function cacheOver(env) {
  cache ??= new CacheManager({
    l2: cloudflareKvDriver(env.CACHE),
    regions: { rates: { ttl: '1h', grace: '1d', swr: '1h' } },
    // A read of Workers KV may take longer than one of Redis.
    defaults: { l2: { timeout: '2s' } },
  })
  return cache
}

/** A source that takes its time. */
async function loadRate(currency) {
  await new Promise((resolve) => setTimeout(resolve, 100))
  return { currency, rate: currency.length / 3, at: new Date() }
}

export default {
  async fetch(request, env, ctx) {
    const [, what, currency] = new URL(request.url).pathname.split('/')
    if (what !== 'rates' || !currency) return new Response('try /rates/eur', { status: 404 })
    const rates = cacheOver(env).region('rates')
    // For the header alone: this asks Workers KV each time, also for what memory holds.
    const { hit, tier } = await rates.getEntry(currency)
    const rate = await rates.getOrSet(currency, () => loadRate(currency), {
      // What a stale answer leaves behind is done before the isolate rests.
      waitUntil: (work) => ctx.waitUntil(work),
    })
    return Response.json(rate, { headers: { 'x-tier': hit ? tier : 'none' } })
  },
}
