import { CacheManager } from 'omnicache'
import { indexedDbDriver } from 'omnicache/indexeddb'

/** Memory in front, IndexedDB behind; the tabs of this page tell one another what changed. */
export const cache = new CacheManager({
  l2: indexedDbDriver(),
  regions: {
    articles: { ttl: '1h', compression: true },
  },
})

export const articles = cache.region('articles')
