import type { Clock } from '../../clock.ts'
import { whenOver } from '../../requests.ts'
import type { RandomSource } from '../random.ts'
import type { Remote } from '../remote.ts'
import { stampAfter } from '../stamp.ts'
import type { StoredWrite } from '../stored-bytes.ts'
import type { KnownTag, KnownTags } from './known-tags.ts'
import { formatHalf, freshHalf, HALVES, type Half, NO_HALF, parseHalf, type StoredHalf } from './token.ts'

/** Where the tokens of one region are stored. */
export interface TagTier {
  readonly remote: Remote
  /** What L2 calls the region of the entries. */
  readonly entries: string
  /** What L2 calls the region that holds their tokens. */
  readonly region: string
  /** The limit of one operation in ms, where it is not the manager's. */
  readonly limit: number | undefined
  /** The part of a stored key that stands for a stored tag. */
  readonly keyOf: (name: string) => string
  /** The mark of what is read now: see `Trust`. */
  readonly mark: () => number
  /** Whether a token with this mark is trusted, as an entry would be. */
  readonly trusts: (mark: number) => boolean
  /** Whether a bus lives that tells of changes. */
  readonly heard: () => boolean
}

/** What L2 holds of a tag; a half that is missing was lost, or never made. */
export type StoredToken = Readonly<Partial<Record<Half, StoredHalf>>>

/** What was read; tags are left out where L2 did not answer. */
export type ReadTags = ReadonlyMap<string, StoredToken>

/** One half that is to be written, and what it will be. */
interface Making {
  readonly name: string
  readonly half: Half
  readonly token: string
  readonly write: StoredWrite
}

/** Reads of one tick that share a round trip. */
interface Batch {
  readonly names: Set<string>
  readonly done: Promise<ReadTags>
}

/** L2 keeps a half for a day at least, and for twice the life of the entries that it is made for. */
const MIN_LIFE = 86_400_000

/** How many tags are read in one round trip. */
const READ_CHUNK = 500

/** How often what L2 refuses is tried again. */
const ROUNDS = 3

/**
 * The tokens of one region's tags in L2. Each half of a token is a record of its own, so that
 * two processes that change one each undo nothing of the other. Everything goes the way that
 * entries go: under stamps, and through the journal while L2 is down.
 */
export class TokenStore {
  readonly #known: KnownTags
  readonly #random: RandomSource
  readonly #clock: Clock
  readonly #making = new Map<string, Promise<void>>()
  #batch: Batch | undefined

  constructor(known: KnownTags, random: RandomSource, clock: Clock) {
    this.#known = known
    this.#clock = clock
    this.#random = random
  }

  /** Whether both halves are known, and L2 keeps them until `lives` (ms since 1970 by its clock). */
  complete(name: string, lives: number): boolean {
    const known = this.#known.get(name)
    return known !== undefined && isWhole(known) && known.lives >= lives
  }

  /** Learns the present tokens of tags. Calls of one tick share a round trip. */
  read(tier: TagTier, names: readonly string[]): Promise<ReadTags> {
    this.#batch ??= this.#open(tier)
    for (const name of names) this.#batch.names.add(name)
    return this.#batch.done
  }

  /**
   * Reads the tokens of tags, makes those that are missing, and has L2 keep all of them for
   * `ttl` ms more at least. While L2 is down, unknown tokens are made and journaled; they take
   * nobody's place when it is back.
   */
  async obtain(tier: TagTier, names: readonly string[], ttl: number): Promise<void> {
    const found = await this.read(tier, names)
    const lives = tier.remote.now() + ttl
    const lacking = names.filter((name) => !this.complete(name, found.has(name) ? lives : Number.NEGATIVE_INFINITY))
    const begun = lacking.filter((name) => !this.#making.has(name))
    if (begun.length > 0) {
      const made = this.#make(tier, begun, ttl, found).finally(() => {
        for (const name of begun) this.#making.delete(name)
      })
      for (const name of begun) this.#making.set(name, made)
    }
    await Promise.all(lacking.map((name) => this.#made(tier, name)))
  }

  /** Waits until a tag is made, or so long that it may have gone with the request which made it. */
  async #made(tier: TagTier, name: string): Promise<void> {
    const making = this.#making.get(name)
    if (making === undefined) return
    const over = await whenOver(making, tier.limit ?? tier.remote.limit, this.#clock)
    if (over) await making
    else if (this.#making.get(name) === making) this.#making.delete(name)
  }

  /** Gives tags another half: here at once, and in L2 or its journal when the promise resolves. Never rejects. */
  async change(tier: TagTier, half: Half, names: readonly string[]): Promise<void> {
    const changes = names.map((name) => {
      const known = this.#known.make(name)
      const token = freshHalf(this.#random)
      known.pending++
      set(known, half, token)
      this.#known.touch(known)
      return { name, known, token }
    })
    try {
      let open = changes
      // Refused is what another process wrote before under a clock that is ahead. This is the later call.
      for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
        const writes = open.map(({ name, token }) =>
          this.#write(tier, half, name, token, tier.remote.stamps.next(), MIN_LIFE),
        )
        const outcomes = await tier.remote.setMany(tier.region, writes, tier.limit)
        open = open.filter((_, i) => outcomes[i] === 'superseded')
      }
    } finally {
      for (const { known } of changes) {
        known.pending--
        known.readAt = Number.NEGATIVE_INFINITY
        // Reads that began before L2 had it must not be believed.
        this.#known.touch(known)
      }
    }
  }

  #open(tier: TagTier): Batch {
    const names = new Set<string>()
    const done = Promise.resolve().then(() => {
      this.#batch = undefined
      return this.#read(tier, [...names])
    })
    return { names, done }
  }

  async #read(tier: TagTier, names: readonly string[]): Promise<ReadTags> {
    const found = new Map<string, StoredToken>()
    for (let i = 0; i < names.length; i += READ_CHUNK) {
      const since = this.#known.epoch
      const doubts = this.#known.doubts
      const mark = tier.mark()
      const chunk = names.slice(i, i + READ_CHUNK)
      const keys = chunk.flatMap((name) => HALVES.map((half) => half + tier.keyOf(name)))
      const waits = (name: string) =>
        HALVES.some((half) => tier.remote.newerThanWaiting(tier.region, half + tier.keyOf(name)) !== undefined)
      const waited = chunk.map(waits)
      const answers = await tier.remote.getMany(tier.region, keys, tier.limit)
      for (const [at, name] of chunk.entries()) {
        const [d, e] = [answers[2 * at], answers[2 * at + 1]]
        if (d === 'unavailable' && e === 'unavailable') continue
        const token = { d: halfOf(d), e: halfOf(e) } as StoredToken
        const complete = d !== 'unavailable' && e !== 'unavailable'
        // What was read before a bus was live, or while it was away, may have changed without a word;
        // and of what waited in the journal it is not known whether L2 has taken it.
        const heard = complete && !waited[at] && !waits(name) && this.#known.doubts === doubts
        this.#learn(name, token, since, complete, heard ? mark : Number.NEGATIVE_INFINITY)
        if (complete) found.set(name, token)
      }
    }
    return found
  }

  /** Takes over what was read, unless the tag changed after the read began: then that is newer. */
  #learn(name: string, { d, e }: StoredToken, since: number, complete: boolean, readAt: number): void {
    const before = this.#known.get(name)
    if (before === undefined ? this.#known.floor > since : before.pending > 0 || before.changedAt > since) return
    const known = this.#known.make(name)
    const deleted = d?.half ?? (complete ? NO_HALF : known.deleted)
    const expired = e?.half ?? (complete ? NO_HALF : known.expired)
    if (known.deleted !== deleted || known.expired !== expired) {
      known.deleted = deleted
      known.expired = expired
      if (before !== undefined) this.#known.touch(known)
    }
    known.readAt = readAt
    known.lives = Math.min(d?.lives ?? Number.NEGATIVE_INFINITY, e?.lives ?? Number.NEGATIVE_INFINITY)
  }

  async #make(tier: TagTier, names: readonly string[], ttl: number, read: ReadTags): Promise<void> {
    let found = read
    for (let round = 0; round < ROUNDS; round++) {
      const making = names.flatMap((name) => this.#lacking(tier, name, found.get(name), ttl))
      // Where L2 lacks nothing, a change that was heard meanwhile may have undone what was read.
      if (making.length === 0 && names.every((name) => this.complete(name, Number.NEGATIVE_INFINITY))) return
      const writes = making.map(({ write }) => write)
      const outcomes = await tier.remote.setMany(tier.region, writes, tier.limit)
      for (const [i, { name, half, token }] of making.entries()) {
        if (outcomes[i] === 'journaled') this.#assume(name, half, token)
      }
      if (making.length > 0 && outcomes.every((outcome) => outcome === 'journaled')) return
      found = await this.read(tier, names)
    }
    for (const name of names) for (const half of HALVES) this.#assume(name, half, freshHalf(this.#random))
  }

  /**
   * What L2 has to be sent for a tag. A half that is missing is made under the first stamp of
   * all: of many who make it at once, one succeeds. One that would not be kept long enough is
   * written again under the stamp after its own, which replaces it and nothing that came later.
   */
  #lacking(tier: TagTier, name: string, stored: StoredToken | undefined, ttl: number): Making[] {
    const known = this.#known.get(name)
    const life = Math.max(MIN_LIFE, 2 * ttl)
    const making: Making[] = []
    for (const half of HALVES) {
      const there = stored?.[half]
      if (there !== undefined) {
        if (there.lives >= tier.remote.now() + ttl) continue
        const token = there.half
        making.push({
          name,
          half,
          token,
          write: this.#write(tier, half, name, token, stampAfter(there.stamp), life),
        })
      } else if (stored !== undefined || known === undefined || get(known, half) === NO_HALF) {
        const token = freshHalf(this.#random)
        const stamp = tier.remote.firstStamp(tier.region)
        making.push({ name, half, token, write: this.#write(tier, half, name, token, stamp, life) })
      }
    }
    return making
  }

  /**
   * A half that could not be read back is taken for what was made, if nothing else is known of
   * it. L2 may have another one: so it is read before anything that holds it is trusted.
   */
  #assume(name: string, half: Half, token: string): void {
    const known = this.#known.make(name)
    if (get(known, half) !== NO_HALF) return
    set(known, half, token)
    known.readAt = Number.NEGATIVE_INFINITY
  }

  #write(tier: TagTier, half: Half, name: string, token: string, stamp: Uint8Array, life: number): StoredWrite {
    const envelope = formatHalf({ half: token, stamp, lives: tier.remote.now() + life })
    return { key: half + tier.keyOf(name), envelope, ttl: life }
  }
}

function halfOf(answer: Uint8Array | 'unavailable' | undefined): StoredHalf | undefined {
  return answer === undefined || answer === 'unavailable' ? undefined : parseHalf(answer)
}

function isWhole({ deleted, expired }: KnownTag): boolean {
  return deleted !== NO_HALF && expired !== NO_HALF
}

function get(known: KnownTag, half: Half): string {
  return half === 'd' ? known.deleted : known.expired
}

function set(known: KnownTag, half: Half, token: string): void {
  if (half === 'd') known.deleted = token
  else known.expired = token
}
