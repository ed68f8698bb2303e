import type { Clock } from '../../clock.ts'
import type { StandardSchema } from '../../config/types.ts'
import type { Trust } from '../../flow/coherence/trust.ts'
import type { Remote } from '../../flow/remote.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { Tags } from '../../flow/tags/tags.ts'
import type { Sweeper } from '../../memory/sweeper.ts'
import type { Emitter } from '../../observe/events.ts'
import type { MemoryBudget } from '../budget.ts'
import type { Counters } from '../figures/counters.ts'
import type { IndexCheck } from './index-check.ts'
import type { EnvelopeTimes, LocalTimes } from './l1.ts'
import type { Life, Lives } from './life.ts'
import type { RegionCodec } from './region-codec.ts'

/** The way to L2 of one region. */
export interface RegionRemote {
  readonly remote: Remote
  /** What the tier is called. */
  readonly tier: string
  /** What L2 calls the region: its name, and its version where that is not the first. */
  readonly region: string
  /** The limit of one operation in ms, where it is not the manager's. */
  readonly limit: number | undefined
}

/** What the entries of one region need to know and to reach. */
export interface EntriesContext {
  readonly name: string
  readonly clock: Clock
  readonly counters: Counters
  readonly emitter: Emitter
  readonly budget: MemoryBudget
  readonly sweeper: Sweeper
  /** `undefined` where memory is all there is. */
  readonly l2: RegionRemote | undefined
  readonly codec: RegionCodec
  /** Of an encrypted region with an L2: whether its keys there are those that are made here. */
  readonly index: IndexCheck | undefined
  /** Checks what comes from L2. */
  readonly schema: StandardSchema | undefined
  readonly tags: Tags
  /** How long an entry is trusted without a live bus, in ms. `Infinity` where nobody else can change it. */
  readonly checkedFor: number
  /** How far entries that others can change are trusted. */
  readonly trust: Trust
}

/**
 * When an entry ends here that has this life from now on, and the mark of when it was known to
 * be right: no later than its tags were.
 */
export function localTimes(
  { clock, checkedFor, tags, trust }: EntriesContext,
  { fresh, kept }: Life,
  entryTags?: EntryTags | undefined,
  mark = trust.mark(),
): LocalTimes {
  const tagged = entryTags !== undefined && checkedFor !== Infinity
  const checkedAt = tagged ? Math.min(mark, tags.checkedAt(entryTags)) : mark
  const now = clock.now()
  return { freshUntil: now + fresh, staleUntil: kept > fresh ? now + kept : undefined, checkedAt }
}

/** What was so when a write began. */
export interface Begun {
  /** Of its envelope; absent where L2 is not to have it. */
  readonly times: EnvelopeTimes | undefined
  /** The mark of when it was right. */
  readonly mark: number
}

/** What is so for a write that begins now. */
export function begin({ l2, trust }: EntriesContext, lives: Lives): Begun {
  const times = l2 && lives.l2 && envelopeTimes(l2.remote, lives.l2)
  // What L2 was not told of is not looked for there.
  const mark = l2 !== undefined && times === undefined ? Number.POSITIVE_INFINITY : trust.mark()
  return { times, mark }
}

/** The times of an entry that is written now, by L2's clock. */
export function envelopeTimes(remote: Remote, { fresh, kept }: Life): EnvelopeTimes {
  const created = remote.now()
  return { stamp: remote.stamps.next(), created, freshUntil: created + fresh, staleUntil: created + kept }
}
