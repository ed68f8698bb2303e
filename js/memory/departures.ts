import type { RemovalReason, Removed } from './store.ts'

/** An entry that has left, as a listener is told of it. */
export type Removal<V> = [key: string, value: V, reason: RemovalReason]

/**
 * Tells of what was removed. Last in each operation, when the store is whole again: the listener
 * may use the store itself. Where it throws, it is told of the others all the same.
 */
export function tellOf<V>(removals: readonly Removal<V>[], listener: Removed<V> | undefined): void {
  if (listener === undefined) return
  let failures: unknown[] | undefined
  for (const [key, value, reason] of removals) {
    try {
      listener(key, value, reason)
    } catch (error) {
      failures ??= []
      failures.push(error)
    }
  }
  if (failures !== undefined) throw failures[0]
}
