import { type StoredWrite, stampOf } from '../../flow/stored-bytes.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { EntriesContext } from './entries-context.ts'

/**
 * How to seal an envelope again whose tags' tokens L2 could not be asked for: the same value under
 * the same stamp, with the tokens that L2 holds. Nothing where L2 was asked.
 */
export function renewal(
  context: () => EntriesContext,
  key: string,
  tags: EntryTags | undefined,
): Pick<StoredWrite, 'renew'> {
  if (tags?.assumed !== true) return {}
  const renew = async (envelope: Uint8Array) => {
    const { codec, tags: all } = context()
    const result = codec.open(key, envelope)
    if (!result.ok) return undefined
    const { value, etag, created, freshUntil, staleUntil } = result.opened
    const confirmed = await all.confirmed(tags, staleUntil - created)
    if (confirmed === undefined) return undefined
    const times = { stamp: stampOf(envelope), created, freshUntil, staleUntil }
    return codec.seal(key, value, times, confirmed, etag).envelope
  }
  return { renew }
}
