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
 */
export class Fills {
  readonly #open = new Map<string, Set<OpenFill>>()

  /** To be called before the read or the factory begins; `end` must follow. */
  begin(key: string): Fill {
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
