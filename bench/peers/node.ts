import NodeCache from 'node-cache'
import type { DeletingCache } from '../lib/loops.ts'
import type { Makers } from './sync.ts'

/** Caches that need Node. */
export const NODE_ONLY: Makers<DeletingCache> = {
  /** Not bounded, or only by refusing new entries. */
  'node-cache': (_capacity, ttl = 0) => {
    const cache = new NodeCache({ stdTTL: ttl / 1_000, useClones: false, checkperiod: 0 })
    return Object.assign(cache, { delete: NodeCache.prototype.del })
  },
}
