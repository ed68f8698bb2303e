import type { Contender } from '../lib/measure.ts'

/** One piece of work of the codec. */
export interface CodecWork {
  /** What `--only` calls it. */
  readonly name: string
  readonly title: string
  readonly about: string
  /** What the others are compared with: the fastest of these. */
  readonly against: readonly string[]
  readonly contenders: Readonly<Record<string, Contender>>
  /** How many bytes each makes, where that is a part of it. */
  readonly bytes?: Readonly<Record<string, number>>
}

/** What is to be reached. `limit` is a ratio to `peer`, or in microseconds where there is none. */
export interface CodecTarget {
  readonly work: string
  readonly peer?: string
  /** `time` of one operation at most; `rate` at least; `bytes` of what is made at most. */
  readonly kind: 'time' | 'rate' | 'bytes'
  readonly limit: number
}

export const OURS = 'omnicache'

/** A contender that does one thing as often as makes a clock's while. */
export function contender(operations: number, once: (i: number) => unknown): Contender {
  return {
    operations,
    run: () => {
      let done = 0
      for (let i = 0; i < operations; i++) if (once(i) !== undefined) done++
      return done
    },
    expected: operations,
  }
}

/** The same for what has to be awaited. */
export function awaited(operations: number, once: () => Promise<unknown>): Contender {
  return {
    operations,
    run: async () => {
      let done = 0
      for (let i = 0; i < operations; i++) if ((await once()) !== undefined) done++
      return done
    },
    expected: operations,
  }
}
