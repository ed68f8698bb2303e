import type { Clock } from '../../clock.ts'
import { type RandomSource, randomUnit, systemRandom } from '../../flow/random.ts'
import type { RegionRemote } from '../entries/entries-context.ts'
import type { Counters } from '../figures/counters.ts'
import type { Wakeups } from './wakeups.ts'

/** What a region's lock is made of. */
export interface RegionLockOptions {
  readonly clock: Clock
  /** Default: the random source of the runtime. */
  readonly random?: RandomSource
  readonly wakeups: Wakeups
  readonly counters: Counters
  /** The way to L2, at this moment; `undefined` where memory is all there is. */
  readonly l2: () => RegionRemote | undefined
  /** What L2 knows a key by. */
  readonly storedKey: (key: string) => string
}

/** How a value is come by under a lock. */
export interface LockedWork<T> {
  readonly key: string
  /** How long another holder is waited for at the most, in ms. */
  readonly wait: number
  /** Aborts when nobody wants the value any more. */
  readonly signal: AbortSignal
  /** What another process has stored by now, if anything. */
  look(): Promise<T | undefined>
  /** Makes the value, and stores it. */
  make(): Promise<T>
}

/** The pauses between two looks, in ms: each is up to twice as long as the one before. */
const FIRST_PAUSE = 25
const LAST_PAUSE = 250

/** A lock outlives a process that died by this much at the most, in ms. */
const LONGEST_LIFE = 5_000

/**
 * Lets one process at a time make a value, and the others wait for what it stores. This spares
 * work; nothing is wrong where two make it all the same.
 */
export class RegionLock {
  readonly #options: RegionLockOptions

  constructor(options: RegionLockOptions) {
    this.#options = options
  }

  /**
   * The value that another process stores while this one waits, or else the one that `make`
   * makes: under the lock, or without it where L2 is away or the wait is over.
   */
  async run<T>(work: LockedWork<T>): Promise<T> {
    const l2 = this.#options.l2()
    if (l2 === undefined) return work.make()
    const storedKey = this.#options.storedKey(work.key)
    const watch = this.#options.wakeups.watch(storedKey)
    try {
      return await this.#run(work, l2, storedKey, (ms) => watch.next(ms, work.signal))
    } finally {
      watch.end()
    }
  }

  async #run<T>(
    { wait, signal, look, make }: LockedWork<T>,
    { remote, region, limit }: RegionRemote,
    storedKey: string,
    pause: (ms: number) => Promise<void>,
  ): Promise<T> {
    const { clock, counters } = this.#options
    const end = clock.now() + wait
    // Half of the wait: when a holder dies there is time for the next one to be done.
    const life = Math.min(wait / 2, LONGEST_LIFE)
    for (let round = 0; ; round++) {
      const held = await remote.locks.take(region, storedKey, life, limit)
      if (held === 'unavailable') return make()
      if (held !== 'taken') {
        counters.locksTaken++
        try {
          // Since the last look another process may have had the lock, and given it up.
          return (await look()) ?? (await make())
        } finally {
          void held.release()
        }
      }
      const left = end - clock.now()
      if (round === 0) counters.lockWaits++
      if (left <= 0) {
        counters.lockTimeouts++
        return make()
      }
      await pause(Math.min(left, this.#pause(round)))
      signal.throwIfAborted()
      const found = await look()
      if (found !== undefined) return found
    }
  }

  /** With jitter, so that those who wait do not all ask at once. */
  #pause(round: number): number {
    const longest = Math.min(FIRST_PAUSE * 2 ** Math.min(round, 10), LAST_PAUSE)
    return longest * (0.5 + randomUnit(this.#options.random ?? systemRandom) / 2)
  }
}
