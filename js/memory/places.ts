/**
 * What stands at a place of a table from keys to slots, in 32 bits: the slot plus one in the low
 * ones, in the upper four how far the key is from its home, and between them bits of its hash. 0 is
 * a place that is free.
 */

/** No key is farther from its home than this, in places. */
export const FARTHEST = 128

/** What was at this place is gone, look further. No slot has these bits. */
export const GONE = -1

/** Where the steps from home begin; the most that can be told means: so many or more. */
export const STEPS = 28
export const MOST_STEPS = 15
export const STEP = 1 << STEPS

/** The bits below the steps. Of slots there are fewer: linear memory would not hold more. */
export const REST = STEP - 1

/** Bits of a hash, a slot plus one, and steps from home, put together. */
export function told(bits: number, slot: number, steps: number): number {
  return bits | slot | (Math.min(steps, MOST_STEPS) << STEPS)
}

/** Where in a table a slot stands, or -1. */
export function placeOf(table: Int32Array, mask: number, hash: number, slot: number): number {
  for (let place = hash & mask, left = FARTHEST; left > 0; place = (place + 1) & mask, left--) {
    const found = table[place] as number
    if (found === 0) return -1
    if ((found & mask & REST) === slot + 1) return place
  }
  return -1
}
