import type { Target } from './lib/targets.ts'
import { OURS } from './peers/names.ts'

function time(work: string, peer: string, limit: number, ours: string = OURS): Target {
  return { work, ours, peer, kind: 'time', limit }
}

function ahead(work: string, ...peers: string[]): Target[] {
  return peers.map((peer) => ({ work, ours: OURS, peer, kind: 'ahead', limit: 1 }))
}

function rate(peer: string): Target {
  return { work: 'manager-get', ours: OURS, peer, kind: 'rate', limit: 20 }
}

/** What omnicache is to reach, at every size that is measured. */
export const TARGETS: readonly Target[] = [
  time('hit', 'lru-cache', 0.75),
  time('hit', 'Map', 1.6),
  ...ahead('hit', 'mnemonist LRUMap', 'tiny-lru', 'quick-lru', 'lru_map', 'sieve-cache'),
  time('hit-ttl', 'lru-cache', 0.6),
  time('hit-fresh', 'lru-cache', 0.9),
  ...ahead('hit-fresh', 'mnemonist LRUMap', 'mnemonist LRUCache', 'tiny-lru', 'quick-lru', 'lru_map'),
  ...ahead('hit-fresh', 'sieve-cache', '@isaacs/ttlcache'),
  time('set-evict', 'lru-cache', 0.85),
  time('read-through', 'lru-cache', 0.65),
  { work: 'read-through', ours: OURS, peer: 'lru-cache', kind: 'hits', limit: 8 },
  time('packed-get-bytes', 'lru-cache', 1.2),
  time('packed-set-bytes', 'lru-cache', 0.8),
  time('packed-get-object', 'lru-cache, JSON', 0.95),
  time('packed-get-object', 'lru-cache, JSON', 0.95, `${OURS}, JSON`),
  rate('bentocache'),
  rate('cache-manager'),
  rate('cacheable'),
]
