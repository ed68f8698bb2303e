import { NO_HALF } from './token.ts'

/** What is known of a tag's token. */
export interface KnownTag {
  deleted: string
  expired: string
  /** The mark of when L2 was last seen to hold that: see `Trust`. `-Infinity`: it was not, or may not any more. */
  readAt: number
  /** Up to when L2 keeps both halves, in ms since 1970 by its clock. */
  lives: number
  /** In which epoch one of the halves was last seen to change; 0 is never. */
  changedAt: number
  /** How many changes by this process are on their way to L2. */
  pending: number
}

/** How many tags of one region are known at the most: some 5 MB. */
export const MAX_KNOWN = 20_000

/**
 * The tokens of one region's tags, as far as they are known here, and the epoch, which rises
 * with each change. It is bounded. `floor` is the latest epoch in which a tag changed that was
 * forgotten since: what was found valid after it is not touched by anything forgotten.
 */
export class KnownTags {
  epoch = 1
  floor = 0
  /** How often nothing known was trusted any more. */
  doubts = 0
  readonly #tags = new Map<string, KnownTag>()
  readonly #limit: number

  constructor(limit: number = MAX_KNOWN) {
    this.#limit = limit
  }

  /** Whether one more tag would have others forgotten. */
  get full(): boolean {
    return this.#tags.size >= this.#limit
  }

  get(name: string): KnownTag | undefined {
    return this.#tags.get(name)
  }

  /** The tag, which is made with halves that match none where it is not known. */
  make(name: string): KnownTag {
    const known = this.#tags.get(name)
    if (known !== undefined) return known
    const made = {
      deleted: NO_HALF,
      expired: NO_HALF,
      readAt: Number.NEGATIVE_INFINITY,
      lives: Number.NEGATIVE_INFINITY,
      changedAt: 0,
      pending: 0,
    }
    this.#tags.set(name, made)
    if (this.#tags.size > this.#limit) this.#shrink()
    return made
  }

  /** The halves of a tag are others than before, or may be. */
  touch(known: KnownTag): void {
    known.changedAt = ++this.epoch
  }

  /** Trusts nothing any more: what is needed is read again. */
  distrust(): void {
    this.doubts++
    for (const known of this.#tags.values()) known.readAt = Number.NEGATIVE_INFINITY
  }

  /** Forgets all but what is on its way to L2. What was found valid before has to be looked at again. */
  forget(): void {
    for (const [name, { pending }] of this.#tags) if (pending === 0) this.#tags.delete(name)
    this.floor = ++this.epoch
  }

  /** Forgets the tags that have been known for longest: a tenth of them, so that this is rare. */
  #shrink(): void {
    let left = Math.ceil(this.#limit / 10)
    for (const [name, { changedAt, pending }] of this.#tags) {
      if (left-- === 0) return
      if (pending > 0) continue
      this.#tags.delete(name)
      this.floor = Math.max(this.floor, changedAt)
    }
  }
}
