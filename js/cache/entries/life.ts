import type { EnvelopeTimes } from './l1.ts'

/** How long an entry lives in one tier, in ms from now. */
export interface Life {
  /** For how long its value is fresh. */
  readonly fresh: number
  /** For how long it is kept, to be handed out as stale: not shorter. */
  readonly kept: number
}

/** How long an entry lives in each tier; `undefined` where it is not stored. */
export interface Lives {
  readonly l1: Life | undefined
  readonly l2: Life | undefined
}

/** A life of so many ms that ends when it is no longer fresh. */
export function lasting(ms: number): Life {
  return { fresh: ms, kept: ms }
}

/** For how long tiers may keep an entry that is written with these, in ms. */
export function longest({ l1, l2 }: Lives): number {
  return Math.max(l1?.kept ?? 0, l2?.kept ?? 0)
}

/**
 * What is left of an entry's life. A reader whose clock is behind the writer's never takes
 * more than the entry was given.
 */
export function lifeLeft({ created, freshUntil, staleUntil }: Omit<EnvelopeTimes, 'stamp'>, now: number): Life {
  const fresh = Math.min(freshUntil - now, freshUntil - created)
  return { fresh, kept: Math.min(staleUntil - now, staleUntil - created) }
}
