import { LIVE_WORKS } from './live.ts'
import { MANAGER_WORKS } from './manager.ts'
import { PACKED_WORKS } from './packed.ts'
import type { Work } from './work.ts'

/** Everything that is measured, in the order of the report. */
export const WORKS: readonly Work[] = [...LIVE_WORKS, ...PACKED_WORKS, ...MANAGER_WORKS]
