import { type Operation, RULES } from './plan.ts'

/** The limit of one operation in L2, in ms. */
export const LIMIT = 250

/**
 * How many of them a call may take: a write is tried again under a newer stamp where the tier has
 * something newer, and one with tags reads, makes and reads back their tokens before.
 */
const STEPS: Readonly<Record<string, number>> = { get: 1, getMany: 1, set: 2, delete: 2, clear: 2 }
const MOST_STEPS = 4
/** A `getOrSet` reads before, takes the lock, and reads again. */
const LOAD_STEPS = 3

/** How long a call may take by itself, in ms. */
export function limitOf({ kind, tagged, takes, rules }: Operation): number {
  const steps = kind === 'set' && tagged ? MOST_STEPS : (STEPS[kind] ?? MOST_STEPS)
  // Its tags come before it, and it may be tried again.
  if (kind === 'transaction' && tagged) return LIMIT * (MOST_STEPS + 1)
  if (kind !== 'getOrSet') return LIMIT * steps
  const { lockTimeout = 0 } = RULES[rules] as { lockTimeout?: number }
  return LIMIT * (LOAD_STEPS + MOST_STEPS) + takes + lockTimeout
}
