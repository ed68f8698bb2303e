import { expect, it } from 'vitest'
import { SlotTable } from '../../../js/memory/slot-table.ts'
import { POLICY_NUMBERS, REBASE_AT } from '../../../js/memory/store.ts'

it('lowers the ticks of a table that is only read, in their order', () => {
  const limits = { maxBytes: Infinity, maxEntries: 3 }
  const table = new SlotTable(POLICY_NUMBERS.lru, false, limits, REBASE_AT - 1_000)
  const [unused, early, late] = [1, 2, 3].map((hash) => table.insert(hash, 0, Infinity, 0)) as [number, number, number]
  for (let i = 0; i < 990; i++) table.touch(early)
  const before = table.lastUse(early)
  for (let i = 0; i < 10; i++) table.touch(early)
  table.touch(late)
  expect(table.lastUse(late)).toBeLessThan(before)
  expect(table.lastUse(late)).toBeGreaterThan(table.lastUse(early))
  expect(table.lastUse(early)).toBeGreaterThan(table.lastUse(unused))
  expect(table.evictOne()).toBe(unused)
  table.dispose()
})
