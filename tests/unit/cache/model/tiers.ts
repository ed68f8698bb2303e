import type { Options } from './steps.ts'

/** An entry in one tier. Times as of the schedule's start. */
export interface Entry {
  readonly value: unknown
  readonly fresh: number
  readonly kept: number
  readonly tags: readonly Tag[]
  /** Whether L2 was never told of it. */
  readonly own: boolean
}

/** A tag, and how often it had been deleted and expired when an entry got it. */
export interface Tag {
  readonly name: string
  readonly deleted: number
  readonly expired: number
}

/** What a read found. */
export interface Found extends Entry {
  readonly tier: string
  readonly stale: boolean
}

/** The tier behind memory, by name. */
export const L2 = 'chaos'

/** What docs/read-path.md and docs/tags.md say of entries: two maps are the tiers, and a number for each tag its token. */
export class Tiers {
  /** Set by whoever lets time go on. */
  now = 0
  readonly #l1 = new Map<string, Entry>()
  readonly #l2: Map<string, Entry> | undefined
  readonly #changes = new Map<string, number>()

  constructor(hasL2: boolean) {
    this.#l2 = hasL2 ? new Map() : undefined
  }

  changeTag(half: 'deleted' | 'expired', name: string): void {
    this.#changes.set(half + name, this.#changed(half, name) + 1)
  }

  delete(key: string): void {
    this.#l1.delete(key)
    this.#l2?.delete(key)
  }

  clear(): void {
    this.#l1.clear()
    this.#l2?.clear()
  }

  store(key: string, value: unknown, options: Options, tags: readonly Tag[]): void {
    const { ttl = 0, grace = 0, swr = 0, l1 = {}, l2 = {} } = options
    const own = l2.skip === true
    const entry = (span: number, most: number): Entry => {
      const fresh = Math.min(span, most)
      const stale = Math.max(grace, swr)
      const kept = stale === 0 ? fresh : Math.max(fresh, span + stale)
      return { value, fresh: this.now + fresh, kept: this.now + kept, tags, own }
    }
    if (l1.skip) this.#l1.delete(key)
    else this.#l1.set(key, entry(ttl, l1.ttl ?? Infinity))
    if (!own) this.#l2?.set(key, entry(l2.ttl ?? ttl, Infinity))
  }

  retime(key: string, { value, tags, own }: Found, fresh: number, kept: number): void {
    const entry = { value, tags, own, fresh, kept }
    this.#l1.set(key, entry)
    if (!own) this.#l2?.set(key, entry)
  }

  /** What memory serves without a look elsewhere. */
  fresh(key: string): Found | undefined {
    const found = this.held(key)
    return found === undefined || found.stale ? undefined : found
  }

  held(key: string): Found | undefined {
    return this.#found(this.#l1.get(key), 'memory')
  }

  /** Memory, and where that has nothing fresh, L2. */
  look(key: string): Found | undefined {
    return this.fresh(key) ?? this.read(key)
  }

  /** L2 counts where there is one; memory then takes over what it has. */
  read(key: string, { l1, l2 }: Options = {}): Found | undefined {
    if (this.#l2 === undefined || l2?.skip) return this.held(key)
    const held = this.held(key)
    if (held?.own) return held
    const entry = this.#l2.get(key)
    const found = this.#found(entry, L2)
    if (found === undefined || entry === undefined) {
      this.#l1.delete(key)
      return undefined
    }
    const most = l1?.ttl === undefined ? Infinity : this.now + l1.ttl
    if (!l1?.skip && (!found.stale || entry.kept > entry.fresh)) {
      const fresh = Math.min(entry.fresh, most)
      this.#l1.set(key, { ...entry, fresh, kept: entry.kept > entry.fresh ? entry.kept : fresh })
    }
    return found
  }

  #found(entry: Entry | undefined, tier: string): Found | undefined {
    if (entry === undefined || entry.kept <= this.now) return undefined
    const states = entry.tags.map(({ name, deleted, expired }) => this.#state(name, deleted, expired))
    if (states.includes('deleted')) return undefined
    return { ...entry, tier, stale: entry.fresh <= this.now || states.includes('expired') }
  }

  isDeleted(tags: readonly Tag[]): boolean {
    return tags.some(({ name, deleted, expired }) => this.#state(name, deleted, expired) === 'deleted')
  }

  capture(tags: readonly string[]): Tag[] {
    return tags.map((name) => ({
      name,
      deleted: this.#changed('deleted', name),
      expired: this.#changed('expired', name),
    }))
  }

  #changed(half: string, name: string): number {
    return this.#changes.get(half + name) ?? 0
  }

  #state(name: string, deleted: number, expired: number): 'valid' | 'deleted' | 'expired' {
    if (this.#changed('deleted', name) !== deleted) return 'deleted'
    return this.#changed('expired', name) === expired ? 'valid' : 'expired'
  }

  isValid(tags: readonly Tag[]): boolean {
    return tags.every(({ name, deleted, expired }) => this.#state(name, deleted, expired) === 'valid')
  }
}
