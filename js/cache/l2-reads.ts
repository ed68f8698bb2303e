import type { StandardSchema } from '../config/types.ts'
import type { Answer } from '../flow/reader.ts'
import type { EntryTags } from '../flow/tags/entry-tags.ts'
import { type EntriesContext, localTimes, type RegionRemote } from './entries-context.ts'
import type { Fill, Fills } from './fills.ts'
import type { L1, Opened } from './l1.ts'
import { type Life, lasting } from './life.ts'
import { check } from './schema.ts'

/** An entry that was found: its value, and the name of the tier that had it. */
export interface Read {
  readonly value: unknown
  readonly tier: string
  /** Whether its TTL is over, or one of its tags was expired: then it is no hit. */
  readonly stale: boolean
  /** Until when it is fresh, and until when it is kept, in ms of the local monotonic clock. */
  readonly freshUntil: number
  readonly staleUntil: number
  readonly tags: EntryTags | undefined
  readonly etag: string | undefined
  /** When its value was made, in ms since 1970 by L2's clock; `undefined` where memory is asked, which keeps no such time. */
  readonly created?: number
}

/** How one call reads, where that is not as the region does. */
export interface ReadRequest {
  /** The limit of one operation in L2, in ms. */
  readonly l2Timeout: number | undefined
  readonly l2Skip: boolean
  /** Whether what is found stays out of memory. */
  readonly l1Skip: boolean
  /** How long memory serves what is found, in ms. */
  readonly l1Ttl: number
}

/** Where reads put what they find: the entries of one region, as they are at that moment. */
export interface ReadTarget {
  readonly l1: L1
  readonly context: EntriesContext
  /** L2 could not be asked. */
  cannotAsk(): void
  /** Memory holds stale entries from now on. */
  keepStale(): void
}

/** How many keys are asked for in one round trip at the most. */
const READ_CHUNK = 1_000

/** Reads of one region from L2: what is found there is opened, checked and put into memory. */
export class L2Reads {
  readonly #entries: ReadTarget
  readonly #fills: Fills

  constructor(entries: ReadTarget, fills: Fills) {
    this.#entries = entries
    this.#fills = fills
  }

  /**
   * What L2 has under `keys`, in one round trip for each thousand; where it cannot be asked, what memory holds.
   * Keys without a value are left out.
   */
  async readMany(keys: readonly string[], request?: ReadRequest): Promise<Map<string, Read>> {
    if (keys.length <= READ_CHUNK) return this.#readChunk(keys, request)
    const reads = new Map<string, Read>()
    for (let i = 0; i < keys.length; i += READ_CHUNK) {
      for (const [key, read] of await this.#readChunk(keys.slice(i, i + READ_CHUNK), request)) reads.set(key, read)
    }
    return reads
  }

  /** What memory holds, where L2 cannot say, or is not asked, whether it still holds good. */
  held(key: string): Read | undefined {
    const { l1, context } = this.#entries
    const found = l1.get(key)
    if (found === undefined) return undefined
    const { value, freshUntil, staleUntil = freshUntil, tags, etag } = found
    const state = tags === undefined ? 'valid' : context.tags.state(tags)
    if (state === 'deleted' || state === 'unknown') return undefined
    const stale = state === 'expired' || freshUntil <= context.clock.now()
    return { value, tier: 'memory', stale, freshUntil, staleUntil, tags, etag }
  }

  async #readChunk(keys: readonly string[], request: ReadRequest | undefined): Promise<Map<string, Read>> {
    const { l2, codec, schema, clock } = this.#entries.context
    const reads = new Map<string, Read>()
    if (l2 === undefined || request?.l2Skip) {
      for (const key of keys) setIfFound(reads, key, this.held(key))
      return reads
    }
    if (keys.length === 0) return reads
    const fills = keys.map((key) => this.#fills.begin(key))
    try {
      const limit = request?.l2Timeout ?? l2.limit
      const end = clock.now() + (limit ?? l2.remote.limit)
      const storedKeys = keys.map((key) => codec.storedKey(key))
      const answers = await l2.remote.getMany(l2.region, storedKeys, limit)
      const entries = keys.map((key, i) => this.#entry(key, answers[i]))
      await this.#checkTags(keys, entries, end - clock.now())
      for (const [i, key] of keys.entries()) {
        const opened = entries[i]
        if (opened === 'unavailable') {
          this.#entries.cannotAsk()
          setIfFound(reads, key, this.held(key))
        } else {
          const checked = opened && schema ? await this.#checked(key, opened, schema) : opened
          setIfFound(reads, key, this.#take(key, checked, fills[i] as Fill, l2, request))
        }
      }
    } finally {
      for (const [i, key] of keys.entries()) this.#fills.end(key, fills[i] as Fill)
    }
    return reads
  }

  /** The one place where an opened envelope from L2 becomes a value, and an entry in memory. */
  #take(
    key: string,
    opened: Opened | undefined,
    fill: Fill,
    { remote, tier }: RegionRemote,
    request: ReadRequest | undefined,
  ): Read | undefined {
    const { counters, tags, clock } = this.#entries.context
    if (fill.overtaken) return this.held(key)
    const left = opened === undefined ? OVER : lifeLeft(opened, remote.now())
    const state = opened?.tags === undefined ? 'valid' : tags.state(opened.tags)
    if (opened === undefined || left.kept <= 0 || state === 'deleted' || state === 'unknown') {
      counters.l2Misses++
      if (state === 'valid' || state === 'deleted') this.#entries.l1.delete(key)
      return undefined
    }
    const stale = left.fresh <= 0 || state === 'expired'
    if (stale) counters.l2Misses++
    else counters.l2Hits++
    // Others have written the key since: this was right when it was read, and is not kept.
    if (fill.admits(opened.stamp) && !request?.l1Skip && (!stale || left.kept > left.fresh)) {
      this.#keep(key, opened, left, fill.mark, request?.l1Ttl ?? Number.POSITIVE_INFINITY)
    }
    const now = clock.now()
    const times = { freshUntil: now + left.fresh, staleUntil: now + left.kept, created: opened.created }
    return { value: opened.value, tier, stale, tags: opened.tags, etag: opened.etag, ...times }
  }

  /** Puts what L2 has into memory for what is left of its life. */
  #keep(key: string, opened: Opened, { fresh, kept }: Life, mark: number, most: number): void {
    const { l1, context } = this.#entries
    const life = kept > fresh ? { fresh: Math.min(fresh, most), kept } : lasting(Math.min(fresh, most))
    const local = localTimes(context, life, opened.tags, mark)
    if (context.schema === undefined) l1.fill(key, opened, local)
    else l1.set(key, opened.value, local, undefined, opened.tags, opened.etag)
    if (life.kept > life.fresh) this.#entries.keepStale()
    if (life.kept !== Infinity) context.sweeper.watch(l1)
    context.budget.enforce()
  }

  #entry(key: string, answer: Answer | undefined): Opened | 'unavailable' | undefined {
    return answer === undefined || answer === 'unavailable' ? answer : this.#open(key, answer)
  }

  /**
   * Learns what it takes to tell whether the tags of these entries, or of their copies here, are
   * still valid, in the `left` ms of the call's limit: what is learnt later serves the next one.
   */
  async #checkTags(
    keys: readonly string[],
    entries: readonly (Opened | 'unavailable' | undefined)[],
    left: number,
  ): Promise<void> {
    const { tags } = this.#entries.context
    tags.follow()
    const all: EntryTags[] = []
    for (const [i, entry] of entries.entries()) {
      const its = entry === 'unavailable' ? this.#entries.l1.get(keys[i] as string)?.tags : entry?.tags
      if (its !== undefined) all.push(its)
    }
    if (all.length > 0) await tags.check(all, left)
  }

  #open(key: string, envelope: Uint8Array): Opened | undefined {
    const result = this.#entries.context.codec.open(key, envelope)
    return result.ok ? result.opened : this.#corrupt(key, result.reason)
  }

  /** What the region's schema makes of an entry from L2. */
  async #checked(key: string, opened: Opened, schema: StandardSchema): Promise<Opened | undefined> {
    const checked = await check(schema, opened.value)
    return checked === undefined ? this.#corrupt(key, 'schema') : { ...opened, ...checked }
  }

  #corrupt(key: string, reason: string): undefined {
    const { counters, emitter, name, codec } = this.#entries.context
    counters.corrupt++
    emitter.emit('corrupt', { region: name, key: codec.publicKey(key), reason })
    return undefined
  }
}

function setIfFound(reads: Map<string, Read>, key: string, read: Read | undefined): void {
  if (read !== undefined) reads.set(key, read)
}

const OVER: Life = { fresh: 0, kept: 0 }

/**
 * What is left of an entry's life. A reader whose clock is behind the writer's never takes
 * more than the entry was given.
 */
function lifeLeft({ created, freshUntil, staleUntil }: Opened, now: number): Life {
  const fresh = Math.min(freshUntil - now, freshUntil - created)
  return { fresh, kept: Math.min(staleUntil - now, staleUntil - created) }
}
