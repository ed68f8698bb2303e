/** What became of a write while it waited. */
export type Waited = 'last' | 'replaced' | 'untagged'

interface Waiting {
  /** As they are stored. They may be wrong: nobody has looked at them yet. */
  readonly tags: readonly string[]
  untagged: boolean
  readonly over: Promise<void>
}

/**
 * The order of writes of which some wait before they begin: for tokens of tags, or for L2's clock.
 * One that waits while a later call writes or removes its key has nothing left to do: whoever
 * calls last, wins, also where nobody awaits. One whose tag is changed meanwhile removes its key: it
 * would get the tag's token of after the change, and so survive it.
 */
export class CallOrder {
  /** The last write of each key, where it waits. */
  readonly #waiting = new Map<string, Waiting>()

  /** How many keys have one. */
  get size(): number {
    return this.#waiting.size
  }

  /**
   * A write of `key` begins to wait. Answers what ends that, and tells what became of it.
   *
   * @param tags As the caller gave them.
   */
  wait(key: string, tags: readonly string[] | undefined, tagPrefix: string): () => Waited {
    let end: () => void = () => undefined
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const own: Waiting = { tags: Array.isArray(tags) ? tags.map((tag) => tagPrefix + tag) : [], untagged: false, over }
    this.#waiting.set(key, own)
    return () => {
      end()
      if (this.#waiting.get(key) !== own) return 'replaced'
      this.#waiting.delete(key)
      return own.untagged ? 'untagged' : 'last'
    }
  }

  /** Settles when the writes of these keys that wait now have begun: what takes its time comes after them. */
  async settled(keys: Iterable<string>): Promise<void> {
    if (this.#waiting.size === 0) return
    await Promise.all(Array.from(keys, (key) => this.#waiting.get(key)?.over))
  }

  /** Whether a write of this key waits now. */
  waits(key: string): boolean {
    return this.#waiting.has(key)
  }

  /** `key` is written or removed without a wait. */
  overtake(key: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(key)
  }

  /** All keys are removed. */
  overtakeAll(): void {
    this.#waiting.clear()
  }

  /** Tags are deleted, or expired. */
  changeTags(changed: string | Iterable<string>, tagPrefix: string): void {
    if (this.#waiting.size === 0) return
    const names = new Set(Array.from(typeof changed === 'string' ? [changed] : changed, (tag) => tagPrefix + tag))
    for (const waiting of this.#waiting.values()) {
      if (waiting.tags.some((tag) => names.has(tag))) waiting.untagged = true
    }
  }

  /** All tags are called otherwise from now on. */
  renameTags(): void {
    for (const waiting of this.#waiting.values()) if (waiting.tags.length > 0) waiting.untagged = true
  }

  /** A namespace is cleared: the keys that begin so. */
  clearNamespace(prefix: string): void {
    for (const [key, waiting] of this.#waiting) if (key.startsWith(prefix)) waiting.untagged = true
  }
}
