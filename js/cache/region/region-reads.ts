import type { Entries } from '../entries/entries.ts'
import type { Read } from '../entries/l2-reads.ts'
import { assertKeys } from './arguments.ts'
import type { RegionParts } from './region-parts.ts'
import { MARK_CODE } from './scope.ts'

/** The reads of one region. */
export class RegionReads<V> {
  readonly #parts: RegionParts

  constructor(parts: RegionParts) {
    this.#parts = parts
  }

  /** The hit in memory: what both `get` and `getOrSet` begin with. */
  local(key: string): V | undefined {
    const { gate, timings, entries } = this.#parts
    gate.assertOpen()
    if (timings.sampled()) {
      const start = timings.start()
      const value = this.#localNow(key, entries)
      if (value !== undefined) timings.endSample(start)
      return value
    }
    return this.#localNow(key, entries)
  }

  /** The value behind memory: what follows where `local` found nothing. */
  remote(key: string): Promise<V | undefined> {
    const { entries, checkKey, timings } = this.#parts
    checkKey(key)
    const start = timings.start()
    return entries.read(key).then((read) => {
      timings.end('get', start)
      if (isHit(read)) return this.served(key, read.value, read.tier)
      return this.missed(key)
    })
  }

  async has(key: string): Promise<boolean> {
    const { gate, checkKey, entries } = this.#parts
    gate.assertOpen()
    checkKey(key)
    return entries.fresh(key)?.value !== undefined || isHit(await entries.read(key))
  }

  async many(keys: Iterable<string>): Promise<Map<string, V>> {
    const { gate, entries, checkKey, timings } = this.#parts
    gate.assertOpen()
    assertKeys(keys)
    const start = timings.start()
    const wanted = new Set(keys)
    for (const key of wanted) checkKey(key)
    const found = new Map<string, V>()
    const missing: string[] = []
    for (const key of wanted) {
      const entry = entries.fresh(key)
      if (entry?.value === undefined) missing.push(key)
      else found.set(key, this.served(key, entry.value, 'memory'))
    }
    const reads = await entries.readMany(missing)
    for (let i = 0; i < missing.length; i++) {
      const key = missing[i] as string
      const read = reads[i]
      if (isHit(read)) found.set(key, this.served(key, read.value, read.tier))
      else this.missed(key)
    }
    timings.end('get', start)
    return found
  }

  #localNow(key: string, entries: Entries): V | undefined {
    const found = entries.fresh(key)
    // What is known not to exist is no hit.
    if (found?.value === undefined) return undefined
    if (key.charCodeAt(0) === MARK_CODE) this.#parts.checkKey(key)
    return this.served(key, found.value, 'memory')
  }

  /** The one place where a found value becomes a result, with its count and its event. */
  served(key: string, value: unknown, tier: string, stale = false): V {
    const { counters, emitter, name } = this.#parts
    counters.hits++
    if (tier === 'memory') counters.l1Hits++
    if (stale) counters.staleHits++
    if (emitter.has('hit')) {
      emitter.emit('hit', { region: name, key: this.#parts.publicKey(key), tier, ...(stale && { stale }) })
    }
    return value as V
  }

  /** A read found nothing. */
  missed(key: string): undefined {
    const { counters, emitter, active, name } = this.#parts
    counters.misses++
    active()
    if (emitter.has('miss')) emitter.emit('miss', { region: name, key: this.#parts.publicKey(key) })
  }
}

/** Whether there is a value that is not stale. */
function isHit(read: Read | undefined): read is Read {
  return read !== undefined && !read.stale && read.value !== undefined
}
