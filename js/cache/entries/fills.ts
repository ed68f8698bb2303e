import { compareStamps, newerStamp } from '../../flow/stamp.ts'
import { STAMP_BYTES, STAMP_OFFSET } from '../../tiers/driver.ts'
import { BatchFill, BatchFills } from './batch-fills.ts'

/** The keys of which something is under way, by the names that others know them by, where these are other ones. */
class Names {
  readonly #keys = new Map<string, { readonly key: string; uses: number }>()

  keyOf(name: string): string | undefined {
    return this.#keys.get(name)?.key
  }

  add(name: string, key: string): void {
    if (name === key) return
    const there = this.#keys.get(name)
    if (there === undefined) this.#keys.set(name, { key, uses: 1 })
    else there.uses++
  }

  delete(name: string): void {
    const there = this.#keys.get(name)
    if (there !== undefined && --there.uses === 0) this.#keys.delete(name)
  }
}

/** One read or factory under way, whose result may be stored in memory when it is done. */
export interface Fill {
  /** The mark of its beginning: what comes of it was right then. See `Trust`. */
  readonly mark: number
  /** Whether this process wrote or removed the key since the fill began: then its result is old. */
  readonly overtaken: boolean
  /** Whether anybody did, or may have: a value that was made meanwhile must not be stored. */
  readonly outdated: boolean
  /** Whether this process or another one, as it told, wrote or removed the key since. */
  readonly changed: boolean
  /** Whether what L2 answered under this stamp is no older than what others told of the key meanwhile. */
  admits(stamp: Uint8Array): boolean
}

class OpenFill implements Fill {
  readonly mark: number
  /** What others know its key by. */
  readonly storedKey: string
  /** Another one of the same key. */
  next: OpenFill | undefined
  overtaken = false
  /** Something may have been missed meanwhile. */
  suspect = false
  /** The newest stamp that others told of. */
  #newest: Uint8Array | undefined
  /** Others cleared the region: even what is newer may have come to L2 before the clear, and gone with the generation. */
  #cleared = false

  constructor(mark: number, storedKey: string) {
    this.mark = mark
    this.storedKey = storedKey
  }

  get changed(): boolean {
    return this.overtaken || this.#newest !== undefined
  }

  get outdated(): boolean {
    return this.changed || this.suspect
  }

  admits(stamp: Uint8Array): boolean {
    return !this.#cleared && (this.#newest === undefined || compareStamps(stamp, this.#newest) >= 0)
  }

  hear(stamp: Uint8Array): void {
    this.#newest = newerStamp(this.#newest, stamp)
  }

  hearOfClear(stamp: Uint8Array): void {
    this.hear(stamp)
    this.#cleared = true
  }
}

/** Writes of one key that are on their way to L2. */
interface Unsettled {
  count: number
  /** The newest one's. */
  stamp: Uint8Array
  /** Told when all of them have come there. */
  waiting?: (() => void)[]
}

/**
 * Knows which fills are under way, and outdates those whose key is written or removed
 * meanwhile, here or by others. It closes this race: a read of L2 (or a factory) begins, the key
 * is deleted, and the old value that the read comes back with is put into memory, where it stays.
 *
 * A write or removal takes its time to reach L2, and a read that begins meanwhile may still
 * find there what was before: until `settle` its fill is overtaken from the start.
 */
export class Fills {
  readonly #mark: () => number
  readonly #open = new Map<string, OpenFill>()
  readonly #batches = new BatchFills()
  readonly #unsettled = new Map<string, Unsettled>()
  readonly #names = new Names()
  #clearing = 0

  constructor(mark: () => number) {
    this.#mark = mark
  }

  /** To be called before the read or the factory begins; `end` must follow. */
  begin(key: string, storedKey = key): Fill {
    const fill = this.#track(key, storedKey)
    if (this.#clearing > 0 || this.#unsettled.has(key)) fill.overtaken = true
    return fill
  }

  /** As `begin`, for reads that share a round trip; `endMany` must follow. */
  beginMany(keys: readonly string[], storedKeys = keys): BatchFill {
    const batch = new BatchFill(this.#mark(), keys, storedKeys, this.#clearing > 0)
    if (storedKeys !== keys) for (const [i, key] of keys.entries()) this.#names.add(storedKeys[i] ?? key, key)
    if (this.#unsettled.size > 0) {
      for (const key of keys) if (this.#unsettled.has(key)) batch.overtake(key)
    }
    this.#batches.add(batch)
    return batch
  }

  endMany(batch: BatchFill): void {
    this.#batches.delete(batch)
    if (batch.storedKeys !== batch.keys) for (const storedKey of batch.storedKeys) this.#names.delete(storedKey)
  }

  /** As `begin`, for a write that is on its way itself. */
  track(key: string, storedKey = key): Fill {
    return this.#track(key, storedKey)
  }

  end(key: string, fill: Fill): void {
    this.#names.delete((fill as OpenFill).storedKey)
    const first = this.#open.get(key)
    if (first === fill) {
      if (first.next === undefined) this.#open.delete(key)
      else this.#open.set(key, first.next)
      return
    }
    for (let before = first; before !== undefined; before = before.next) {
      if (before.next === fill) before.next = before.next.next
    }
  }

  /** The key was written or removed under this stamp, and L2 is being told: `settle` must follow. */
  unsettle(key: string, stamp: Uint8Array): void {
    this.outdate(key)
    const there = this.#unsettled.get(key)
    if (there === undefined) this.#unsettled.set(key, { count: 1, stamp })
    else {
      there.count++
      if (compareStamps(stamp, there.stamp) > 0) there.stamp = stamp
    }
  }

  /** L2 was told, or will be by the journal. */
  settle(key: string): void {
    const there = this.#unsettled.get(key)
    if (there === undefined || --there.count > 0) return
    this.#unsettled.delete(key)
    for (const tell of there.waiting ?? []) tell()
  }

  /** Waits until no write or removal of the key by this process is on its way to L2. */
  settled(key: string): Promise<void> | undefined {
    const there = this.#unsettled.get(key)
    if (there === undefined) return undefined
    there.waiting ??= []
    const { waiting } = there
    return new Promise((resolve) => waiting.push(resolve))
  }

  /** The region is being cleared, in memory and in L2; runs `work` meanwhile. */
  async whileClearing<T>(work: () => Promise<T>): Promise<T> {
    this.outdateAll()
    this.#clearing++
    try {
      return await work()
    } finally {
      this.#clearing--
    }
  }

  /** The key was written or removed. */
  outdate(key: string): void {
    this.#batches.tell(key, (batch) => batch.overtake(key))
    if (this.#open.size === 0) return
    for (let fill = this.#open.get(key); fill !== undefined; fill = fill.next) fill.overtaken = true
  }

  /** The whole region was cleared. */
  outdateAll(): void {
    for (const batch of this.#batches) batch.overtakeAll()
    for (const fill of this.#each()) fill.overtaken = true
  }

  /** The key that others know by this name, where something of it is under way. */
  keyOf(storedKey: string): string | undefined {
    return this.#names.keyOf(storedKey)
  }

  /** Others wrote or removed the key. Answers whether a newer write of this process is on its way. */
  hear(key: string, stamp: Uint8Array): boolean {
    this.#batches.tell(key, (batch) => batch.hear(key, stamp))
    for (let fill = this.#open.get(key); fill !== undefined; fill = fill.next) fill.hear(stamp)
    const own = this.#unsettled.get(key)
    return own !== undefined && compareStamps(own.stamp, stamp) > 0
  }

  /**
   * A read found this envelope under the key, or nothing. Other reads of it that are under way may have been
   * answered before, and be late because they look up more: what they bring is kept only where it is not older.
   */
  found(batch: BatchFill, key: string, envelope: Uint8Array | undefined): void {
    if (!this.#batches.others(key, batch)) return
    // Nothing is known to be as new as what is not there.
    const stamp = envelope?.slice(STAMP_OFFSET, STAMP_OFFSET + STAMP_BYTES)
    this.#batches.tell(key, (other) => (stamp === undefined ? other.refuse(key) : other.hear(key, stamp)), batch)
  }

  /** Others cleared the region of everything up to this stamp. */
  hearOfClear(stamp: Uint8Array): void {
    for (const batch of this.#batches) batch.hearOfClear()
    for (const fill of this.#each()) fill.hearOfClear(stamp)
  }

  /** Others may have written or removed anything. What L2 answers is right as of its mark: reads go on. */
  suspectAll(): void {
    for (const fill of this.#each()) fill.suspect = true
  }

  *#each(): Generator<OpenFill> {
    for (const first of this.#open.values()) {
      for (let fill: OpenFill | undefined = first; fill !== undefined; fill = fill.next) yield fill
    }
  }

  #track(key: string, storedKey: string): OpenFill {
    const fill = new OpenFill(this.#mark(), storedKey)
    this.#names.add(storedKey, key)
    fill.next = this.#open.get(key)
    this.#open.set(key, fill)
    return fill
  }
}
