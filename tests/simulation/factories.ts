/** Who runs a factory. */
export interface FactoryOwner {
  readonly name: string
  /** Whether nothing has disturbed it for so long that its locks hold. */
  readonly steady: boolean
}

/** One factory that runs. */
interface Run {
  readonly owner: FactoryOwner
  /** Whether it runs under the lock that all processes share. */
  readonly locked: boolean
  readonly began: number
}

/** Counts the factories that run at a time. */
export class Factories {
  readonly #running = new Map<string, Set<Run>>()
  readonly #fail: (text: string) => void

  /** @param fail - Told where there are too many: more than one of a process for a key, or of all under the lock. */
  constructor(fail: (text: string) => void) {
    this.#fail = fail
  }

  /**
   * One begins for the key that is called so; answers what is to be called at its end.
   *
   * @param changed - Whether the key may have been written or removed since a moment: then a process
   * begins another one for those who ask from then on.
   */
  begin(
    name: string,
    owner: FactoryOwner,
    locked: boolean,
    now: number,
    changed: (since: number) => boolean,
  ): () => void {
    const runs = this.#running.get(name) ?? new Set()
    this.#running.set(name, runs)
    for (const other of runs) {
      if (other.owner === owner && !changed(other.began))
        this.#fail(`${owner.name} runs two factories of ${name} at a time`)
      else if (other.owner !== owner && locked && other.locked && owner.steady && other.owner.steady)
        this.#fail(`${owner.name} and ${other.owner.name} run factories of ${name} at a time, though under a lock`)
    }
    const run = { owner, locked, began: now }
    runs.add(run)
    return () => runs.delete(run)
  }
}
