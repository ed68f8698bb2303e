import type { StandardSchema } from '../config/types.ts'
import type { Answer } from '../flow/reader.ts'
import type { EntryTags } from '../flow/tags/entry-tags.ts'
import { type EntriesContext, localTimes, type RegionRemote } from './entries-context.ts'
import type { Fill, Fills } from './fills.ts'
import type { L1, Opened } from './l1.ts'
import { check } from './schema.ts'

/** A value, and the name of the tier that had it. */
export interface Read {
  readonly value: unknown
  readonly tier: string
}

/** Where reads put what they find: the entries of one region, as they are at that moment. */
export interface ReadTarget {
  readonly l1: L1
  readonly context: EntriesContext
  /** L2 could not be asked. */
  cannotAsk(): void
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
  async readMany(keys: readonly string[]): Promise<Map<string, Read>> {
    if (keys.length <= READ_CHUNK) return this.#readChunk(keys)
    const reads = new Map<string, Read>()
    for (let i = 0; i < keys.length; i += READ_CHUNK) {
      for (const [key, read] of await this.#readChunk(keys.slice(i, i + READ_CHUNK))) reads.set(key, read)
    }
    return reads
  }

  async #readChunk(keys: readonly string[]): Promise<Map<string, Read>> {
    const { l2, codec, schema, clock } = this.#entries.context
    const reads = new Map<string, Read>()
    if (l2 === undefined || keys.length === 0) return reads
    const fills = keys.map((key) => this.#fills.begin(key))
    try {
      const end = clock.now() + (l2.limit ?? l2.remote.limit)
      const storedKeys = keys.map((key) => codec.storedKey(key))
      const answers = await l2.remote.getMany(l2.region, storedKeys, l2.limit)
      const entries = keys.map((key, i) => this.#entry(key, answers[i]))
      await this.#checkTags(keys, entries, end - clock.now())
      for (const [i, key] of keys.entries()) {
        const opened = entries[i]
        if (opened === 'unavailable') {
          this.#entries.cannotAsk()
          setIfFound(reads, key, this.#unchecked(key))
        } else {
          const checked = opened && schema ? await this.#checked(key, opened, schema) : opened
          setIfFound(reads, key, this.#take(key, checked, fills[i] as Fill, l2))
        }
      }
    } finally {
      for (const [i, key] of keys.entries()) this.#fills.end(key, fills[i] as Fill)
    }
    return reads
  }

  /** The one place where an opened envelope from L2 becomes a value, and an entry in memory. */
  #take(key: string, opened: Opened | undefined, fill: Fill, { remote, tier }: RegionRemote): Read | undefined {
    const { counters, sweeper, budget, schema, tags } = this.#entries.context
    if (fill.overtaken) return this.#unchecked(key)
    const remaining = opened === undefined ? 0 : remainingLifetime(opened, remote.now())
    const state = opened?.tags === undefined ? 'valid' : tags.state(opened.tags)
    if (opened === undefined || remaining <= 0 || state !== 'valid') {
      counters.l2Misses++
      if (state === 'valid' || state === 'deleted') this.#entries.l1.delete(key)
      return undefined
    }
    counters.l2Hits++
    // Others have written the key since: this was right when it was read, and is not kept.
    if (!fill.admits(opened.stamp)) return { value: opened.value, tier }
    const local = localTimes(this.#entries.context, remaining, opened.tags, fill.mark)
    if (schema === undefined) this.#entries.l1.fill(key, opened, local)
    else this.#entries.l1.set(key, opened.value, local, undefined, opened.tags)
    if (remaining !== Infinity) sweeper.watch(this.#entries.l1)
    budget.enforce()
    return { value: opened.value, tier }
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

  /** What memory holds, where L2 cannot say whether it still holds good. */
  #unchecked(key: string): Read | undefined {
    const found = this.#entries.l1.get(key)
    if (found === undefined) return undefined
    const { value, tags } = found
    if (tags !== undefined && this.#entries.context.tags.state(tags) !== 'valid') return undefined
    return { value, tier: 'memory' }
  }
}

function setIfFound(reads: Map<string, Read>, key: string, read: Read | undefined): void {
  if (read !== undefined) reads.set(key, read)
}

/**
 * What is left of an entry's life, in ms. A reader whose clock is behind the writer's never
 * takes more than the entry was given.
 */
function remainingLifetime(opened: Opened, now: number): number {
  return Math.min(opened.freshUntil - now, opened.freshUntil - opened.created)
}
