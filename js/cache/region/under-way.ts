import type { Clock } from '../../clock.ts'
import { BackOffs } from '../../flow/back-offs.ts'
import { SingleFlight } from '../../flow/single-flight.ts'
import { Turns } from '../../flow/turns.ts'
import type { Read } from '../entries/l2-reads.ts'

/** What one flight came to: an entry that was found after all, or a value that was made. */
export type Flown<V> = { readonly found: Read } | { readonly made: V | undefined }

/** What is under way of a region and all of its namespaces, by stored keys: no two of them have one in common. */
export class UnderWay {
  readonly flights: SingleFlight<string, Flown<unknown>, Read>
  /** Flights whose callers want a value that was made after they called. */
  readonly forced: SingleFlight<string, Flown<unknown>, Read>
  readonly backOffs: BackOffs
  /** Of the calls that change times, by key. */
  readonly turns: Turns
  /** Of commits, by what the keys begin with. */
  readonly commits: Turns

  constructor(clock: Clock) {
    this.flights = new SingleFlight(clock)
    this.forced = new SingleFlight(clock)
    this.backOffs = new BackOffs(clock)
    this.turns = new Turns(clock)
    this.commits = new Turns(clock)
  }
}
