import { isWellFormed, utf8Length } from '../../codec/text.ts'
import { show } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'
import { MARK_CODE } from './scope.ts'

/** The most tags that an entry can have. */
export const MAX_TAGS = 64

/** The longest tag, in bytes of UTF-8. */
export const MAX_TAG_BYTES = 256

const TAG = `a non-empty string of at most ${MAX_TAG_BYTES} bytes in UTF-8, without lone surrogates`

/**
 * The tags of one entry, each once.
 *
 * @throws CacheError `INVALID_OPTION`; it names no tag, for those of encrypted regions are secret.
 */
export function entryTags(tags: unknown, region: string, most: number = MAX_TAGS): string[] {
  if (!Array.isArray(tags)) {
    const what = typeof tags === 'string' ? 'are one string' : `are ${show(tags)}`
    throw invalid(region, what, `an array such as ['user:1', 'team:7']; each is ${TAG}`)
  }
  if (tags.length > most) throw invalid(region, `are ${tags.length}`, `up to ${most} for one entry; each is ${TAG}`)
  return unique(tags, region)
}

/**
 * The tags that are to be deleted or expired, each once: one, or any number of them.
 *
 * @throws CacheError `INVALID_OPTION`
 */
export function tagsToChange(tags: unknown, region: string): string[] {
  if (typeof tags === 'string') return unique([tags], region)
  if (typeof tags === 'object' && tags !== null && Symbol.iterator in tags) {
    return unique([...(tags as Iterable<unknown>)], region)
  }
  throw invalid(region, `are ${show(tags)}`, `one tag, or an array of them such as ['user:1']; each is ${TAG}`)
}

function unique(tags: readonly unknown[], region: string): string[] {
  for (const tag of tags) checkTag(tag, region)
  return [...new Set(tags as readonly string[])]
}

function checkTag(tag: unknown, region: string): void {
  if (typeof tag !== 'string') throw invalid(region, `have one of type ${tag === null ? 'null' : typeof tag}`)
  if (tag === '') throw invalid(region, 'have an empty one')
  if (tag.length > MAX_TAG_BYTES || utf8Length(tag) > MAX_TAG_BYTES) throw invalid(region, 'have one that is too long')
  if (tag.charCodeAt(0) === MARK_CODE) throw invalid(region, 'have one that begins with U+001F')
  if (!isWellFormed(tag)) throw invalid(region, 'have one with a lone surrogate')
}

function invalid(region: string, what: string, allowed = `a tag is ${TAG}`): CacheError {
  return new CacheError('INVALID_OPTION', `The tags for region '${region}' ${what}; allowed: ${allowed}`, {
    context: { region, option: 'tags' },
  })
}
