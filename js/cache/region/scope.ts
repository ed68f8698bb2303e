import { isWellFormed, utf8Length } from '../../codec/text.ts'
import { checkKey } from '../../config/keys.ts'
import { show } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'

/**
 * Stands before and after the name of each namespace in a stored key or tag. No key, tag or name
 * that a caller gives may hold it where it could be taken for one, so none can reach another
 * namespace, nor out of its own.
 */
const MARK = '\u001f'

/** The code of `MARK`: what a key may not begin with. */
export const MARK_CODE = 0x1f

/** The longest path of a namespace, in bytes of UTF-8 with its marks. */
const MAX_BYTES = 1_024

/** Where a namespace lies in its region. */
export interface Scope {
  /** What its keys and tags begin with, as they are stored. */
  readonly prefix: string
  /** The tag of each namespace that it lies in, outermost first, and its own: entries have all of them. */
  readonly tags: readonly string[]
}

/**
 * The scope of a namespace inside of another one, or of a region.
 *
 * @throws CacheError `INVALID_OPTION` for a name that cannot be one.
 */
export function scopeOf(name: unknown, parent: Scope | undefined, region: string): Scope {
  const valid = typeof name === 'string' && name !== '' && !name.includes(MARK) && isWellFormed(name)
  const prefix = `${parent?.prefix ?? ''}${MARK}${String(name)}${MARK}`
  if (!valid || utf8Length(prefix) > MAX_BYTES) {
    const allowed = `a non-empty string without U+001F; with those that it lies in, at most ${MAX_BYTES} bytes in UTF-8`
    throw new CacheError('INVALID_OPTION', `The name of a namespace is ${show(name)}; allowed: ${allowed}`, {
      context: { region, option: 'namespace' },
    })
  }
  return { prefix, tags: [...(parent?.tags ?? []), prefix] }
}

/** Throws for a key that cannot be one, or would be taken for one of a namespace. */
export function checkOwnKey(key: string, region: string): void {
  checkKey(key, region)
  if (key.charCodeAt(0) !== MARK_CODE) return
  throw new CacheError('INVALID_KEY', `A key of region '${region}' begins with U+001F, as those of namespaces do`, {
    context: { region },
  })
}
