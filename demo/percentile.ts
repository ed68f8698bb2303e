/**
 * The smallest sample that at least `fraction` of all do not exceed (nearest rank), or
 * `undefined` of none. `sorted` ascends.
 */
export function percentile(sorted: ArrayLike<number>, fraction: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)]
}
