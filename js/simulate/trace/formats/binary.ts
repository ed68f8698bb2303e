import { Records } from '../records.ts'
import type { Format } from './format.ts'

/** Whole numbers of 4 or 8 bytes, one a request, and nothing else. */
export function wholeNumbers(bits: 32 | 64, littleEndian: boolean): Format {
  const order = littleEndian ? 'little' : 'big'
  const title = `${bits}-bit numbers, ${order}-endian`
  const highAt = littleEndian ? 4 : 0
  const lowAt = 4 - highAt
  return {
    title,
    reading: () => ({
      title,
      sized: false,
      parser: (requests) =>
        bits === 32
          ? new Records(4, (view, at) => requests.add(view.getUint32(at, littleEndian), 0, 1))
          : new Records(8, (view, at) =>
              requests.add(view.getUint32(at + lowAt, littleEndian), view.getUint32(at + highAt, littleEndian), 1),
            ),
    }),
  }
}
