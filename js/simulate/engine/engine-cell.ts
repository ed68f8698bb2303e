import { SlotTable } from '../../memory/slot-table.ts'
import type { StoreLimits } from '../../memory/store.ts'
import type { Batch } from '../trace/batch.ts'
import type { Cell } from './cell.ts'
import { hashOf, KeyIndex } from './key-index.ts'

/** Entries live for ever, so it is always the same time. */
const NOW = 0

/** The heaviest entry, in bytes: weights have 32 bits in the core. */
const MAX_WEIGHT = 2 ** 32 - 1

/**
 * A cache of the real engine: the slots and the policy that a live `MemoryCache` has, in the
 * core. A request asks for its key; if that is not there, it is stored, as programs do that
 * read through a cache. Only keys and values are missing: there are no values, and an index of
 * 64-bit keys is in the place of the `Map` of strings.
 */
export class EngineCell implements Cell {
  hits = 0
  hitBytes = 0
  readonly #table: SlotTable
  readonly #index = new KeyIndex()
  readonly #weighs: boolean

  constructor(policy: number, favorBytes: boolean, limits: StoreLimits) {
    this.#table = new SlotTable(policy, favorBytes, limits)
    this.#weighs = limits.maxBytes !== Infinity
  }

  run({ low, high, sizes, length }: Batch): void {
    const index = this.#index
    const table = this.#table
    for (let i = 0; i < length; i++) {
      const slot = index.find(low[i] as number, high[i] as number)
      if (slot >= 0) {
        table.touch(slot)
        this.hits++
        this.hitBytes += sizes[i] as number
      } else {
        this.#insert(low[i] as number, high[i] as number, sizes[i] as number)
      }
    }
  }

  dispose(): void {
    this.#table.dispose()
  }

  #insert(low: number, high: number, size: number): void {
    const weight = this.#weighs ? size : 1
    if (weight > MAX_WEIGHT) return
    const table = this.#table
    const slot = table.insert(hashOf(low, high), weight, Infinity, NOW)
    for (let i = 0; i < table.left; i++) this.#index.delete(table.departed(i))
    if (slot >= 0) this.#index.add(slot, low, high)
  }
}
