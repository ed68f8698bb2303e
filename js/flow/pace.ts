import { type RandomSource, randomUnit } from './random.ts'

/** How many writes the first batch has, and the largest. */
const FIRST_WRITES = 16
const MAX_WRITES = 1_024
/** A batch that takes longer, in ms, is too large for the tier as it is. */
const TARGET = 50
/** The shortest pause, and the longest before chance doubles it, in ms: a process that stood still does not wait as long again. */
const MIN_PAUSE = 5
const MAX_PAUSE = 1_000

/**
 * How fast a tier is given what it missed. It has just come back, maybe with cold memory, and
 * many processes come at once: the first batch is small, each next one twice as large while
 * they take little time, and half where one takes long. After each comes a pause, one to two
 * times as long as the batch took, at random: so a replay keeps a tier busy for less than half
 * of the time, and processes that started together drift apart.
 */
export class Pace {
  readonly #random: RandomSource
  #writes = FIRST_WRITES

  constructor(random: RandomSource) {
    this.#random = random
  }

  /** How many writes the next batch may have. */
  get writes(): number {
    return this.#writes
  }

  /** A batch took so many ms; answers how long the pause after it is to be. */
  took(ms: number): number {
    this.#writes = ms > TARGET ? Math.max(this.#writes / 2, FIRST_WRITES) : Math.min(this.#writes * 2, MAX_WRITES)
    return Math.min(Math.max(ms, MIN_PAUSE), MAX_PAUSE) * (1 + randomUnit(this.#random))
  }
}
