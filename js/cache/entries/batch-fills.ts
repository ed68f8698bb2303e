import { compareStamps, LAST_STAMP, newerStamp } from '../../flow/stamp.ts'
import { STAMP_OFFSET } from '../../tiers/driver.ts'

/**
 * Many reads that share a round trip. Nothing is done for each key when they begin or end: what
 * happens meanwhile is written down, and each key is looked up once its answer is there.
 */
export class BatchFill {
  /** As of a `Fill`. */
  readonly mark: number
  readonly keys: readonly string[]
  /** What others know the keys by. */
  readonly storedKeys: readonly string[]
  /** How many bytes of envelopes were put into memory that is not yet known to have room for them. */
  unsettled = 0
  /** Whether any of what was put there has an end. */
  expires = false
  #asked: Set<string> | undefined
  #allOvertaken: boolean
  #overtaken: Set<string> | undefined
  /** The newest stamps that others told of. */
  #newest: Map<string, Uint8Array> | undefined
  /** As of an `OpenFill`. */
  #cleared = false

  constructor(mark: number, keys: readonly string[], storedKeys: readonly string[], allOvertaken: boolean) {
    this.mark = mark
    this.keys = keys
    this.storedKeys = storedKeys
    this.#allOvertaken = allOvertaken
  }

  /** Whether it reads the key. */
  asks(key: string): boolean {
    this.#asked ??= new Set(this.keys)
    return this.#asked.has(key)
  }

  /** As of a `Fill`, for one of the keys. */
  overtaken(key: string): boolean {
    return this.#allOvertaken || this.#overtaken?.has(key) === true
  }

  /** As of a `Fill`, for one of the keys and the envelope that L2 answered. */
  admits(key: string, envelope: Uint8Array): boolean {
    if (this.#cleared) return false
    const newest = this.#newest?.get(key)
    return newest === undefined || isSince(envelope, newest)
  }

  overtake(key: string): void {
    this.#overtaken ??= new Set()
    this.#overtaken.add(key)
  }

  overtakeAll(): void {
    this.#allOvertaken = true
  }

  hear(key: string, stamp: Uint8Array): void {
    this.#newest ??= new Map()
    this.#newest.set(key, newerStamp(this.#newest.get(key), stamp))
  }

  /** What is found under the key is not to be kept. */
  refuse(key: string): void {
    this.hear(key, LAST_STAMP)
  }

  /** As `hear`, of those keys for which `newest` has a stamp. */
  hearAll(newest: (storedKey: string) => Uint8Array | undefined): void {
    for (let i = 0; i < this.keys.length; i++) {
      const stamp = newest(this.storedKeys[i] as string)
      if (stamp !== undefined) this.hear(this.keys[i] as string, stamp)
    }
  }

  hearOfClear(): void {
    this.#cleared = true
  }
}

/** A batch that asks for a key, and the others that do. */
interface Asking {
  readonly batch: BatchFill
  readonly next: Asking | undefined
}

/** A batch of no more keys is found by each of them. One of more is told of every key instead. */
const FEW = 8

/**
 * The batches that are under way. However many read a key or two, what happens to a key costs no
 * more than those that read it, and the few that read many.
 */
export class BatchFills {
  readonly #all = new Set<BatchFill>()
  readonly #large = new Set<BatchFill>()
  readonly #asking = new Map<string, Asking>()

  add(batch: BatchFill): void {
    this.#all.add(batch)
    if (batch.keys.length > FEW) this.#large.add(batch)
    else for (const key of batch.keys) this.#asking.set(key, { batch, next: this.#asking.get(key) })
  }

  delete(batch: BatchFill): void {
    this.#all.delete(batch)
    if (!this.#large.delete(batch)) for (const key of batch.keys) this.#forget(key, batch)
  }

  [Symbol.iterator](): IterableIterator<BatchFill> {
    return this.#all.values()
  }

  /** Whether another batch than this one is reading the key. */
  others(key: string, batch: BatchFill): boolean {
    if (this.#all.size < 2) return false
    for (const large of this.#large) if (large !== batch && large.asks(key)) return true
    const first = this.#asking.get(key)
    return first !== undefined && (first.batch !== batch || first.next !== undefined)
  }

  /** Tells each batch that may be reading the key, but for `except`. */
  tell(key: string, how: (batch: BatchFill) => void, except?: BatchFill): void {
    if (this.#all.size === 0) return
    for (const batch of this.#large) if (batch !== except) how(batch)
    for (let one = this.#asking.get(key); one !== undefined; one = one.next) if (one.batch !== except) how(one.batch)
  }

  #forget(key: string, batch: BatchFill): void {
    let left: Asking | undefined
    for (let one = this.#asking.get(key); one !== undefined; one = one.next) {
      if (one.batch !== batch) left = { batch: one.batch, next: left }
    }
    if (left === undefined) this.#asking.delete(key)
    else this.#asking.set(key, left)
  }
}

function isSince(envelope: Uint8Array, stamp: Uint8Array): boolean {
  return compareStamps(envelope, stamp, STAMP_OFFSET) >= 0
}
