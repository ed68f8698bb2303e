import type { Clock } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import { type RandomSource, systemRandom } from '../random.ts'
import { sameMoment } from '../stamp.ts'
import { withLimit } from '../time-limit.ts'
import { type EntryTag, type EntryTags, UNSEEN } from './entry-tags.ts'
import { KnownTags } from './known-tags.ts'
import { freshHalf, HALF_BYTES, HALVES, type Half, NO_HALF, type StoredHalf } from './token.ts'
import { type ReadTags, type TagTier, TokenStore } from './token-store.ts'

/**
 * What the tags of an entry say of it. 'expired': it may be served as stale, if at all.
 * 'unknown': nothing known here speaks against it, but not all of its tokens are known.
 */
export type TagState = 'valid' | 'deleted' | 'expired' | 'unknown'

/** What `Tags` is made of. */
export interface TagsOptions {
  readonly clock: Clock
  /** Default: the random source of the runtime. */
  readonly random?: RandomSource
  /** Where tokens are stored, at this moment; `undefined` where memory is all there is. */
  readonly tier: () => TagTier | undefined
  /** How many tags are known at the most. Default: 20,000. */
  readonly limit?: number
}

/** Both halves of a tag that nobody has invalidated, where memory is all there is. */
const FIRST_HALF = '\0'.repeat(HALF_BYTES)

/** How many invalidations go to L2 in one round trip. */
const CHUNK = 250

/** How often tokens are read that change meanwhile. */
const ROUNDS = 3

/**
 * The tags of one region: entries hold, per tag, the token that was current before their value
 * was made, and are valid while it still is. To delete or expire a tag is to give it another
 * token, whatever the number of its entries.
 *
 * Tokens are random, so that one that was lost is never made again. They lie in L2, where all
 * processes find them; those known here are trusted as long as entries in memory are.
 */
export class Tags {
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #tier: () => TagTier | undefined
  readonly #known: KnownTags
  readonly #store: TokenStore
  /** How often the region had got another generation when tokens were last forgotten for that. */
  #renewals = 0
  /** What both halves are of a tag that is not known, where memory is all there is. */
  #base = FIRST_HALF

  constructor({ clock, random = systemRandom, tier, limit }: TagsOptions) {
    this.#clock = clock
    this.#random = random
    this.#tier = tier
    this.#known = new KnownTags(limit)
    this.#store = new TokenStore(this.#known, random, clock)
  }

  /**
   * The present tokens of `names` (stored tags), for an entry whose value is made from now on
   * and that lives for `ttl` ms at the most. Answers at once where they are known and a live
   * bus vouches for them: a token that is old would make the entry invalid for all others.
   */
  capture(names: readonly string[], ttl: number): EntryTags | Promise<EntryTags> {
    const tier = this.#tier()
    if (tier === undefined) return this.#take(names)
    this.follow()
    const lives = tier.remote.now() + ttl
    const vouched = (name: string) => this.#trusts(tier, name) && this.#store.complete(name, lives)
    if (tier.heard() && names.every(vouched)) return this.#take(names)
    return this.#obtain(tier, names, ttl)
  }

  /**
   * Tags whose tokens L2 was not asked for, with those that it holds of tags that nobody ever
   * changed: these have a first stamp. One that was changed, before or after, keeps the token that
   * was taken for its own, for clocks may not tell which it was. Those that L2 has lost are made anew, for
   * an entry that lives for `ttl` ms at the most. Rejects where L2 cannot be asked.
   */
  async confirmed({ list }: EntryTags, ttl: number): Promise<EntryTags | undefined> {
    const tier = this.#tier()
    if (tier === undefined) return undefined
    const names = list.map(({ name }) => name)
    let found = await this.#store.read(tier, names)
    const lost = names.filter((name) => {
      const token = found.get(name)
      return token !== undefined && HALVES.some((half) => token[half] === undefined)
    })
    if (lost.length > 0) {
      await this.#store.obtain(tier, lost, ttl)
      found = await this.#store.read(tier, names)
    }
    if (!names.every((name) => found.has(name))) throw new CacheError('TIER_UNAVAILABLE', 'tags could not be read')
    const first = tier.remote.firstStamp(tier.region)
    const adopted = (half: string, stored: StoredHalf | undefined) =>
      stored !== undefined && sameMoment(stored.stamp, first) ? stored.half : half
    const now = list.map(({ name, deleted, expired }) => {
      const token = found.get(name)
      return { name, deleted: adopted(deleted, token?.d), expired: adopted(expired, token?.e) }
    })
    return { list: now, epoch: UNSEEN }
  }

  /** What is known of an entry's tags. It costs one comparison where no token has changed since the last time. */
  state(tags: EntryTags): TagState {
    const { epoch, floor } = this.#known
    if (tags.epoch === epoch) return 'valid'
    const alone = this.#tier() === undefined
    let state: TagState = 'valid'
    for (const { name, deleted, expired } of tags.list) {
      const known = this.#known.get(name)
      if (known === undefined && !alone) {
        if (tags.epoch < floor || tags.epoch < 0) state = 'unknown'
        continue
      }
      if (deleted !== (known?.deleted ?? this.#base)) return 'deleted'
      if (expired !== (known?.expired ?? this.#base) && state === 'valid') state = 'expired'
    }
    if (state === 'valid') tags.epoch = epoch
    return state
  }

  /**
   * Reads what it takes for `state` to tell of all of these, in one round trip; none where all is
   * known. Waits for that no longer than `limit` ms. Never rejects.
   */
  async check(all: readonly EntryTags[], limit: number): Promise<ReadTags | undefined> {
    const tier = this.#tier()
    if (tier === undefined || all.length === 0) return undefined
    this.follow()
    const names = new Set<string>()
    for (const { list } of all) for (const tag of list) if (this.#mustRead(tier, tag)) names.add(tag.name)
    if (names.size === 0) return undefined
    return withLimit(this.#store.read(tier, [...names]), limit, this.#clock, 'tags').catch(() => undefined)
  }

  /** The mark of when all of these tags were last known to be what L2 holds: see `Trust`. */
  checkedAt({ list }: EntryTags): number {
    let mark = Number.POSITIVE_INFINITY
    if (this.#tier() === undefined) return mark
    for (const { name } of list) mark = Math.min(mark, this.#known.get(name)?.readAt ?? Number.NEGATIVE_INFINITY)
    return mark
  }

  /** Deletes or expires tags: here at once, then in L2, or in the journal for it. Never rejects. */
  async invalidate(half: Half, names: readonly string[]): Promise<void> {
    const tier = this.#tier()
    if (tier === undefined) {
      for (const name of names) this.#changeAlone(half, name)
      return
    }
    for (let i = 0; i < names.length; i += CHUNK) {
      await this.#store.change(tier, half, names.slice(i, i + CHUNK))
    }
  }

  /** Another process has deleted or expired a tag. */
  changed(half: Half, name: string): void {
    const known = this.#known.make(name)
    if (known.pending === 0) {
      if (half === 'd') known.deleted = NO_HALF
      else known.expired = NO_HALF
    }
    known.readAt = Number.NEGATIVE_INFINITY
    this.#known.touch(known)
  }

  /** Tokens may have changed without a word of it: each is read again before it is believed. */
  distrust(): void {
    this.#known.distrust()
  }

  /** Forgets all tokens; what was valid has to be looked at again. */
  forget(): void {
    this.#known.forget()
    this.#base = freshHalf(this.#random)
  }

  /** To be called after L2 was read: another generation may mean that L2 has lost everything, and tokens with it. */
  follow(): void {
    const tier = this.#tier()
    const renewals = tier?.remote.renewals(tier.entries) ?? this.#renewals
    if (renewals === this.#renewals) return
    this.#known.forget()
    this.#renewals = renewals
  }

  /**
   * A known token that agrees is believed while it is trusted. One that does not may be the older
   * of the two, so it is never a reason to call an entry invalid without another look.
   */
  #mustRead(tier: TagTier, { name, deleted, expired }: EntryTag): boolean {
    const known = this.#known.get(name)
    return !this.#trusts(tier, name) || known?.deleted !== deleted || known.expired !== expired
  }

  #trusts(tier: TagTier, name: string): boolean {
    return tier.trusts(this.#known.get(name)?.readAt ?? Number.NEGATIVE_INFINITY)
  }

  /**
   * What is told of a tag while it is read makes the read doubtful, and it is read again: a server that
   * tells by itself what changes also tells of the token that was just made here.
   */
  async #obtain(tier: TagTier, names: readonly string[], ttl: number): Promise<EntryTags> {
    const mark = tier.mark()
    const known = (name: string) => this.#store.complete(name, Number.NEGATIVE_INFINITY)
    for (let round = 0; round < ROUNDS; round++) {
      await this.#store.obtain(tier, names, ttl)
      if (names.every(known)) break
    }
    const tags = this.#take(names)
    const asked = names.every((name) => (this.#known.get(name)?.readAt ?? Number.NEGATIVE_INFINITY) >= mark)
    return asked ? tags : { ...tags, assumed: true }
  }

  #take(names: readonly string[]): EntryTags {
    const list = names.map((name): EntryTag => {
      const known = this.#known.get(name)
      return { name, deleted: known?.deleted || this.#base, expired: known?.expired || this.#base }
    })
    return { list, epoch: this.#known.epoch }
  }

  /** Where there is no L2, only tags that were invalidated are known; all others have the base as their token. */
  #changeAlone(half: Half, name: string): void {
    if (this.#known.get(name) === undefined && this.#known.full) this.forget()
    const isNew = this.#known.get(name) === undefined
    const known = this.#known.make(name)
    if (isNew) {
      known.deleted = this.#base
      known.expired = this.#base
    }
    if (half === 'd') known.deleted = freshHalf(this.#random)
    else known.expired = freshHalf(this.#random)
    this.#known.touch(known)
  }
}
