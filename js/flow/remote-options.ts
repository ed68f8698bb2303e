import type { Clock } from '../clock.ts'
import type { CacheError } from '../errors.ts'
import type { Driver } from '../tiers/driver.ts'
import type { CircuitOptions, CircuitState } from './circuit.ts'
import type { JournalOptions } from './journal.ts'
import type { CircuitPart } from './link.ts'
import type { RandomSource } from './random.ts'
import type { Replayed, ReplayNotice } from './replay.ts'

/** What happens between the cache and L2 that is worth a metric, an event or a log line. */
export type RemoteEvent =
  | {
      readonly type: 'circuit'
      readonly part: CircuitPart
      readonly state: CircuitState
      readonly cause: CacheError | undefined
    }
  | { readonly type: 'error'; readonly operation: string; readonly error: CacheError }
  | ({ readonly type: 'replay' } & ReplayNotice)
  | { readonly type: 'overflow'; readonly region: string }

/** What a `Remote` is made of. */
export interface RemoteOptions {
  readonly driver: Driver
  /** What every key in L2 starts with: `[A-Za-z0-9_-]+`. */
  readonly namespace: string
  /** Default: the clock of the runtime. */
  readonly clock?: Clock
  /** Default: the random source of the runtime. */
  readonly random?: RandomSource
  /** How long one operation may take, in ms. Default: 250. */
  readonly limit?: number
  readonly circuit?: Pick<CircuitOptions, 'threshold' | 'firstDelay' | 'maxDelay'>
  readonly journal?: Pick<JournalOptions, 'maxEntries' | 'maxBytes'>
  /** How long values may wait to be sent and tombstones are kept, in ms. Default: one hour. */
  readonly maxAge?: number
  /**
   * Whether a write replaces only what is older by its stamp. Without it the last to arrive
   * wins, also where the network held it back. Default: whether others write to the tier.
   */
  readonly ordered?: boolean
  /** Told of what happens. It must not throw. */
  readonly onEvent?: (event: RemoteEvent) => void
  /** Told of what a replay brought to L2, so that other processes can be told. It must not throw. */
  readonly onReplayed?: (replayed: Replayed) => void
  /** Told what the tier has taken, or the journal for it, apart from replays. It must not throw. */
  readonly onWritten?: (written: Replayed) => void
  /** Told before each call, also of a tier that is down. It must not throw. */
  readonly onUse?: () => void
  /** Awaited by `close` when all is sent, before the driver is closed; for so many ms at the most. It must not reject. */
  readonly onClosing?: (left: number) => Promise<void>
}

/** How L2 is doing. */
export interface RemoteStatus {
  /** Whether the tier serves ('closed'), was given up ('open') or is being tried ('half-open'). */
  readonly state: CircuitState
  /** Whether writes are sent to it. One that is full or read-only serves reads alone. */
  readonly takesWrites: boolean
  /** Since when, in ms since 1970; `undefined` where it was never otherwise. */
  readonly since: number | undefined
  /** What failed last; `undefined` again once all is well. */
  readonly lastError: CacheError | undefined
  /** What waits for the tier. */
  readonly journal: {
    /** How many writes and clears wait to be sent. */
    readonly length: number
    /** What they weigh, in bytes. */
    readonly bytes: number
    /** How long the oldest has waited, in ms. */
    readonly age: number
  }
}
