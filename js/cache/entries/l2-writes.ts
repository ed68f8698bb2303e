import type { Remote } from '../../flow/remote.ts'
import { type StoredWrite, stampOf } from '../../flow/stored-bytes.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { TimedWrite } from './commit.ts'
import type { Entries } from './entries.ts'
import { envelopeTimes, type RegionRemote } from './entries-context.ts'
import type { Fill, Fills } from './fills.ts'
import type { Life } from './life.ts'
import { renewal } from './renewal.ts'

/** An entry that is about to be stored. */
export interface NewEntry {
  readonly key: string
  readonly value: unknown
  readonly tags: EntryTags | undefined
  readonly etag: string | undefined
  /** What the value weighs in memory, where that is known. */
  readonly weight?: number | undefined
  /** Whether it was counted and told of when it began. */
  readonly told?: boolean
}

/** A write that is done in memory and still has to reach L2. */
export interface PendingWrite extends NewEntry {
  readonly life: Life
  readonly write: StoredWrite
  /** Tells when the key was written or removed again: then this write is not the newest any more. */
  readonly fill: Fill
}

/** A removal that is on its way. */
interface Removal {
  readonly key: string
  readonly write: StoredWrite
  /** Tells when the key was written again: then nothing is to be removed any more. */
  readonly fill: Fill
}

/** How many keys are removed from L2 in one round trip. */
const REMOVE_CHUNK = 500

/** The way of one region's writes to L2; memory has them already. */
export class L2Writes {
  readonly #entries: Entries
  readonly #fills: Fills

  constructor(entries: Entries, fills: Fills) {
    this.#entries = entries
    this.#fills = fills
  }

  /**
   * Sends to L2 what `put` answered; true where L2, or the journal for it, has all of it. What
   * L2 refuses, because another process whose clock is ahead wrote before, is sent again under a
   * stamp that is newer; but not what was overtaken by a later call of this process, nor where the
   * answer comes so late that the other may have written after.
   */
  async send(pending: readonly PendingWrite[]): Promise<boolean> {
    const { l2, index } = this.#entries.context
    index?.look()
    try {
      if (l2 === undefined || pending.length === 0) return false
      const current = pending.filter(({ fill }) => !fill.overtaken)
      const writes = current.map(({ write }) => write)
      const isLate = this.#lateness(l2)
      const outcomes = await l2.remote.setMany(l2.region, writes, l2.limit)
      this.#entries.context.tags.follow()
      const refused = current.filter(({ fill }, i) => outcomes[i] === 'superseded' && !fill.overtaken)
      if (isLate()) for (const { key } of refused) this.#entries.drop(key)
      else if (refused.length > 0) await this.#sendAnew(refused, l2)
      return true
    } finally {
      for (const { key, fill } of pending) {
        this.#fills.end(key, fill)
        this.#fills.settle(key)
      }
    }
  }

  /** Removes; answers for each key whether there was a value. */
  async remove(keys: readonly string[]): Promise<boolean[]> {
    const { l2 } = this.#entries.context
    if (l2 === undefined) return []
    // All of them are as old as the call, whenever their turn comes.
    const removals = keys.map((key) => this.#removal(key, l2.remote))
    const there = new Set<string>()
    try {
      for (let i = 0; i < removals.length; i += REMOVE_CHUNK) {
        const chunk = removals.slice(i, i + REMOVE_CHUNK).filter(({ fill }) => !fill.overtaken)
        if (chunk.length > 0) await this.#removeThere(chunk, l2, there)
      }
    } finally {
      for (const { key, fill } of removals) {
        this.#fills.end(key, fill)
        this.#fills.settle(key)
      }
    }
    return keys.map((key) => there.has(key))
  }

  #removal(key: string, remote: Remote): Removal {
    const write = this.stored(key, { kind: 'delete' }, remote)
    this.#fills.unsettle(key, stampOf(write.envelope))
    return { key, write, fill: this.#fills.track(key, write.key) }
  }

  /** Adds to `there` the keys that had a value. */
  async #removeThere(removals: readonly Removal[], l2: RegionRemote, there: Set<string>): Promise<void> {
    const { remote, region, limit } = l2
    const writes = removals.map(({ write }) => write)
    const isLate = this.#lateness(l2)
    const results = await remote.deleteMany(region, writes, limit)
    const refused = removals.filter(({ fill }, i) => results[i]?.outcome === 'superseded' && !fill.overtaken)
    for (const [i, { key }] of removals.entries()) if (results[i]?.existed) there.add(key)
    if (refused.length === 0) return
    // They are newer now than what another call of this process may be about to put into memory.
    for (const { key } of refused) this.#entries.drop(key)
    if (isLate()) return
    const anew = refused.map(({ key }) => this.stored(key, { kind: 'delete' }, remote))
    await remote.deleteMany(region, anew, limit)
  }

  /** Begins to measure: a process that stood still gets answers long after L2 gave them. */
  #lateness({ remote, limit }: RegionRemote): () => boolean {
    const { clock } = this.#entries.context
    const end = clock.now() + (limit ?? remote.limit)
    return () => clock.now() > end
  }

  /** What L2 is sent for a write of a transaction: an envelope, or a tombstone. */
  stored(key: string, write: TimedWrite, remote: Remote): StoredWrite {
    const { codec } = this.#entries.context
    const storedKey = codec.storedKey(key)
    if (write.kind === 'set') {
      const life = write.lives.l2 ?? { fresh: 0, kept: 0 }
      const { envelope } = codec.seal(key, write.value, envelopeTimes(remote, life), write.tags)
      return {
        key: storedKey,
        envelope,
        ttl: life.kept,
        ...renewal(() => this.#entries.context, storedKey, write.tags),
      }
    }
    const envelope = codec.tombstone(key, remote.stamps.next(), remote.now(), remote.maxAge)
    return { key: storedKey, envelope, ttl: remote.maxAge }
  }

  /** Under newer stamps. What is refused again, because others wrote yet later, leaves memory. */
  async #sendAnew(refused: readonly PendingWrite[], l2: RegionRemote): Promise<void> {
    const fills = refused.map(({ key, write }) => {
      this.#fills.outdate(key)
      return this.#fills.track(key, write.key)
    })
    try {
      const outcomes = await l2.remote.setMany(l2.region, this.#stampedAnew(refused, l2), l2.limit)
      for (const [i, { key }] of refused.entries()) {
        if (outcomes[i] === 'superseded' && !fills[i]?.overtaken) this.#entries.drop(key)
      }
    } finally {
      for (const [i, { key }] of refused.entries()) this.#fills.end(key, fills[i] as Fill)
    }
  }

  #stampedAnew(refused: readonly PendingWrite[], { remote }: RegionRemote): StoredWrite[] {
    const { codec } = this.#entries.context
    return refused.map(({ key, value, tags, etag, life, write }) => {
      const { envelope } = codec.seal(key, value, envelopeTimes(remote, life), tags, etag)
      return { ...write, envelope }
    })
  }
}
