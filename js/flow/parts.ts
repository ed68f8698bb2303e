import type { Clock } from '../clock.ts'
import type { Generations } from './generations.ts'
import type { Journal } from './journal.ts'
import type { Link } from './link.ts'
import type { Reaper } from './reaper.ts'
import type { StampClock } from './stamp.ts'
import type { StoredWrite } from './stored-bytes.ts'

/** What the halves of a `Remote` share. */
export interface RemoteParts {
  readonly link: Link
  readonly generations: Generations
  readonly journal: Journal
  readonly stamps: StampClock
  readonly reaper: Reaper
  readonly clock: Clock
  /** Monotonic time, in ms. */
  readonly now: () => number
  /** Whether writes are compared with what is there: not needed where nobody else writes. */
  readonly ordered: boolean
  /** How long tombstones are kept, and values may wait before they are not sent any more, in ms. */
  readonly maxAge: number
  /** Something was journaled although the tier may serve. */
  readonly onJournaled: () => void
  /** Of something that waited L2 was found to hold a newer version. */
  readonly onOutdated: (region: string, waited: Pick<StoredWrite, 'key' | 'envelope'>) => void
}
