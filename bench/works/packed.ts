import { LRUCache } from 'lru-cache'
import { BATCH, FreshStrings, makeKeys, NewKeys, record, shuffled, TextMaker, zipfRequests } from '../lib/load.ts'
import { getAll, type SyncCache, setAll } from '../lib/loops.ts'
import type { Contender } from '../lib/measure.ts'
import type { Scale } from '../lib/sizes.ts'
import { OURS } from '../peers/names.ts'
import type { OurMemory } from '../peers/ours.ts'
import type { Enter, Work } from './work.ts'

/** How to make a cache, and a value for it. */
interface Holder {
  readonly make: (max: number) => SyncCache
  readonly value: (id: number) => unknown
}

/** Turns values into JSON on their way in, and back on their way out. */
class JsonCache implements SyncCache {
  readonly #cache: { get(key: string): string | undefined; set(key: string, text: string): unknown }

  constructor(cache: { get(key: string): string | undefined; set(key: string, text: string): unknown }) {
    this.#cache = cache
  }

  get(key: string): unknown {
    const text = this.#cache.get(key)
    return text === undefined ? undefined : JSON.parse(text)
  }

  set(key: string, value: unknown): void {
    this.#cache.set(key, JSON.stringify(value))
  }
}

/** The length of texts and bytes. */
const LENGTH = 200

const texts = new TextMaker('text:'.padEnd(LENGTH - 12, '.'), LENGTH)
const text = (id: number) => texts.make(id)
const bytes = Array.from({ length: 1_000 }, (_, id) => new TextEncoder().encode(text(id)))
/** Whoever takes bytes copies them, so the same ones can come again. */
const someBytes = (id: number) => bytes[id % bytes.length]

const lruOfTexts = (max: number) => new LRUCache<string, string>({ max })
const LRU_TEXTS: Holder = { make: (max) => lruOfTexts(max) as SyncCache, value: text }
const LRU_JSON: Holder = { make: (max) => new JsonCache(lruOfTexts(max)), value: record }

type Holders = Readonly<Record<string, Holder>>

function each(holders: Holders, enter: (holder: Holder, scale: Scale) => Contender): Record<string, Enter> {
  return Object.fromEntries(
    Object.entries(holders).map(([name, holder]) => [name, (scale: Scale) => enter(holder, scale)]),
  )
}

/** So many values that were never there before, one for each of the numbers from `from` up. */
function newValues(value: Holder['value'], from: number, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => value(from + i))
}

/** Reads of a full cache by fresh keys. */
function gets({ make, value }: Holder, scale: Scale): Contender {
  const keys = makeKeys('user:profile:', scale.entries)
  const order = shuffled(keys)
  const cache = make(scale.entries)
  for (let i = 0; i < order.length; i += BATCH) setAll(cache, order.slice(i, i + BATCH), newValues(value, i, BATCH))
  const fresh = new FreshStrings(zipfRequests(keys, scale.requests))
  let requests: readonly string[] = []
  const prepare = () => {
    requests = fresh.next()
  }
  return { operations: BATCH, expected: BATCH, prepare, run: () => getAll(cache, requests, 0, BATCH) }
}

/** Sets of keys that were never there into a full cache. */
function sets({ make, value }: Holder, scale: Scale): Contender {
  const fresh = new NewKeys('user:profile:')
  const cache = make(scale.entries)
  let set = 0
  let keys: readonly string[] = []
  let values: readonly unknown[] = []
  const prepare = () => {
    keys = fresh.next(BATCH)
    values = newValues(value, set, BATCH)
    set += BATCH
  }
  const run = () => {
    setAll(cache, keys, values)
    return BATCH
  }
  while (set < scale.entries) {
    prepare()
    run()
  }
  return { operations: BATCH, prepare, run }
}

/** What a packed cache does beside one that keeps strings on the heap. */
export function packedWorks({ MemoryCache }: OurMemory): readonly Work[] {
  const packed = (max: number): SyncCache => new MemoryCache<unknown>({ max, store: 'packed' })
  const packedTexts = (max: number) => new MemoryCache<string>({ max, store: 'packed' })
  const bytesBeside: Holders = { [OURS]: { make: packed, value: someBytes }, 'lru-cache': LRU_TEXTS }
  const textsBeside: Holders = { [OURS]: { make: packed, value: text }, 'lru-cache': LRU_TEXTS }
  const objectsBeside: Holders = {
    [OURS]: { make: packed, value: record },
    [`${OURS}, JSON`]: { make: (max) => new JsonCache(packedTexts(max)), value: record },
    'lru-cache, JSON': LRU_JSON,
  }
  const against = ['lru-cache']
  const both = [OURS, 'lru-cache']
  const large = { '1M': both, '4M': both }
  const largeObjects = { '1M': Object.keys(objectsBeside), '4M': [OURS, 'lru-cache, JSON'] }
  return [
    {
      name: 'packed-get-bytes',
      title: 'Packed store: hits, 200 bytes',
      about: "omnicache with `store: 'packed'` answers bytes; lru-cache hands out the string it holds. Fresh keys.",
      against,
      large,
      contenders: each(bytesBeside, gets),
    },
    {
      name: 'packed-set-bytes',
      title: 'Packed store: sets that evict, 200 bytes',
      about: 'As above, keys that were never there into a full cache.',
      against,
      large,
      contenders: each(bytesBeside, sets),
    },
    {
      name: 'packed-get-text',
      title: 'Packed store: hits, texts of 200 characters',
      about: 'omnicache makes each string anew from bytes; lru-cache hands out the string it holds. Fresh keys.',
      against,
      contenders: each(textsBeside, gets),
    },
    {
      name: 'packed-set-text',
      title: 'Packed store: sets that evict, texts of 200 characters',
      about: 'As above, keys that were never there into a full cache.',
      against,
      contenders: each(textsBeside, sets),
    },
    {
      name: 'packed-get-object',
      title: 'Packed store: hits, objects',
      about:
        'Objects of about 200 bytes. `omnicache` serializes them itself; the others hold JSON, made and parsed by the caller. Fresh keys.',
      against: ['lru-cache, JSON'],
      large: largeObjects,
      contenders: each(objectsBeside, gets),
    },
    {
      name: 'packed-set-object',
      title: 'Packed store: sets that evict, objects',
      about: 'As above, keys that were never there into a full cache.',
      against: ['lru-cache, JSON'],
      contenders: each(objectsBeside, sets),
    },
  ]
}
