import type { Serialized } from '../../codec/serializer.ts'
import { STAMP_BYTES } from '../../tiers/driver.ts'
import type { Entries, Put } from './entries.ts'
import { type Begun, begin } from './entries-context.ts'
import type { Fill } from './fills.ts'
import type { EnvelopeTimes, Found, LargeFound } from './l1.ts'
import type { Read } from './l2-reads.ts'
import type { NewEntry } from './l2-writes.ts'
import { LargeCodec, type Payload, payloadOf } from './large-codec.ts'
import type { Lives } from './life.ts'

/** What an envelope says that never leaves this process. */
const NO_TIMES: EnvelopeTimes = { stamp: new Uint8Array(STAMP_BYTES), created: 0, freshUntil: 0, staleUntil: 0 }

/** A write that is being sealed. */
interface Write {
  /** Tells when the key was written or removed since. */
  readonly fill: Fill
  /** Whether memory is to have it. */
  readonly kept: boolean
  /** Settles when it is sealed. */
  over: Promise<void>
}

/** A write that a later one has taken the place of. */
const OVERTAKEN: Put = { stored: true, pending: undefined }

/**
 * Large values of a packed region: sealed and opened by the host's own engines, so that no call holds the event
 * loop for long. A write is as old as its call, and holds from then on: what memory had is gone, reads wait
 * for it, and a later write or removal takes its place.
 */
export class LargeEntries {
  readonly codec: LargeCodec
  readonly #entries: Entries
  readonly #read: (found: Found) => Read | undefined
  /** Of each key the last write, while it is being sealed. */
  readonly #writes = new Map<string, Write>()

  /** @param read What an entry found in memory is to a read. */
  constructor(entries: Entries, read: (found: Found) => Read | undefined) {
    this.#entries = entries
    this.#read = read
    this.codec = new LargeCodec(entries.context.clock)
  }

  /** Settles when none of these keys is being sealed any more; nothing where none is. */
  sealed(keys: Iterable<string> = this.#writes.keys()): Promise<void> | undefined {
    if (this.#writes.size === 0) return undefined
    const wanted = [...keys]
    const waits = wanted.map((key) => this.#writes.get(key)?.over).filter((over) => over !== undefined)
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => this.sealed(wanted))
  }

  /** How many of these keys count as held by memory, though they are still being sealed. */
  count(keys: Iterable<string> = this.#writes.keys()): number {
    let count = 0
    for (const key of keys) {
      const write = this.#writes.get(key)
      if (write?.kept && !write.fill.overtaken) count++
    }
    return count
  }

  /** What memory holds that may be served without a look at L2, where it is large; nothing else is looked for. */
  first(key: string): Promise<Read | undefined> | undefined {
    const sealing = this.#writes.size === 0 ? undefined : this.sealed([key])
    if (sealing !== undefined) return sealing.then(() => this.first(key))
    const { l1 } = this.#entries
    const found = l1.large?.(key)
    return found !== undefined && this.#entries.trusts(found) ? this.#open(key, found) : undefined
  }

  /** As `Entries.put`: memory has the entry once it is sealed. It is told of at once. */
  put(entry: NewEntry, serialized: Serialized, lives: Lives): Promise<Put> {
    const { key } = entry
    const { context, fills, l1 } = this.#entries
    const payload = payloadOf(serialized)
    const begun = begin(context, lives)
    l1.delete(key)
    fills.unsettle(key, (begun.times ?? NO_TIMES).stamp)
    const fill = this.#entries.beginWrite(key)
    const put = this.#put(entry, payload, lives, begun, fill)
    const end = () => {
      if (this.#writes.get(key) === write) this.#writes.delete(key)
    }
    const write: Write = { fill, kept: lives.l1 !== undefined, over: put.then(end, end) }
    this.#writes.set(key, write)
    this.#entries.tell('set', key)
    return put
  }

  async #put(entry: NewEntry, payload: Payload, lives: Lives, begun: Begun, fill: Fill): Promise<Put> {
    const { fills, context } = this.#entries
    const { codec } = context
    const { key, tags, etag } = entry
    const times = begun.times ?? NO_TIMES
    try {
      const sealed = await this.codec.seal(codec, key, payload, codec.side(tags, etag), times)
      const { codec: now } = this.#entries.context
      // Where the region has begun to seal, or to seal no more, what had tags went: they have other names.
      if (fill.overtaken || (tags !== undefined && now.encrypted !== codec.encrypted)) return OVERTAKEN
      // Others have written the key since: then it is for L2 to say which one is the newer.
      const held = fill.admits(times.stamp) ? lives : { ...lives, l1: undefined }
      if (now === codec) return this.#entries.take(entry, held, begun, sealed ?? payload)
      // Another serializer may write now; and the value may be another one since.
      const value = codec.options.serializer.deserialize(payload.serializer, payload.data)
      return this.#entries.take({ ...entry, value }, held, begun)
    } finally {
      fills.end(key, fill)
      fills.settle(key)
      if (codec.encrypted) payload.data.fill(0)
    }
  }

  async #open(key: string, { record, ...times }: LargeFound): Promise<Read | undefined> {
    const decoded = await this.codec.openRecord(this.#entries.context.codec, key, record)
    const found: Found | undefined = decoded === undefined ? this.#entries.l1.get(key) : { ...decoded, ...times }
    const read = found && this.#read(found)
    return read?.stale === false ? read : undefined
  }
}
