/** How large a benchmark is. */
export interface Scale {
  /** How many entries a full cache holds. */
  readonly entries: number
  /** How many different requests a stream of reads has, before it repeats. */
  readonly requests: number
  /** How many of them one run makes. */
  readonly portion: number
  /** Read-through: requests before anything is timed, as a multiple of `entries`. */
  readonly filling: number
  /** Read-through: requests after that, before they repeat. Enough for all rounds: what comes again is known. */
  readonly timed: number
  /** How many requests one run asks of an asynchronous cache. */
  readonly asyncRequests: number
}

/** How to measure. */
export interface Plan {
  /**
   * How many casts there are: each contender starts again that often, in another process. Where V8 and the kernel
   * put things decides tens of per cent of a small cache's hit, and lasts as long as the process. Default: 1.
   */
  readonly casts?: number
  /** How often each contender has its turn in a cast. */
  readonly rounds: number
  /** How long a turn lasts, in ms, or a little more. */
  readonly slice: number
}

/** One of the sizes that works are done at. */
export interface Size {
  readonly plan: Plan
  readonly scale: Scale
}

const LARGE = { requests: 2_000_000, portion: 100_000, filling: 4, timed: 3_000_000, asyncRequests: 0 }

/** By name. The first is the usual one; all works are done at it, some of them at the others too. */
export const SIZES = {
  '100k': {
    plan: { casts: 3, rounds: 3, slice: 20 },
    scale: {
      entries: 100_000,
      requests: 200_000,
      portion: 100_000,
      filling: 8,
      timed: 3_000_000,
      asyncRequests: 20_000,
    },
  },
  '1M': { plan: { rounds: 9, slice: 40 }, scale: { ...LARGE, entries: 1_000_000 } },
  '4M': { plan: { rounds: 7, slice: 60 }, scale: { ...LARGE, entries: 4_000_000 } },
} as const satisfies Record<string, Size>

export type SizeName = keyof typeof SIZES

/** The usual size. */
export const USUAL: SizeName = '100k'

/** In place of the usual size, for a first impression. */
export const QUICK: Size = {
  plan: { rounds: 3, slice: 10 },
  scale: { entries: 20_000, requests: 50_000, portion: 50_000, filling: 8, timed: 1_000_000, asyncRequests: 5_000 },
}

/** What a work at a size is called: `hit`, `hit@1M`. */
export function nameAt(work: string, size: SizeName): string {
  return size === USUAL ? work : `${work}@${size}`
}
