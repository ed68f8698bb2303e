import { parseDuration } from '../../config/units.ts'
import { successorOf } from '../../flow/stamp.ts'
import { stampOf } from '../../flow/stored-bytes.ts'
import type { Turns } from '../../flow/turns.ts'
import { localTimes } from '../entries/entries-context.ts'
import type { Read } from '../entries/l2-reads.ts'
import type { Life } from '../entries/life.ts'
import { renewal } from '../entries/renewal.ts'
import type { EntryInfo, GetOrSetOptions } from '../types.ts'
import type { CallRules } from './call-rules.ts'
import type { RegionParts } from './region-parts.ts'

/** A sliding lifetime is renewed once so large a part of it is over: not at each read. */
const SLIDES_AFTER = 0.1

/** How often a change of an entry's times begins again because others have written it meanwhile. */
const MOST_TRIES = 5

/** The life that an entry is to get; none where it is to be left alone. */
type LifeOf = (read: Read) => Life | undefined

/** The calls that look at an entry, and change its times. */
export class RegionEntries<V> {
  readonly #parts: RegionParts
  /** Of the calls that change times. */
  readonly #turns: Turns

  constructor(parts: RegionParts) {
    this.#parts = parts
    this.#turns = parts.underWay.turns
  }

  async info(key: string): Promise<EntryInfo<V>> {
    this.#check(key)
    const { entries, clock, encrypted } = this.#parts
    const local = entries.fresh(key) === undefined ? undefined : entries.held(key)
    // Memory does not keep when a value was made that L2 knows of.
    const stored = local === undefined || local.created === undefined ? await entries.read(key) : undefined
    const read = local ?? stored
    if (read === undefined || read.value === undefined) return NO_ENTRY
    const { value, tier, stale, freshUntil, tags } = read
    const created = read.created ?? stored?.created
    return {
      value: value as V,
      hit: true,
      stale,
      tier,
      createdAt: created === undefined ? undefined : Math.round(created),
      // By the exact time: `now` may be old, and each look would answer another moment.
      expiresAt: Math.round(clock.wall() + freshUntil - clock.exact()),
      tags: encrypted() ? [] : (tags?.list.map(({ name }) => name) ?? []),
    }
  }

  /** What is left of an entry's TTL, in whole ms; `undefined` where it is over, or there is none. */
  async ttl(key: string): Promise<number | undefined> {
    this.#check(key)
    const { entries, clock } = this.#parts
    const read = entries.fresh(key) === undefined ? await entries.read(key) : entries.held(key)
    if (read === undefined || read.stale || read.value === undefined) return undefined
    // What is fresh has some time left, be it less than half of one.
    return Math.max(1, Math.round(read.freshUntil - clock.now()))
  }

  /** Makes the entry stale now. */
  async expire(key: string): Promise<boolean> {
    this.#check(key)
    return this.#retime(key, ({ staleUntil }) => ({ fresh: 0, kept: staleUntil - this.#parts.clock.now() }), true)
  }

  /** Lets a fresh entry live for `ttl` from now on, and be stale after that as long as it would have been. */
  async touch(key: string, ttl: unknown): Promise<boolean> {
    this.#check(key)
    const fresh = parseDuration(ttl, 'ttl')
    return this.#retime(key, (read) => (read.stale ? undefined : prolonged(read, fresh)))
  }

  /**
   * After a hit in memory: renews a sliding lifetime, in memory at once, and in L2 behind the call, of which
   * `waitUntil` is told. What has longer to live keeps that, and what says that there is nothing keeps its own time.
   */
  slide(
    key: string,
    rules: Pick<CallRules, 'slidingTtl' | 'negativeTtl'>,
    waitUntil?: GetOrSetOptions['waitUntil'],
  ): void {
    const { slidingTtl, negativeTtl } = rules
    const { entries, clock, emitter, name } = this.#parts
    const isDue = ({ freshUntil }: Pick<Read, 'freshUntil'>) =>
      freshUntil - clock.now() <= slidingTtl * (1 - SLIDES_AFTER)
    const slid = (read: Read): Life | undefined => {
      return read.stale || !isDue(read) || (read.value === null && negativeTtl > 0)
        ? undefined
        : prolonged(read, slidingTtl)
    }
    // A large one is opened for that only when it is due: to look at it holds the event loop.
    const large = entries.l1.large?.(key)
    if (large !== undefined && !isDue(large)) return
    const held = entries.held(key)
    const life = held && slid(held)
    if (life === undefined) return
    this.#retimeHere(key, held as Read, life)
    if (entries.context.l2 === undefined) return
    const renewed = this.#retime(key, slid).catch((error: unknown) => emitter.emit('error', { error, region: name }))
    waitUntil?.(renewed)
  }

  /**
   * Gives an entry another life, unless `lifeOf` answers none; answers whether there was one. The
   * envelope gets the stamp that comes next after its own, so that it takes the place of that very
   * write, and of none that came after it. Where somebody else was first, it begins again with what
   * is there now. Calls for one key take turns, since two would give the same stamp.
   */
  #retime(key: string, lifeOf: LifeOf, outdates = false): Promise<boolean> {
    return this.#turns.take(key, async () => {
      const { entries } = this.#parts
      if (!entries.clockKnown) await entries.learnClock()
      await entries.fills.settled(key)
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const retimed = await this.#tryRetime(key, lifeOf, outdates)
        if (retimed !== 'superseded') return retimed
      }
      return true
    })
  }

  /** A write or removal of this process that overtakes this call counts as one that came after it. */
  async #tryRetime(key: string, lifeOf: LifeOf, outdates: boolean): Promise<boolean | 'superseded'> {
    const { entries } = this.#parts
    const { l2, codec } = entries.context
    // What waits for L2 may have tokens of tags that L2 was not asked for: so may what takes its place.
    const assumed = l2?.remote.newerThanWaiting(l2.region, codec.storedKey(key)) !== undefined
    const fill = entries.beginFill(key)
    let read: Read | undefined
    try {
      read = await entries.read(key)
      if (assumed && read?.tags) read = { ...read, tags: { ...read.tags, assumed } }
    } finally {
      entries.endFill(key, fill)
    }
    const life = read === undefined || read.value === undefined ? undefined : lifeOf(read)
    // What says that there is nothing is of no use when it is stale.
    if (outdates && read !== undefined && read.value === undefined && !fill.overtaken) await entries.remove([key])
    if (outdates && !fill.overtaken) entries.fills.outdate(key)
    if (read === undefined || life === undefined) return false
    if (fill.overtaken) return true
    const { envelope } = read
    if (envelope !== undefined && !fill.admits(stampOf(envelope))) return 'superseded'
    this.#retimeHere(key, read, life, envelope && fill.mark)
    return envelope === undefined || this.#retimeThere(key, read, life, successorOf(stampOf(envelope)), outdates)
  }

  /** Gives what memory holds another life; with a `mark`, it was just read from L2. */
  #retimeHere(key: string, { value, tags, etag }: Read, life: Life, mark?: number): void {
    const { l1, context } = this.#parts.entries
    const checkedAt = mark ?? l1.get(key)?.checkedAt
    l1.set(key, value, localTimes(context, life, tags, checkedAt), undefined, tags, etag)
    if (life.kept > life.fresh) this.#parts.entries.keepStale()
    if (life.kept !== Infinity) context.sweeper.watch(l1)
    context.budget.enforce()
  }

  /**
   * Writes an entry to L2 again with another life, under this stamp. Where a newer one is there, that
   * stays, and memory gives up its copy, unless this process has written another one meanwhile.
   */
  async #retimeThere(
    key: string,
    read: Read,
    life: Life,
    stamp: Uint8Array,
    outdates: boolean,
  ): Promise<true | 'superseded'> {
    const { l1, context, fills } = this.#parts.entries
    const { l2, codec } = context
    if (l2 === undefined) return true
    const now = l2.remote.now()
    const times = { stamp, created: read.created ?? now, freshUntil: now + life.fresh, staleUntil: now + life.kept }
    const { envelope } = codec.seal(key, read.value, times, read.tags, read.etag)
    l2.remote.stamps.receive(stamp)
    const storedKey = codec.storedKey(key)
    const renewed = renewal(() => this.#parts.entries.context, storedKey, read.tags)
    const write = { key: storedKey, envelope, ttl: life.kept, ...renewed }
    if (outdates) fills.unsettle(key, stamp)
    const fill = fills.track(key, write.key)
    try {
      const [outcome] = await l2.remote.setMany(l2.region, [write], l2.limit)
      if (outcome !== 'superseded' || fill.overtaken) return true
      l1.delete(key)
      return 'superseded'
    } finally {
      fills.end(key, fill)
      if (outdates) fills.settle(key)
    }
  }

  #check(key: string): void {
    this.#parts.gate.assertOpen()
    this.#parts.checkKey(key)
  }
}

const NO_ENTRY: EntryInfo<never> = {
  value: undefined,
  hit: false,
  stale: false,
  tier: undefined,
  createdAt: undefined,
  expiresAt: undefined,
  tags: [],
}

function prolonged({ freshUntil, staleUntil }: Read, fresh: number): Life {
  return { fresh, kept: fresh + (freshUntil === Infinity ? 0 : staleUntil - freshUntil) }
}
