import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { broadcastChannelBus, hasBroadcastChannel } from './broadcast-channel.ts'
import type { Bus } from './bus.ts'
import type { BusOptions, Driver } from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { KeyValueDriver, type KeyValueStore } from './key-value.ts'

/** Options of `cacheApiDriver`. */
export interface CacheApiOptions {
  /** The cache of this origin, or of this Worker's location, to use. Default: 'omnicache'. */
  readonly cache?: string | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

const TIER = 'cache-api'

/** A host that nobody has: what is under it in the cache is no answer to any request of a page. */
const ORIGIN = 'https://omnicache.invalid/'

/** URLs may be long; this is what the strictest of the runtimes takes with room to spare. */
const LONGEST_NAME = 4096

const PARALLEL = 6

/** The longest lifetime that a `Cache-Control` names, in s: a year. */
const MAX_AGE = 31_536_000

/**
 * A tier in the Cache API: in a browser it outlives the page and is shared by the tabs of the origin, in a
 * Worker by the requests that one location of Cloudflare's serves. It can neither compare nor write several
 * values at once: see `Driver.atomic`.
 *
 * @throws CacheError `UNSUPPORTED_RUNTIME` where there is none, such as in Node.
 */
export function cacheApiDriver(options: CacheApiOptions = {}): Driver {
  if (!('caches' in globalThis)) {
    const message = 'this runtime has no Cache API; in Node use omnicache/sqlite or the Redis tier (the option `redis`)'
    throw new CacheError('UNSUPPORTED_RUNTIME', `${TIER}: ${message}`, { context: { tier: TIER } })
  }
  checkOptions('cacheApiDriver', options, ['cache', 'clock'])
  const { cache = 'omnicache', clock = systemClock } = options
  return new CacheApiDriver(cache, clock)
}

class CacheApiDriver extends KeyValueDriver {
  readonly #cache: string

  constructor(cache: string, clock: Clock) {
    super(storeIn(cache), clock)
    this.#cache = cache
  }

  bus({ namespace, kind }: BusOptions): Bus | undefined {
    const channel = `${TIER}:${this.#cache}:${namespace}:bus`
    return kind === 'auto' && hasBroadcastChannel() ? broadcastChannelBus(channel) : undefined
  }
}

function storeIn(cacheName: string): KeyValueStore {
  // A Worker hands out one for each request, and may use none of another request.
  const open = () => caches.open(cacheName)
  return {
    name: TIER,
    longestName: LONGEST_NAME,
    parallel: PARALLEL,
    async get(name) {
      const response = await (await open()).match(ORIGIN + name)
      return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer())
    },
    async put(name, value, ttl) {
      const seconds = Math.min(MAX_AGE, Math.max(1, Math.ceil(ttl / 1000)))
      const headers = { 'cache-control': `max-age=${seconds}`, 'content-type': 'application/octet-stream' }
      await (await open()).put(ORIGIN + name, new Response(value as Uint8Array<ArrayBuffer>, { headers }))
    },
    delete: async (name) => (await open()).delete(ORIGIN + name),
    /** A Worker's cache cannot tell its keys: what lies under a prefix there stays until its lifetime is over. */
    async *names(prefix) {
      const cache = await open()
      if (typeof cache.keys !== 'function') return
      const urls = (await cache.keys()).map(({ url }) => url)
      yield urls.filter((url) => url.startsWith(ORIGIN + prefix)).map((url) => url.slice(ORIGIN.length))
    },
  }
}
