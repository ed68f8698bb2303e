import { compareStamps } from '../flow/stamp.ts'

/** One read or factory under way, whose result may be stored in memory when it is done. */
export interface Fill {
  /** The mark of its beginning: what comes of it was right then. See `Trust`. */
  readonly mark: number
  /** Whether this process wrote or removed the key since the fill began: then its result is old. */
  readonly overtaken: boolean
  /** Whether anybody did, or may have: a value that was made meanwhile must not be stored. */
  readonly outdated: boolean
  /** Whether what L2 answered under this stamp is no older than what others told of the key meanwhile. */
  admits(stamp: Uint8Array): boolean
}

class OpenFill implements Fill {
  readonly mark: number
  overtaken = false
  /** Something may have been missed meanwhile. */
  suspect = false
  /** The newest stamp that others told of. */
  #newest: Uint8Array | undefined

  constructor(mark: number) {
    this.mark = mark
  }

  get outdated(): boolean {
    return this.overtaken || this.suspect || this.#newest !== undefined
  }

  admits(stamp: Uint8Array): boolean {
    return this.#newest === undefined || compareStamps(stamp, this.#newest) >= 0
  }

  hear(stamp: Uint8Array): void {
    if (this.#newest === undefined || compareStamps(stamp, this.#newest) > 0) this.#newest = stamp
  }
}

/** Writes of one key that are on their way to L2. */
interface Unsettled {
  count: number
  /** The newest one's. */
  stamp: Uint8Array
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
  readonly #open = new Map<string, Set<OpenFill>>()
  readonly #unsettled = new Map<string, Unsettled>()
  #clearing = 0

  constructor(mark: () => number) {
    this.#mark = mark
  }

  /** To be called before the read or the factory begins; `end` must follow. */
  begin(key: string): Fill {
    const fill = this.#track(key)
    if (this.#clearing > 0 || this.#unsettled.has(key)) fill.overtaken = true
    return fill
  }

  /** As `begin`, for a write that is on its way itself. */
  track(key: string): Fill {
    return this.#track(key)
  }

  end(key: string, fill: Fill): void {
    const fills = this.#open.get(key)
    if (fills?.delete(fill as OpenFill) && fills.size === 0) this.#open.delete(key)
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
    if (there !== undefined && --there.count === 0) this.#unsettled.delete(key)
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
    if (this.#open.size === 0) return
    for (const fill of this.#open.get(key) ?? []) fill.overtaken = true
  }

  /** The whole region was cleared. */
  outdateAll(): void {
    for (const fills of this.#open.values()) {
      for (const fill of fills) fill.overtaken = true
    }
  }

  /** Keys of which something is under way. */
  get keys(): Iterable<string> {
    return new Set([...this.#open.keys(), ...this.#unsettled.keys()])
  }

  /** Others wrote or removed the key. Answers whether a newer write of this process is on its way. */
  hear(key: string, stamp: Uint8Array): boolean {
    for (const fill of this.#open.get(key) ?? []) fill.hear(stamp)
    const own = this.#unsettled.get(key)
    return own !== undefined && compareStamps(own.stamp, stamp) > 0
  }

  /** Others cleared the region of everything up to this stamp. */
  hearOfAll(stamp: Uint8Array): void {
    for (const fills of this.#open.values()) for (const fill of fills) fill.hear(stamp)
  }

  /** Others may have written or removed anything. */
  suspectAll(): void {
    for (const fills of this.#open.values()) for (const fill of fills) fill.suspect = true
  }

  #track(key: string): OpenFill {
    const fill = new OpenFill(this.#mark())
    const fills = this.#open.get(key)
    if (fills === undefined) this.#open.set(key, new Set([fill]))
    else fills.add(fill)
    return fill
  }
}
