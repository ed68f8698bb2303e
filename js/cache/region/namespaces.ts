import { checkKey } from '../../config/keys.ts'
import { Namespace } from './namespace.ts'
import { Region } from './region.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionTags } from './region-tags.ts'
import { type Scope, scopeOf } from './scope.ts'

/** How many namespaces of a region are remembered, since making one takes longer than a hit. */
const MAX_KNOWN = 1_000

/** The namespaces of one region: each is a region of its own over the same entries. */
export class Namespaces {
  readonly #parts: Omit<RegionParts, 'namespaces'>
  readonly #tags: RegionTags
  readonly #known = new Map<string, Namespace>()

  constructor(parts: Omit<RegionParts, 'namespaces'>, tags: RegionTags) {
    this.#parts = parts
    this.#tags = tags
  }

  /** The namespace of this name. */
  get(name: string, parent?: Scope): Namespace {
    const scope = scopeOf(name, parent, this.#parts.name)
    const known = this.#known.get(scope.prefix)
    if (known !== undefined) return known
    const made = this.#make(scope)
    if (this.#known.size >= MAX_KNOWN) for (const oldest of this.#known.keys()) if (this.#known.delete(oldest)) break
    this.#known.set(scope.prefix, made)
    return made
  }

  #make(scope: Scope): Namespace {
    const parts = this.#parts
    const tags = this.#tags
    const region = new Region({
      ...parts,
      namespaces: this,
      checkKey: (key) => checkKey(key, parts.name),
      callerKey: (key) => key.slice(scope.prefix.length),
      tagsOf: (names, kept) => tags.of(names ?? [], kept, scope),
      changeTags: (half, names) => tags.change(half, names, scope),
      tagPrefix: scope.prefix,
    })
    return new Namespace({
      scope,
      region,
      checkKey: parts.checkKey,
      clear: async () => {
        parts.gate.assertOpen()
        parts.order.clearNamespace(scope.prefix)
        if (!parts.entries.clockKnown) await parts.entries.learnClock()
        await tags.clear(scope)
      },
      namespace: (name) => this.get(name, scope),
    })
  }
}
