import { expect } from 'vitest'
import { SlotMap } from '../../../js/memory/slot-map.ts'

/** A slot map beside a `Map`, which gives out slots as the core does. */
export class Pair {
  readonly map = new SlotMap<number>()
  readonly model = new Map<string, { slot: number; value: number }>()
  readonly #free: number[] = []
  #end = 0

  set(key: string, value: number): void {
    const hash = this.map.hash(key)
    const found = this.map.findHashed(key, hash)
    const known = this.model.get(key)
    expect(found).toBe(known?.slot ?? -1)
    if (found >= 0) {
      this.map.setValue(found, value)
      this.model.set(key, { slot: found, value })
    } else {
      const slot = this.#free.pop() ?? this.#end++
      this.map.add(slot, key, value, hash)
      this.model.set(key, { slot, value })
    }
  }

  delete(key: string): void {
    const known = this.model.get(key)
    if (known === undefined) return
    this.map.remove(known.slot)
    this.model.delete(key)
    this.#free.push(known.slot)
  }

  clear(): void {
    this.map.clear()
    this.model.clear()
    this.#free.length = 0
    this.#end = 0
  }

  check(absent: readonly string[] = []): void {
    expect(this.map.size).toBe(this.model.size)
    for (const [key, { slot, value }] of this.model) {
      if (this.map.find(key) !== slot || this.map.value(slot) !== value) expect.fail(`${key} is not in slot ${slot}`)
    }
    for (const key of absent) if (!this.model.has(key)) expect(this.map.find(key)).toBe(-1)
    const keys = Array.from(this.map.slots(), (slot) => this.map.key(slot))
    expect(keys.sort()).toEqual([...this.model.keys()].sort())
  }
}
