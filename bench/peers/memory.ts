import { LRUCache } from 'lru-cache'
import type { DeletingCache } from '../lib/loops.ts'
import { LIVE, PACKED } from './names.ts'
import type { OurMemory } from './ours.ts'
import { FifoMap, type MakeSync } from './sync.ts'

/** Whose memory is measured, by name. */
export function memoryCaches({ MemoryCache }: OurMemory): Readonly<Record<string, MakeSync<DeletingCache>>> {
  return {
    [PACKED]: (max) => new MemoryCache<unknown>({ max, store: 'packed' }),
    [LIVE]: (max) => new MemoryCache<unknown>({ max }),
    'lru-cache': (max) => new LRUCache<string, object>({ max }) as DeletingCache,
    'Map, oldest out': (max) => new FifoMap(max),
  }
}
