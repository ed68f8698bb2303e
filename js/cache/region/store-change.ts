import { sameDictionaries } from '../../config/dictionary-options.ts'
import type { ResolvedRegion } from '../../config/types.ts'
import type { Sweeper } from '../../memory/sweeper.ts'
import type { L1 } from '../entries/l1.ts'

/** Whether entries have to move to another store when a region's options change so. */
export function needsOtherStore(before: ResolvedRegion, after: ResolvedRegion): boolean {
  const fields = ['store', 'encryption', 'compression', 'compressAbove', 'clone', 'serializer'] as const
  return (
    fields.some((field) => before[field] !== after[field]) || !sameDictionaries(before.dictionary, after.dictionary)
  )
}

/** Moves to `target` what `stored` holds, or only what has no tags; answers it. Throws for a value that it cannot hold. */
export function takeOver(stored: L1, target: L1, dropTagged: boolean, sweeper: Sweeper): L1 {
  try {
    for (const [key, { value, tags, etag, ...times }] of stored.entries()) {
      if (tags !== undefined && dropTagged) continue
      target.set(key, value, times, undefined, tags, etag)
      if ((times.staleUntil ?? times.freshUntil) !== Infinity) sweeper.watch(target)
    }
    return target
  } catch (error) {
    retire(target, sweeper)
    throw error
  }
}

/** Lets go of a store that another one has taken the place of. */
export function retire(l1: L1, sweeper: Sweeper): void {
  sweeper.forget(l1)
  l1.dispose()
}
