/** One read or factory under way, whose result may be stored in memory when it is done. */
export interface Fill {
  /** Whether the key was written or removed since the fill began: then its result is old. */
  readonly outdated: boolean
}

class OpenFill implements Fill {
  outdated = false
}

/**
 * Knows which fills are under way, and outdates those whose key is written or removed
 * meanwhile. It closes this race: a read of L2 (or a factory) begins, the key is deleted,
 * and the old value that the read comes back with is put into memory, where it stays.
 *
 * A write or removal takes its time to reach L2, and a read that begins meanwhile may still
 * find there what was before: until `settle` its fill is outdated from the start.
 */
export class Fills {
  readonly #open = new Map<string, Set<OpenFill>>()
  readonly #unsettled = new Map<string, number>()
  #clearing = 0

  /** To be called before the read or the factory begins; `end` must follow. */
  begin(key: string): Fill {
    const fill = this.track(key)
    if (this.#clearing > 0 || this.#unsettled.has(key)) (fill as OpenFill).outdated = true
    return fill
  }

  /** As `begin`, for a write that is on its way itself. */
  track(key: string): Fill {
    const fill = new OpenFill()
    const fills = this.#open.get(key)
    if (fills === undefined) this.#open.set(key, new Set([fill]))
    else fills.add(fill)
    return fill
  }

  end(key: string, fill: Fill): void {
    const fills = this.#open.get(key)
    if (fills?.delete(fill as OpenFill) && fills.size === 0) this.#open.delete(key)
  }

  /** The key was written or removed, and L2 is being told: `settle` must follow. */
  unsettle(key: string): void {
    this.outdate(key)
    this.#unsettled.set(key, (this.#unsettled.get(key) ?? 0) + 1)
  }

  /** L2 was told, or will be by the journal. */
  settle(key: string): void {
    const count = this.#unsettled.get(key) ?? 0
    if (count > 1) this.#unsettled.set(key, count - 1)
    else this.#unsettled.delete(key)
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
    for (const fill of this.#open.get(key) ?? []) fill.outdated = true
  }

  /** The whole region was cleared. */
  outdateAll(): void {
    for (const fills of this.#open.values()) {
      for (const fill of fills) fill.outdated = true
    }
  }
}
