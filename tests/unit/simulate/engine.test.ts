import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryCache } from '../../../js/memory/index.ts'
import { BoundCell } from '../../../js/simulate/engine/bound.ts'
import { EngineCell } from '../../../js/simulate/engine/engine-cell.ts'
import { Intervals } from '../../../js/simulate/engine/intervals.ts'
import { KeyIndex } from '../../../js/simulate/engine/key-index.ts'
import { MaxHeap } from '../../../js/simulate/engine/max-heap.ts'
import { POLICIES, policyNumber } from '../../../js/simulate/policies.ts'
import { Batch } from '../../../js/simulate/trace/batch.ts'
import { KeyHash } from '../../../js/simulate/trace/key-hash.ts'
import { cellsOf } from './helpers.ts'

/** Requests for keys that are numbers, each with its size. */
function batchOf(keys: readonly number[], sizeOf: (key: number) => number = () => 1): Batch {
  const batch = new Batch()
  for (const key of keys) batch.add(key, 0, sizeOf(key))
  return batch
}

/** The most hits that any cache of so many bytes could have, by trying everything. */
function bestHits(
  keys: readonly number[],
  capacity: number,
  sizeOf: (key: number) => number,
  gain: (key: number) => number,
): number {
  let states = new Map<string, { readonly held: readonly number[]; readonly gained: number }>([
    ['', { held: [], gained: 0 }],
  ])
  for (const key of keys) {
    const next: typeof states = new Map()
    for (const { held, gained } of states.values()) {
      const now = gained + (held.includes(key) ? gain(key) : 0)
      for (const kept of subsets([...new Set([...held, key])])) {
        if (kept.reduce((sum, each) => sum + sizeOf(each), 0) > capacity) continue
        const name = kept.join()
        if ((next.get(name)?.gained ?? -1) < now) next.set(name, { held: kept, gained: now })
      }
    }
    states = next
  }
  return Math.max(...[...states.values()].map(({ gained }) => gained))
}

function subsets(keys: readonly number[]): number[][] {
  const all: number[][] = [[]]
  for (const key of [...keys].sort()) all.push(...all.map((set) => [...set, key]))
  return all
}

const fewKeys = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 24 })

describe('the optimum', () => {
  it('has as many hits as any cache could have', async () => {
    await fc.assert(
      fc.asyncProperty(fewKeys, fc.integer({ min: 1, max: 4 }), async (keys, capacity) => {
        const [cell] = await cellsOf(keys, 'optimum', String(capacity))
        expect(cell?.hits).toBe(
          bestHits(
            keys,
            capacity,
            () => 1,
            () => 1,
          ),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('is not exceeded by any policy, at sizes that run at once over many blocks of requests', async () => {
    const keys = Array.from({ length: 150_000 }, (_, i) => (i % 3 === 0 ? i % 701 : Math.imul(i, 2654435761) >>> 22))
    const optimum = await cellsOf(keys, 'optimum', '10,100,500')
    for (const policy of POLICIES) {
      for (const [i, { hits }] of (await cellsOf(keys, policy, '10,100,500')).entries()) {
        expect(hits, policy).toBeLessThanOrEqual(optimum[i]?.hits ?? 0)
      }
    }
    expect(optimum.map(({ hits }) => hits)).toEqual([...optimum.map(({ hits }) => hits)].sort((a, b) => a - b))
  })
})

describe('the bound for objects of different sizes', () => {
  it('is not exceeded by any cache, neither in objects nor in bytes', () => {
    const sizeOf = (key: number): number => [1, 2, 3, 5, 8, 20][key] as number
    fc.assert(
      fc.property(fewKeys, fc.integer({ min: 1, max: 16 }), (keys, capacity) => {
        const intervals = new Intervals()
        const bound = new BoundCell(capacity, intervals)
        const batch = batchOf(keys, sizeOf)
        intervals.run(batch)
        bound.run(batch)
        expect(bound.hits).toBeGreaterThanOrEqual(bestHits(keys, capacity, sizeOf, () => 1))
        expect(bound.hitBytes).toBeGreaterThanOrEqual(bestHits(keys, capacity, sizeOf, sizeOf))
      }),
      { numRuns: 60 },
    )
  })

  it('is all that is asked for again where everything fits, and nothing where nothing does', () => {
    const run = (capacity: number): BoundCell => {
      const intervals = new Intervals()
      const bound = new BoundCell(capacity, intervals)
      const batch = batchOf([1, 2, 1, 3, 2], () => 10)
      intervals.run(batch)
      bound.run(batch)
      return bound
    }
    expect(run(30)).toMatchObject({ hits: 2, hitBytes: 20 })
    expect(run(9)).toMatchObject({ hits: 0, hitBytes: 0 })
  })
})

describe('a simulated cache', () => {
  const keys = Array.from({ length: 60_000 }, (_, i) => (i % 2 === 0 ? i % 97 : Math.imul(i, 2654435761) >>> 21))

  /** A program that reads through a cache. */
  function readThrough(cache: MemoryCache<number>, sizeOf: (key: number) => number): number {
    let hits = 0
    for (const key of keys) {
      if (cache.get(String(key)) !== undefined) hits++
      else cache.set(String(key), sizeOf(key))
    }
    return hits
  }

  const own = POLICIES.filter((policy) => policy !== 'optimum')
  const sizeOf = (key: number): number => 100 + (key % 13) * 50
  const limits = [
    ['entries', { max: 200 }, { maxEntries: 200, maxBytes: Infinity }],
    [
      'bytes',
      { maxBytes: 64_000, sizeCalculation: (size: number) => size },
      { maxEntries: Infinity, maxBytes: 64_000 },
    ],
  ] as const

  describe.each(limits)('of so many %s', (_, options, table) => {
    it.each(own)('has the hits that MemoryCache has: %s', (policy) => {
      const cell = new EngineCell(policyNumber(policy), false, table)
      for (let i = 0; i < keys.length; i += 4_000) cell.run(batchOf(keys.slice(i, i + 4_000), sizeOf))
      const hits = readThrough(new MemoryCache<number>({ ...options, policy }), sizeOf)
      // Policies that remember keys know them here by another hash.
      const tolerance = ['lru', 'fifo', 'lfu', 'sieve'].includes(policy) ? 0 : 0.01 * keys.length
      expect(Math.abs(cell.hits - hits)).toBeLessThanOrEqual(tolerance)
      cell.dispose()
    })
  })

  it('does not keep what is heavier than it', () => {
    const cell = new EngineCell(policyNumber('lru'), false, { maxEntries: Infinity, maxBytes: 100 })
    cell.run(batchOf([1, 1, 2, 2], (key) => (key === 1 ? 101 : 100)))
    cell.run(batchOf([3, 3], () => 2 ** 40))
    expect(cell).toMatchObject({ hits: 1, hitBytes: 100 })
    cell.dispose()
  })
})

describe('the index of keys', () => {
  it('is a map from keys to slots', () => {
    const half = fc.integer({ min: 0, max: 40 })
    const step = fc.record({ low: half, high: half, remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4_000, size: 'max' }), (steps) => {
        const index = new KeyIndex()
        const model = new Map<string, number>()
        const free: number[] = []
        for (const { low, high, remove } of steps) {
          const name = `${low} ${high}`
          const slot = model.get(name)
          expect(index.find(low, high)).toBe(slot ?? -1)
          if (slot !== undefined && remove) {
            index.delete(slot)
            model.delete(name)
            free.push(slot)
          } else if (slot === undefined) {
            const given = free.pop() ?? model.size
            index.add(given, low, high)
            model.set(name, given)
          }
        }
        expect(index.size).toBe(model.size)
        for (const [name, slot] of model)
          expect(index.find(...(name.split(' ').map(Number) as [number, number]))).toBe(slot)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the heap of next uses', () => {
  it('gives the greatest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (numbers, least) => {
        const heap = new MaxHeap()
        for (const number of numbers) heap.push(number)
        heap.filter((number) => number >= least)
        const taken = Array.from({ length: heap.size }, () => heap.pop())
        expect(taken).toEqual(numbers.filter((number) => number >= least).sort((a, b) => b - a))
      }),
    )
  })
})

describe('the hash of a key', () => {
  it('gives no two of a million keys the same', () => {
    const hash = new KeyHash()
    const encoder = new TextEncoder()
    const seen = new Set<bigint>()
    for (let i = 0; i < 250_000; i++) {
      for (const key of [String(i), `user:${i}:profile`]) {
        const bytes = encoder.encode(key)
        hash.ofBytes(bytes, 0, bytes.length)
        seen.add((BigInt(hash.high) << 32n) | BigInt(hash.low))
        hash.ofText(key)
        seen.add((BigInt(hash.high) << 32n) | BigInt(hash.low))
      }
    }
    expect(seen.size).toBe(1_000_000)
  })
})
