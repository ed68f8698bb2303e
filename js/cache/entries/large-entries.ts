import type { Serialized } from '../../codec/serializer.ts'
import { STAMP_BYTES } from '../../tiers/driver.ts'
import type { Entries, Put } from './entries.ts'
import { begin } from './entries-context.ts'
import type { EnvelopeTimes, Found, LargeFound } from './l1.ts'
import type { Read } from './l2-reads.ts'
import type { NewEntry } from './l2-writes.ts'
import { LargeCodec, type Payload, payloadOf } from './large-codec.ts'
import type { Lives } from './life.ts'

/** What an envelope says that never leaves this process. */
const NO_TIMES: EnvelopeTimes = { stamp: new Uint8Array(STAMP_BYTES), created: 0, freshUntil: 0, staleUntil: 0 }

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
  readonly #writes = new Map<string, Promise<void>>()

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
    const waits = wanted.map((key) => this.#writes.get(key)).filter((wait) => wait !== undefined)
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => this.sealed(wanted))
  }

  /** What memory holds that may be served without a look at L2, where it is large; nothing else is looked for. */
  first(key: string): Promise<Read | undefined> | undefined {
    const sealing = this.#writes.size === 0 ? undefined : this.sealed([key])
    if (sealing !== undefined) return sealing.then(() => this.first(key))
    const { l1 } = this.#entries
    const found = l1.large?.(key)
    return found !== undefined && this.#entries.trusts(found) ? this.#open(key, found) : undefined
  }

  /** As `Entries.put`: memory has the entry once it is sealed. */
  put(entry: NewEntry, serialized: Serialized, lives: Lives): Promise<Put> {
    const { key } = entry
    const put = this.#put(entry, payloadOf(serialized), lives)
    const end = () => {
      if (this.#writes.get(key) === over) this.#writes.delete(key)
    }
    const over = put.then(end, end)
    this.#writes.set(key, over)
    return put
  }

  async #put(entry: NewEntry, payload: Payload, lives: Lives): Promise<Put> {
    const { context, fills, l1 } = this.#entries
    const { codec } = context
    const { key, value, tags, etag } = entry
    const begun = begin(context, lives)
    const times = begun.times ?? NO_TIMES
    l1.delete(key)
    fills.unsettle(key, times.stamp)
    const fill = fills.track(key)
    try {
      const sealed = await this.codec.seal(codec, key, payload, codec.side(tags, etag), times)
      if (fill.overtaken) return OVERTAKEN
      // Others have written the key since: then it is for L2 to say which one is the newer.
      const held = fill.admits(times.stamp) ? lives : { ...lives, l1: undefined }
      return sealed === undefined || this.#entries.context.codec !== codec
        ? this.#entries.put(key, value, held, tags, etag, undefined, payload)
        : this.#entries.take(entry, held, begun, sealed)
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
