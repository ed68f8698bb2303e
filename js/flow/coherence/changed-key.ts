import { LAST_STAMP } from '../stamp.ts'
import { type Change, KINDS } from './message.ts'

/** L2 does not say when a key has changed. */
const LATEST = LAST_STAMP

/** Where the tokens of a region's tags lie, which is a region of its own. No generation is called so. */
const TAGS = ':tags:'

/** Where its locks lie: who takes one, or keeps it for longer, changes no entry. No generation is called so either. */
const LOCK = 'lock:'

/**
 * What it means that a key of L2 has changed, as a server tells it by itself: an entry, under
 * `<namespace>:<region>:<generation>:<key>`, or a region's generation. `undefined` for others.
 */
export function changeOfKey(namespace: string, raw: string): Change | undefined {
  if (!raw.startsWith(`${namespace}:`)) return undefined
  const regionAt = namespace.length + 1
  const nameEnd = raw.indexOf(':', regionAt)
  if (nameEnd < 0) return undefined
  const tokenAt = nameEnd + (raw.startsWith(TAGS, nameEnd) ? TAGS.length : 1)
  const region = raw.slice(regionAt, tokenAt - 1)
  if (raw.slice(tokenAt) === 'generation') return { kind: KINDS.clear, region, key: '', stamp: LATEST }
  const keyAt = raw.indexOf(':', tokenAt) + 1
  return keyAt === 0 || raw.startsWith(LOCK, tokenAt)
    ? undefined
    : { kind: KINDS.set, region, key: raw.slice(keyAt), stamp: LATEST }
}
