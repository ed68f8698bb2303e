import { Records } from '../records.ts'
import type { Format } from './format.ts'

/** The bytes of a request. */
export const ORACLE_RECORD = 24

const TITLE = "libCacheSim's oracleGeneral"

/**
 * A request is little-endian: u32 time, u64 object, u32 bytes, i64 when the object is asked
 * for next. That last one is not relied on: a part of a trace tells of requests that it has not.
 */
export const oracleGeneral: Format = {
  title: TITLE,
  reading: () => ({
    title: TITLE,
    sized: true,
    parser: (requests) =>
      new Records(ORACLE_RECORD, (view, at) =>
        requests.add(view.getUint32(at + 4, true), view.getUint32(at + 8, true), view.getUint32(at + 12, true)),
      ),
  }),
}
