import { LRUCache } from 'lru-cache'
import { BATCH, FreshStrings, makeKeys, makeTexts, record, type Scale, shuffled, zipfRequests } from '../lib/load.ts'
import { getAll, type SyncCache, setAll } from '../lib/loops.ts'
import type { Contender } from '../lib/measure.ts'
import { omnicacheMemory } from '../lib/omnicache.ts'
import { own } from '../lib/own.ts'
import { OURS } from '../peers/sync.ts'
import type { Work } from './work.ts'

const { MemoryCache } = await omnicacheMemory()

/** Keeps JSON, as those do who want few objects on the heap, or values that nobody can change. */
class JsonCache implements SyncCache {
  readonly #cache: LRUCache<string, string>

  constructor(max: number) {
    this.#cache = new LRUCache({ max })
  }

  get(key: string): unknown {
    const text = this.#cache.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }

  set(key: string, value: unknown): void {
    this.#cache.set(key, JSON.stringify(value))
  }

  delete(key: string): boolean {
    return this.#cache.delete(key)
  }
}

type Makers = Readonly<Record<string, (max: number) => SyncCache>>

const packed = (max: number): SyncCache => new MemoryCache<unknown>({ max, store: 'packed' })

const TEXT_CACHES: Makers = {
  [OURS]: packed,
  'lru-cache': (max) => new LRUCache<string, string>({ max }) as SyncCache,
}

const OBJECT_CACHES: Makers = {
  [OURS]: packed,
  'lru-cache, JSON': (max) => new JsonCache(max),
}

/** A work on fresh keys. `before` fills the cache; `batch` makes a loop over one batch. */
function batches(
  caches: Makers,
  scale: Scale,
  texts: readonly string[],
  before: (cache: SyncCache, fresh: FreshStrings) => void,
  batch: () => (cache: SyncCache, keys: readonly string[]) => number,
): Contender[] {
  return Object.entries(caches).map(([name, make]) => {
    const cache = make(scale.entries)
    const fresh = new FreshStrings(texts)
    const loop = batch()
    let keys: readonly string[] = []
    before(cache, fresh)
    const prepare = () => {
      keys = fresh.next()
    }
    return { name, operations: BATCH, expected: BATCH, prepare, run: () => loop(cache, keys) }
  })
}

function gets(caches: Makers, scale: Scale, values: readonly unknown[]): Contender[] {
  const keys = makeKeys('user:profile:', scale.entries)
  const fill = (cache: SyncCache) => own(setAll)(cache, shuffled(keys), values, 0, keys.length)
  return batches(caches, scale, zipfRequests(keys, scale.requests), fill, () => own(getAll))
}

/** Twice as many keys as there is room for: when one comes again, it left long ago. */
function sets(caches: Makers, scale: Scale, values: readonly unknown[]): Contender[] {
  const loop = () => {
    const set = own(setAll)
    return (cache: SyncCache, keys: readonly string[]) => set(cache, keys, values, 0, BATCH)
  }
  const fill = (cache: SyncCache, fresh: FreshStrings) => {
    const set = loop()
    for (let filled = 0; filled < scale.entries; filled += BATCH) set(cache, fresh.next())
  }
  return batches(caches, scale, makeKeys('user:profile:', scale.entries * 2), fill, loop)
}

const texts = ({ entries }: Scale) => makeTexts(entries)
const objects = ({ entries }: Scale) => Array.from({ length: entries }, (_, id) => record(id))

/** What a packed cache does beside one that keeps strings on the heap. */
export const PACKED_WORKS: readonly Work[] = [
  {
    name: 'packed-get',
    title: 'Packed store: hits, texts of 200 bytes',
    about:
      "omnicache with `store: 'packed'` makes each string anew from bytes; lru-cache hands out the string it holds. Fresh keys.",
    against: ['lru-cache'],
    make: (scale) => gets(TEXT_CACHES, scale, texts(scale)),
  },
  {
    name: 'packed-set',
    title: 'Packed store: sets that evict, texts of 200 bytes',
    about: 'As above, new keys into a full cache.',
    against: ['lru-cache'],
    make: (scale) => sets(TEXT_CACHES, scale, texts(scale)),
  },
  {
    name: 'packed-get-object',
    title: 'Packed store: hits, objects',
    about: 'Objects of about 200 bytes: omnicache packed serializes them; lru-cache holds JSON. Fresh keys.',
    against: ['lru-cache, JSON'],
    make: (scale) => gets(OBJECT_CACHES, scale, objects(scale)),
  },
  {
    name: 'packed-set-object',
    title: 'Packed store: sets that evict, objects',
    about: 'As above, new keys into a full cache.',
    against: ['lru-cache, JSON'],
    make: (scale) => sets(OBJECT_CACHES, scale, objects(scale)),
  },
]
