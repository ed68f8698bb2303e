import { sameDictionaries } from '../../config/dictionary-options.ts'
import type { ResolvedRegion } from '../../config/types.ts'

/** Whether entries have to move to another store when a region's options change so. */
export function needsOtherStore(before: ResolvedRegion, after: ResolvedRegion): boolean {
  const fields = ['store', 'encryption', 'compression', 'compressAbove', 'clone', 'serializer'] as const
  return (
    fields.some((field) => before[field] !== after[field]) || !sameDictionaries(before.dictionary, after.dictionary)
  )
}
