import { expect, test } from 'vitest'
import { MemoryCache } from '../../js/memory/memory-cache.ts'
import { POLICY_NUMBERS } from '../../js/memory/store.ts'
import { usedBytes } from '../helpers/heap.ts'
import { read } from '../lint/tree.ts'

const page = read('docs/memory.md')
const policies = Object.keys(POLICY_NUMBERS) as (keyof typeof POLICY_NUMBERS)[]

/** What a packed entry is counted for beyond its key and its value, the byte that says how to read it included. */
function packedCost(policy: keyof typeof POLICY_NUMBERS): number {
  const cache = new MemoryCache<string>({ maxBytes: '1MB', store: 'packed', policy })
  cache.set('key', 'value')
  return cache.bytes - 'key'.length - 'value'.length - 1
}

test('a packed entry counts what the page says, under every policy', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \|$/gm)].map(([, policy, own, all]) => [
    policy,
    own,
    all,
  ])
  const [, shared = '', wheel = ''] = /^\| packed \|.* \| (\d+) \+ (\d+) \+ \*p\* \|$/m.exec(page) ?? []
  const costs = policies.map((policy) => [policy, packedCost(policy)] as const)
  const fixed = Number(shared) + Number(wheel)
  expect(rows).toEqual(costs.map(([policy, cost]) => [policy, String(cost - fixed), String(cost)]))
})

test('a live entry takes of JavaScript no more than the page says', () => {
  const count = 100_000
  const keys = Array.from({ length: count }, (_, i) => JSON.parse(`"key:${i}"`) as string)
  const value = {}
  const cache = new MemoryCache<object>({ max: count })
  cache.set('first', value)
  const before = usedBytes()
  for (const key of keys) cache.set(key, value)
  const each = (usedBytes() - before) / count
  expect(cache.size).toBe(count)
  expect(each).toBeGreaterThan(16)
  expect(each).toBeLessThan(40)
})
