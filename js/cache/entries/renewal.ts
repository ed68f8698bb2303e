import { type StoredWrite, stampOf } from '../../flow/stored-bytes.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { EntriesContext } from './entries-context.ts'

/**
 * How to seal an envelope again whose tags' tokens L2 could not be asked for: the same value under
 * the same stamp, with the tokens that L2 holds. Nothing where L2 was asked.
 */
export function renewal(
  context: () => EntriesContext,
  storedKey: string,
  tags: EntryTags | undefined,
): Pick<StoredWrite, 'renew'> {
  if (tags?.assumed !== true) return {}
  const renew = async (envelope: Uint8Array) => {
    const { codec, tags: all } = context()
    // What waits may wait for long: of an encrypted region it holds no key that can be read.
    const result = codec.openStored(storedKey, envelope)
    if (result === undefined) return undefined
    const { value, etag, created, freshUntil, staleUntil } = result.opened
    const confirmed = await all.confirmed(tags, staleUntil - created)
    if (confirmed === undefined) return undefined
    const times = { stamp: stampOf(envelope), created, freshUntil, staleUntil }
    return codec.seal(result.key, value, times, confirmed, etag).envelope
  }
  return { renew }
}
