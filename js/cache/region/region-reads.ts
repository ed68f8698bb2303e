import type { Entries } from '../entries/entries.ts'
import type { Read } from '../entries/l2-reads.ts'
import { assertKeys } from './arguments.ts'
import type { RegionParts } from './region-parts.ts'
import { MARK_CODE } from './scope.ts'

/** Calls of one tick that left memory: when they began, and how many are not timed yet. */
interface Calls {
  readonly start: number
  count: number
}

/** The reads of one region. */
export class RegionReads<V> {
  readonly #parts: RegionParts
  #calls: Calls | undefined

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
    const { entries, checkKey } = this.#parts
    checkKey(key)
    const calls = this.#calls ?? this.#begin()
    calls.count++
    return entries.readSoon(key, (read) => {
      if (calls.count > 0) this.#end(calls)
      return isHit(read) ? this.served(key, read.value, read.tier) : this.missed(key)
    })
  }

  async has(key: string): Promise<boolean> {
    const { gate, checkKey, entries } = this.#parts
    gate.assertOpen()
    checkKey(key)
    return entries.fresh(key)?.value !== undefined || entries.readSoon(key, isHit)
  }

  async many(keys: Iterable<string>): Promise<Map<string, V>> {
    const { gate, entries, checkKey, timings } = this.#parts
    gate.assertOpen()
    assertKeys(keys)
    const start = timings.start()
    // A key that was named twice is looked up once; each has its place in the order of their names.
    const found = new Map<string, V | undefined>()
    for (const key of keys) {
      checkKey(key)
      found.set(key, undefined)
    }
    const missing: string[] = []
    for (const key of found.keys()) {
      const entry = entries.fresh(key)
      if (entry?.value === undefined) missing.push(key)
      else found.set(key, this.served(key, entry.value, 'memory'))
    }
    const reads = missing.length === 0 ? [] : await entries.readMany(missing)
    for (let i = 0; i < missing.length; i++) {
      const key = missing[i] as string
      const read = reads[i]
      if (isHit(read)) {
        found.set(key, this.served(key, read.value, read.tier))
      } else {
        found.delete(key)
        this.missed(key)
      }
    }
    timings.end('get', start)
    return found as Map<string, V>
  }

  /** Calls of one tick wait for the same answer: what the first one takes stands for all of them. */
  #begin(): Calls {
    const calls = { start: this.#parts.timings.start(), count: 0 }
    this.#calls = calls
    queueMicrotask(() => {
      this.#calls = undefined
    })
    return calls
  }

  #end(calls: Calls): void {
    this.#parts.timings.end('get', calls.start, calls.count)
    calls.count = 0
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
