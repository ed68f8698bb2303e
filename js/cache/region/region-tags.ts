import type { Clock } from '../../clock.ts'
import { type Change, KINDS } from '../../flow/coherence/message.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import { Tags } from '../../flow/tags/tags.ts'
import { HALVES, type Half } from '../../flow/tags/token.ts'
import type { TagTier } from '../../flow/tags/token-store.ts'
import type { EntriesContext } from '../entries/entries-context.ts'
import type { RegionCodec } from '../entries/region-codec.ts'
import type { Scope } from './scope.ts'
import { entryTags, MAX_TAGS, tagsToChange } from './tag-names.ts'

/** The tags of one region, as its calls name them. */
export class RegionTags {
  readonly tags: Tags
  readonly #region: string
  #codec: RegionCodec | undefined
  #tier: TagTier | undefined

  constructor(region: string, clock: Clock) {
    this.#region = region
    this.tags = new Tags({ clock, tier: () => this.#tier })
  }

  /** The region is put together otherwise from now on. */
  bind(context: EntriesContext): void {
    const { l2, codec } = context
    this.#codec = codec
    this.#tier = l2 && {
      remote: l2.remote,
      entries: l2.region,
      region: `${l2.region}:tags`,
      limit: l2.limit,
      keyOf: (name) => codec.tagKey(name),
      mark: () => context.trust.mark(),
      trusts: (mark) => context.trust.covers(mark, context.checkedFor),
      heard: () => context.trust.live,
    }
  }

  /** The tags of a write that lives for `ttl` ms, with their present tokens. */
  of(names: readonly string[] | undefined, ttl: number, scope?: Scope): EntryTags | undefined | Promise<EntryTags> {
    if (names === undefined) return undefined
    const own = entryTags(names, this.#region, MAX_TAGS - (scope?.tags.length ?? 0))
    const tags = scope === undefined ? own : [...scope.tags, ...own.map((tag) => scope.prefix + tag)]
    return tags.length === 0 ? undefined : this.tags.capture(this.#stored(tags), ttl)
  }

  /** Others changed tokens of these tags in L2, where they lie in the region `where`. */
  hear(where: string, changes: readonly Change[]): void {
    if (where !== this.#tier?.region) return
    for (const { kind, key } of changes) {
      const half = HALVES.find((one) => key.startsWith(one))
      const name = half && this.#codec?.tagOfKey(key.slice(half.length))
      if (half === undefined || name === undefined || kind === KINDS.clear) this.tags.forget()
      else this.tags.changed(half, name)
    }
  }

  /** Deletes or expires tags. */
  async change(half: Half, tags: string | Iterable<string>, scope?: Scope): Promise<void> {
    const names = tagsToChange(tags, this.#region).map((tag) => (scope?.prefix ?? '') + tag)
    await this.tags.invalidate(half, this.#stored(names))
  }

  /** Deletes what a namespace holds: the tag that all of its entries have. */
  async clear({ prefix }: Scope): Promise<void> {
    await this.tags.invalidate('d', this.#stored([prefix]))
  }

  #stored(tags: readonly string[]): string[] {
    const codec = this.#codec
    return codec === undefined ? [...tags] : tags.map((tag) => codec.storedTag(tag))
  }
}
