import { newerStamp } from './stamp.ts'
import type { StoredWrite } from './stored-bytes.ts'

/** Writes of one key that are on their way to L2. */
interface UnderWay {
  count: number
  /** Of those that have arrived meanwhile. */
  newest: Uint8Array | undefined
}

/**
 * Of two writes of one key that are on their way at once, the later may arrive and the earlier fail: what this knows
 * to have arrived is newer, and the other one must not wait for L2 as if it were the last.
 */
export class Arrivals {
  readonly #regions = new Map<string, Map<string, UnderWay>>()

  /** Writes are about to be sent: `end` must follow. */
  begin(region: string, writes: readonly StoredWrite[]): void {
    const keys = this.#regions.get(region) ?? new Map<string, UnderWay>()
    this.#regions.set(region, keys)
    for (const { key } of writes) {
      const there = keys.get(key)
      if (there === undefined) keys.set(key, { count: 1, newest: undefined })
      else there.count++
    }
  }

  end(region: string, writes: readonly StoredWrite[]): void {
    const keys = this.#regions.get(region)
    for (const { key } of writes) {
      const there = keys?.get(key)
      if (there !== undefined && --there.count === 0) keys?.delete(key)
    }
  }

  /** L2 holds a write of `key` at least as new as `stamp`. */
  arrived(region: string, key: string, stamp: Uint8Array): void {
    const there = this.#regions.get(region)?.get(key)
    if (there !== undefined && there.count > 1) there.newest = newerStamp(there.newest, stamp)
  }

  /** The stamp of the newest write that has arrived, where others of this key are still on their way. */
  newest(region: string, key: string): Uint8Array | undefined {
    return this.#regions.get(region)?.get(key)?.newest
  }
}
