import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import { LiveStore } from '../../memory/live-store.ts'
import type { StoreLimits, StoreOptions } from '../../memory/store.ts'
import { weigh, weighString } from '../../memory/weigh.ts'
import type { Contents, EnvelopeTimes, Found, L1, LocalTimes, Written } from './l1.ts'

/** What one entry costs beyond its key and value: its record, map entry, slots and policy state. */
const ENTRY_OVERHEAD = 144
const TAGS_OVERHEAD = 56
const TAG_OVERHEAD = 80

/** What an entry costs more that may be stale, or has an etag. */
const STALE_OVERHEAD = 40

/** What writes answer that need no envelope. */
const STORED: Written = { stored: true, envelope: undefined, rawBytes: 0, storedBytes: 0 }
const REFUSED: Written = { ...STORED, stored: false }

/** Makes the envelope of a value that is about to be stored. */
export type Seal = (
  key: string,
  value: unknown,
  times: EnvelopeTimes,
  tags: EntryTags | undefined,
  etag: string | undefined,
) => { envelope: Uint8Array; rawBytes: number }

/** How a live L1 is made. */
export interface LiveL1Options extends StoreOptions<Found> {
  readonly clone: boolean
  readonly seal: Seal
}

/**
 * Entries by reference: what was set is what is handed out, the very object, unless `clone`
 * copies it on the way in and out. Weights are estimates.
 */
export class LiveL1 implements L1 {
  readonly kind = 'live'
  readonly #store: LiveStore<Found>
  readonly #clone: boolean
  readonly #seal: Seal

  constructor(options: LiveL1Options) {
    this.#store = new LiveStore({ ...options, onlyDepartures: true })
    this.#clone = options.clone
    this.#seal = options.seal
  }

  get size(): number {
    return this.#store.size
  }

  get bytes(): number {
    return this.#store.bytes
  }

  get limits(): StoreLimits {
    return this.#store.limits
  }

  get nextExpiry(): number {
    return this.#store.nextExpiry
  }

  get(key: string): Found | undefined {
    const found = this.#store.get(key)
    if (!this.#clone || found === undefined) return found
    return { ...found, value: structuredClone(found.value) }
  }

  has(key: string): boolean {
    return this.#store.has(key)
  }

  set(
    key: string,
    value: unknown,
    local: LocalTimes,
    times: EnvelopeTimes | undefined,
    tags: EntryTags | undefined,
    etag?: string,
    weight?: number,
  ): Written {
    const sealed = times === undefined ? undefined : this.#seal(key, value, times, tags, etag)
    const stored = this.#put(key, this.#clone ? structuredClone(value) : value, local, tags, etag, weight)
    if (sealed === undefined) return stored ? STORED : REFUSED
    const { envelope, rawBytes } = sealed
    return { stored, envelope, rawBytes, storedBytes: envelope.length }
  }

  fill(key: string, opened: Contents, local: LocalTimes): boolean {
    const value = this.#clone ? structuredClone(opened.value) : opened.value
    return this.#put(key, value, local, opened.tags, opened.etag)
  }

  delete(key: string): boolean {
    return this.#store.delete(key)
  }

  deleteStored(storedKey: string): boolean {
    return this.#store.delete(storedKey)
  }

  clear(): number {
    return this.#store.clear()
  }

  expire(): number {
    return this.#store.expire()
  }

  evictOne(): boolean {
    return this.#store.evictOne()
  }

  setLimits(limits: StoreLimits): void {
    this.#store.setLimits(limits)
  }

  setPolicy(policy: number, favorBytes: boolean): void {
    this.#store.setPolicy(policy, favorBytes)
  }

  entries(): IterableIterator<[string, Found]> {
    return this.#store.entries()
  }

  dispose(): void {
    this.#store.dispose()
  }

  /** An entry that is never stale and has no etag has no room for them. */
  #put(
    key: string,
    value: unknown,
    local: LocalTimes,
    tags: EntryTags | undefined,
    etag: string | undefined,
    valueWeight = weigh(value),
  ): boolean {
    const weight = ENTRY_OVERHEAD + weighString(key) + valueWeight + weighTags(tags)
    const { freshUntil, checkedAt, staleUntil } = local
    if (staleUntil === undefined && etag === undefined) {
      return this.#store.set(key, { value, freshUntil, checkedAt, tags }, weight, freshUntil)
    }
    const found = { value, freshUntil, checkedAt, tags, staleUntil, etag }
    const more = STALE_OVERHEAD + (etag === undefined ? 0 : weighString(etag))
    return this.#store.set(key, found, weight + more, staleUntil ?? freshUntil)
  }
}

/** What tags cost: the list, and for each its record, its name and two halves of a token. */
function weighTags(tags: EntryTags | undefined): number {
  if (tags === undefined) return 0
  return tags.list.reduce((sum, { name }) => sum + TAG_OVERHEAD + weighString(name), TAGS_OVERHEAD)
}
