import type { StandardSchema } from '../../config/types.ts'
import type { Answer } from '../../flow/reader.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { BatchFill } from './batch-fills.ts'
import { type EntriesContext, localTimes } from './entries-context.ts'
import type { Fills } from './fills.ts'
import type { Found, L1, Opened } from './l1.ts'
import { isLarge } from './large-codec.ts'
import type { LargeEntries } from './large-entries.ts'
import { type Life, lasting, lifeLeft } from './life.ts'
import type { OpenResult } from './region-codec.ts'
import { Resealer } from './resealer.ts'
import { check } from './schema.ts'
import { keyIdOf } from './sealed-envelope.ts'

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
  /** When its value was made, in ms since 1970; `undefined` where that is only known to L2, and memory was asked. */
  readonly created?: number | undefined
  /** Its envelope; `undefined` where memory was asked. */
  readonly envelope?: Uint8Array
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
  readonly large: LargeEntries
  /** Whether memory may hold entries that L2 was never told of. */
  readonly holdsOwn: boolean
  /** L2 could not be asked. */
  cannotAsk(): void
  /** Memory holds stale entries from now on. */
  keepStale(): void
}

/** What L2 answered: an envelope opened, nothing that can be used, or nothing at all. */
type Entry = Opened | 'unavailable' | undefined

/** The keys that calls of one tick ask for, and what comes of them, in their order. */
interface Batch {
  readonly keys: string[]
  readonly reads: Promise<readonly (Read | undefined)[]>
}

/** So many bytes of envelopes at the most are put into memory between two looks at what it may hold. */
const SETTLED_BYTES = 65_536

/** How many keys one round trip asks for. */
const READ_CHUNK = 1_000

/** Reads of one region from L2: what is found there is opened, checked and put into memory. */
export class L2Reads {
  readonly #entries: ReadTarget
  readonly #fills: Fills
  readonly #resealer: Resealer
  #batch: Batch | undefined

  constructor(entries: ReadTarget, fills: Fills) {
    this.#entries = entries
    this.#fills = fills
    this.#resealer = new Resealer(entries.context.clock, async (replacements) => {
      const { l2, counters } = this.#entries.context
      const done = await l2?.remote.holdings(l2.region).replace(replacements)
      counters.resealed += done?.filter(Boolean).length ?? 0
    })
  }

  /** What L2 has under `key`. Calls of one tick without a request share a round trip. */
  read(key: string, request?: ReadRequest): Promise<Read | undefined> {
    return request === undefined ? this.readSoon(key, asItIs) : this.#readAlone(key, request)
  }

  /** What `use` makes of what L2 has under `key`. Calls of one tick share a round trip, and one promise of all reads. */
  readSoon<T>(key: string, use: (read: Read | undefined) => T): Promise<T> {
    if (this.#entries.context.l2 === undefined) return this.#readAlone(key, undefined).then(use)
    let batch = this.#batch
    if (batch === undefined || batch.keys.length === READ_CHUNK) {
      batch = this.#collect()
      this.#batch = batch
    }
    const at = batch.keys.push(key) - 1
    return batch.reads.then((reads) => use(reads[at]))
  }

  /**
   * What L2 has under `keys`, in their order and in one round trip for each thousand; where it cannot be
   * asked, what memory holds.
   */
  async readMany(keys: readonly string[], request?: ReadRequest): Promise<readonly (Read | undefined)[]> {
    if (keys.length <= READ_CHUNK) return this.#readChunk(keys, request)
    const reads: (Read | undefined)[] = []
    for (let i = 0; i < keys.length; i += READ_CHUNK) {
      for (const read of await this.#readChunk(keys.slice(i, i + READ_CHUNK), request)) reads.push(read)
    }
    return reads
  }

  /** What memory holds, where L2 cannot say, or is not asked, whether it still holds good. */
  held(key: string): Read | undefined {
    const found = this.#entries.l1.get(key)
    return found && this.ofMemory(found)
  }

  /** As `held`, for what was found there. */
  ofMemory(found: Found): Read | undefined {
    const { context } = this.#entries
    const { value, freshUntil, staleUntil = freshUntil, checkedAt, tags, etag } = found
    const { clock } = context
    const created = context.l2 === undefined ? clock.wall() - (clock.exact() - checkedAt) : undefined
    const state = tags === undefined ? 'valid' : context.tags.state(tags)
    if (state === 'deleted' || state === 'unknown') return undefined
    const stale = state === 'expired' || freshUntil <= clock.now()
    return { value, tier: 'memory', stale, freshUntil, staleUntil, tags, etag, created }
  }

  async #readAlone(key: string, request: ReadRequest | undefined): Promise<Read | undefined> {
    return (await this.#readChunk([key], request))[0]
  }

  /** A batch for the calls of this tick. */
  #collect(): Batch {
    const keys: string[] = []
    const reads = Promise.resolve().then(() => {
      if (this.#batch?.keys === keys) this.#batch = undefined
      return this.#readChunk(keys, undefined)
    })
    return { keys, reads }
  }

  async #readChunk(keys: readonly string[], request: ReadRequest | undefined): Promise<readonly (Read | undefined)[]> {
    const { l2, codec, index, schema, clock, tags } = this.#entries.context
    if (l2 === undefined || request?.l2Skip) return keys.map((key) => this.held(key))
    if (keys.length === 0) return []
    index?.look()
    const storedKeys = codec.encrypted ? keys.map((key) => codec.storedKey(key)) : keys
    const fill = this.#fills.beginMany(keys, storedKeys)
    try {
      const limit = request?.l2Timeout ?? l2.limit
      const end = clock.now() + (limit ?? l2.remote.limit)
      // What waits is not kept: L2 may have something newer, of which others have told already, and refuse it.
      const waiting = (storedKey: string) => l2.remote.newerThanWaiting(l2.region, storedKey)
      fill.hearAll(waiting)
      const answers = await l2.remote.getMany(l2.region, storedKeys, limit)
      // From one moment to the next L2 knows the entries by other keys, and seals them, or does not.
      const recoded = () => this.#entries.context.codec.encrypted !== codec.encrypted
      if (recoded()) return await this.#readChunk(keys, request)
      const made = this.#entriesOf(keys, answers)
      const entries = made instanceof Promise ? await made : made
      const doubtful = this.#tagsOf(keys, entries)
      // What is learnt of tags after the call's limit serves the next one.
      if (doubtful.length > 0) await tags.check(doubtful, end - clock.now())
      if (schema !== undefined) await this.#checkAll(keys, entries, schema)
      const sealing = this.#entries.large.sealed(keys)
      if (sealing !== undefined) await sealing
      if (recoded()) return await this.#readChunk(keys, request)
      const now = l2.remote.now()
      fill.hearAll(waiting)
      return keys.map((key, i) => this.#result(key, entries[i], fill, l2.tier, now, request))
    } finally {
      this.#fills.endMany(fill)
      this.#settle(fill)
    }
  }

  #result(
    key: string,
    entry: Entry,
    fill: BatchFill,
    tier: string,
    now: number,
    request: ReadRequest | undefined,
  ): Read | undefined {
    if (entry !== 'unavailable') return this.#take(key, entry, fill, tier, now, request)
    this.#entries.cannotAsk()
    return this.held(key)
  }

  /** The one place where an opened envelope from L2 becomes a value, and an entry in memory. */
  #take(
    key: string,
    opened: Opened | undefined,
    fill: BatchFill,
    tier: string,
    tierNow: number,
    request: ReadRequest | undefined,
  ): Read | undefined {
    const { counters, tags, clock } = this.#entries.context
    if (fill.overtaken(key)) return this.held(key)
    const own = this.#entries.holdsOwn && this.#isOwn(key) ? this.held(key) : undefined
    if (own !== undefined) return own
    this.#fills.found(fill, key, opened?.envelope)
    const left = opened === undefined ? OVER : lifeLeft(opened, tierNow)
    const state = opened?.tags === undefined ? 'valid' : tags.state(opened.tags)
    if (opened === undefined || left.kept <= 0 || state === 'deleted' || state === 'unknown') {
      counters.l2Misses++
      if (state === 'valid' || state === 'deleted') this.#entries.l1.delete(key)
      return undefined
    }
    const stale = left.fresh <= 0 || state === 'expired'
    if (stale) counters.l2Misses++
    else counters.l2Hits++
    const envelope = this.#underCurrentKey(key, opened.envelope)
    // Others have written the key since: this was right when it was read, and is not kept. Nor is what is older yet.
    if (fill.admits(key, opened.envelope) && (!stale || left.kept > left.fresh)) {
      const kept = envelope === opened.envelope ? opened : { ...opened, envelope }
      if (!request?.l1Skip) this.#keep(key, kept, left, fill, request?.l1Ttl ?? Number.POSITIVE_INFINITY)
    } else this.#entries.l1.delete(key)
    const now = clock.now()
    const { value, tags: itsTags, etag, created } = opened
    const freshUntil = now + left.fresh
    return { value, tier, stale, freshUntil, staleUntil: now + left.kept, tags: itsTags, etag, created, envelope }
  }

  /** The envelope of an entry that was found, sealed under the key that writes now; L2 is to get it so, too. */
  #underCurrentKey(key: string, envelope: Uint8Array): Uint8Array {
    const { codec } = this.#entries.context
    const resealed = codec.isOld(envelope) ? codec.reseal(codec.storedKey(key), envelope) : undefined
    if (resealed === undefined || typeof resealed === 'string') return envelope
    this.#resealer.add(resealed)
    return resealed.value
  }

  /** Whether memory holds an entry that L2 was never told of. */
  #isOwn(key: string): boolean {
    return this.#entries.l1.get(key)?.checkedAt === Infinity
  }

  /** Puts what L2 has into memory for what is left of its life. */
  #keep(key: string, opened: Opened, { fresh, kept }: Life, fill: BatchFill, most: number): void {
    const { l1, context } = this.#entries
    const life = kept > fresh ? { fresh: Math.min(fresh, most), kept } : lasting(Math.min(fresh, most))
    const local = localTimes(context, life, opened.tags, fill.mark)
    if (context.schema === undefined) l1.fill(key, opened, local)
    else l1.set(key, opened.value, local, undefined, opened.tags, opened.etag)
    if (life.kept > life.fresh) this.#entries.keepStale()
    if (life.kept !== Infinity) fill.expires = true
    fill.unsettled += opened.envelope.length
    if (fill.unsettled > SETTLED_BYTES) this.#settle(fill)
  }

  /** What is to be done once for many keys that were put into memory. */
  #settle(fill: BatchFill): void {
    if (fill.unsettled === 0) return
    fill.unsettled = 0
    const { l1, context } = this.#entries
    if (fill.expires) context.sweeper.watch(l1)
    context.budget.enforce()
  }

  /** What the answers are; a promise where the host opens some of them. */
  #entriesOf(keys: readonly string[], answers: readonly Answer[]): Entry[] | Promise<Entry[]> {
    const { codec } = this.#entries.context
    const entries: Entry[] = new Array(answers.length)
    const late: Promise<void>[] = []
    for (let i = 0; i < answers.length; i++) {
      const answer = answers[i]
      const key = keys[i] as string
      if (answer === undefined || answer === 'unavailable') entries[i] = answer
      else if (isLarge(answer)) {
        const put = (opened: Opened | undefined) => {
          // The codec may be another one by now; where that does not seal as this one does, all is read again.
          const { codec: now } = this.#entries.context
          if (opened !== undefined) entries[i] = opened
          else if (now.encrypted === codec.encrypted) entries[i] = this.#entry(key, answer, now.open(key, answer))
        }
        late.push(this.#entries.large.codec.open(codec, key, answer).then(put))
      } else entries[i] = codec.openPlain(answer) ?? this.#entry(key, answer, codec.open(key, answer))
    }
    return late.length === 0 ? entries : Promise.all(late).then(() => entries)
  }

  #entry(key: string, envelope: Uint8Array, result: OpenResult): Entry {
    return result.ok ? result.opened : this.#corrupt(key, result.reason, envelope)
  }

  /** The tags of these entries, or of their copies here: it has to be learnt whether they are still valid. */
  #tagsOf(keys: readonly string[], entries: readonly Entry[]): EntryTags[] {
    this.#entries.context.tags.follow()
    const all: EntryTags[] = []
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]
      const its = entry === 'unavailable' ? this.#entries.l1.get(keys[i] as string)?.tags : entry?.tags
      if (its !== undefined) all.push(its)
    }
    return all
  }

  /** Has the region's schema look at entries from L2, and puts in their place what it makes of them. */
  async #checkAll(keys: readonly string[], entries: Entry[], schema: StandardSchema): Promise<void> {
    for (const [i, key] of keys.entries()) {
      const opened = entries[i]
      if (opened === undefined || opened === 'unavailable') continue
      const checked = await check(schema, opened.value)
      entries[i] = checked === undefined ? this.#mismatch(key) : { ...opened, ...checked }
    }
  }

  /** What does not fit the schema is in order as an entry: it is counted by itself, and no alert. */
  #mismatch(key: string): undefined {
    this.#entries.context.counters.mismatches++
    return this.#tellOfCorrupt(key, 'schema')
  }

  #corrupt(key: string, reason: string, envelope: Uint8Array): undefined {
    const { counters } = this.#entries.context
    counters.corrupt++
    if (reason !== KEY_MISSING) return this.#tellOfCorrupt(key, reason)
    counters.keyMissing++
    return this.#tellOfCorrupt(key, reason, keyIdOf(envelope))
  }

  #tellOfCorrupt(key: string, reason: string, keyId?: string): undefined {
    const { emitter, name, codec } = this.#entries.context
    const event = { region: name, key: codec.publicKey(key), reason }
    emitter.emit('corrupt', keyId === undefined ? event : { ...event, keyId })
    return undefined
  }
}

function asItIs(read: Read | undefined): Read | undefined {
  return read
}

/** The reason where an envelope's key is not in the ring. */
const KEY_MISSING = 'key-missing'

const OVER: Life = { fresh: 0, kept: 0 }
