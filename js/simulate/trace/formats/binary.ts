import { Records } from '../records.ts'
import type { Format } from './format.ts'

/**
 * Whole numbers of 4 or 8 bytes, one a request, and nothing else. They are read as big-endian.
 * Where they are little-endian the keys are other ones, and as many: to a cache that is the same.
 */
export function wholeNumbers(bits: 32 | 64): Format {
  const title = `${bits}-bit numbers`
  return {
    title,
    reading: () => ({
      title,
      sized: false,
      parser: (requests) =>
        bits === 32
          ? new Records(4, (view, at) => requests.add(view.getUint32(at), 0, 1))
          : new Records(8, (view, at) => requests.add(view.getUint32(at + 4), view.getUint32(at), 1)),
    }),
  }
}
