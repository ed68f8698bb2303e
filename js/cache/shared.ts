import type { Clock } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import type { Coherence } from '../flow/coherence/coherence.ts'
import type { Remote } from '../flow/remote.ts'
import type { Sweeper } from '../memory/sweeper.ts'
import type { Limits } from '../observe/alerts.ts'
import type { Emitter } from '../observe/events.ts'
import type { MemoryBudget } from './budget.ts'
import type { Operation } from './figures/counters.ts'
import type { Watch } from './figures/watch.ts'
import type { RegionKeys } from './region/region-keys.ts'

/** What all regions of one manager share. */
export interface Shared {
  readonly clock: Clock
  readonly emitter: Emitter
  readonly budget: MemoryBudget
  readonly sweeper: Sweeper
  readonly watch: Watch
  readonly keys: RegionKeys
  /** The way to L2; `undefined` where memory is all there is. */
  readonly remote: Remote | undefined
  /** What keeps memory in agreement with the others' over L2. */
  readonly coherence: Coherence
  /** What the tier behind memory is called. */
  readonly tierName: string
  /** Whether others can write to it. */
  readonly l2Shared: boolean
  /** The limit of one operation in L2, in ms, where a region has none of its own. */
  readonly l2Limit: number
  /** Takes durations; `undefined` where metrics are off. */
  readonly record: ((region: string, operation: Operation, ms: number, weight: number) => void) | undefined
  /** The limits of the latency alert. */
  readonly latencyLimits: Limits | false
  /** Told that L2 holds a region under keys that were made with another secret. */
  readonly onOtherIndex: (error: CacheError) => void
  /** Told by each store that lost its instance of the core; the same crash is the same error. */
  readonly onRestart: (crash: CacheError) => void
}
