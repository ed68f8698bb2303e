import type { BusStatus } from '../flow/coherence/coherence.ts'
import type { RemoteStatus } from '../flow/remote-options.ts'
import type { Alert } from '../observe/alerts.ts'

/** How `close` went. */
export interface CloseResult {
  /** Writes and clears that L2 did not take in time. They are lost. */
  readonly unsent: number
}

/** How the cache is doing. */
export interface CacheStatus {
  /** The tier behind memory, and whether it serves ('closed' is good, as of a circuit). */
  readonly l2:
    | {
        /** There is no L2. */
        readonly state: 'none'
        /** So no tier. */
        readonly tier?: undefined
        /** And nothing that went wrong with it. */
        readonly lastError?: undefined
      }
    | (RemoteStatus & {
        /** What L2 is: 'redis', 'indexeddb', … */
        readonly tier: string
      })
  /** The bus over which those who share that tier tell one another what changed. */
  readonly bus: BusStatus
  /** What is in memory, in bytes. */
  readonly bytes: number
  /** What may be, in bytes: the ceiling over all regions. */
  readonly maxBytes: number
  /** Alerts that are raised and not resolved. */
  readonly alerts: readonly Alert[]
}
