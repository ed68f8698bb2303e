import { utf8Length } from '../../codec/text.ts'
import { show } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'
import type { Flight } from '../../flow/single-flight.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { Read } from '../entries/l2-reads.ts'
import { longest } from '../entries/life.ts'
import type { FactoryContext, MadeOptions } from '../types.ts'
import { type CallRules, callRules, livesOf } from './call-rules.ts'
import type { RegionParts } from './region-parts.ts'

/** The longest etag that is stored, in bytes of UTF-8. */
const MAX_ETAG = 1_024

const MADE_OPTIONS = ['ttl', 'tags', 'grace']

/** The flight that a factory runs for. */
export type Run = Pick<Flight<unknown, Read>, 'signal' | 'aborted' | 'abandoned' | 'late' | 'stale' | 'abort'>

/** What one run of a factory is given, and what it says of the entry that it makes. */
export class MakeContext<V> implements FactoryContext<V> {
  readonly key: string
  readonly stale: V | undefined
  etag: string | undefined
  readonly #parts: RegionParts
  readonly #flight: Run
  #rules: CallRules
  #tags: EntryTags | undefined | Promise<EntryTags | undefined>
  #skipped = false

  constructor(key: string, parts: RegionParts, flight: Run, rules: CallRules, tags: EntryTags | undefined) {
    this.key = parts.callerKey(key)
    this.stale = flight.stale?.value as V | undefined
    this.etag = flight.stale?.etag
    this.#parts = parts
    this.#flight = flight
    this.#rules = rules
    this.#tags = tags
    // Factories take these apart.
    for (const name of ['skip', 'fail', 'setOptions', 'notModified'] as const) {
      Object.defineProperty(this, name, { value: this[name].bind(this) })
    }
  }

  get signal(): AbortSignal {
    return this.#flight.signal
  }

  skip<T = undefined>(value?: T): T {
    this.#skipped = true
    return value as T
  }

  fail(reason: unknown): never {
    if (reason instanceof Error) throw reason
    const { name: region, publicKey } = this.#parts
    const said = typeof reason === 'string' ? reason : show(reason)
    const context = { region, key: publicKey(this.key) }
    throw new CacheError('FACTORY_FAILED', `the factory in region '${region}' failed: ${said}`, {
      cause: reason,
      context,
    })
  }

  setOptions(options: MadeOptions): void {
    for (const name in options) {
      if (MADE_OPTIONS.includes(name)) continue
      throw new CacheError('INVALID_OPTION', `setOptions: there is no ${name}; allowed: ${MADE_OPTIONS.join(', ')}`)
    }
    this.#rules = callRules(this.#rules, options)
    // What is made when the cache is closed already is not stored.
    if (options.tags === undefined || this.#parts.gate.closed) return
    const tags = this.#parts.tagsOf(options.tags, longest(livesOf({ ...this.#rules, jitter: 0 })))
    // It is waited for when the factory is done: a failure before that must not go unheard as nobody's.
    if (tags instanceof Promise) tags.catch(() => undefined)
    this.#tags = tags
  }

  notModified(): V {
    if (this.#flight.stale === undefined) {
      throw new CacheError('INVALID_OPTION', 'notModified: there is no stale value; it needs `stale` to be one')
    }
    return this.stale as V
  }

  /** What the run said of its entry. */
  static said(context: MakeContext<unknown>): Said | Promise<Said> {
    const tags = context.#tags
    const said = (known: EntryTags | undefined): Said => ({
      rules: context.#rules,
      tags: known,
      etag: storable(context.etag),
      skipped: context.#skipped,
    })
    return tags instanceof Promise ? tags.then(said) : said(tags)
  }
}

/** What a run of a factory said of its entry. */
export interface Said {
  readonly rules: CallRules
  readonly tags: EntryTags | undefined
  readonly etag: string | undefined
  readonly skipped: boolean
}

function storable(etag: unknown): string | undefined {
  return typeof etag === 'string' && etag !== '' && utf8Length(etag) <= MAX_ETAG ? etag : undefined
}
