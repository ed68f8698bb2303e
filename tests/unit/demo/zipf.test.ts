import { describe, expect, it } from 'vitest'
import { Random, seedOf } from '../../../demo/random.ts'
import { Zipf } from '../../../demo/zipf.ts'

function bump(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1
}

describe('Zipf popularity', () => {
  it('gives rank r a share proportional to 1 / r^exponent', () => {
    const ranks = 50
    const draws = 200_000
    const zipf = new Zipf(ranks, 0.99)
    const random = new Random(7)
    const seen = new Uint32Array(ranks + 1)
    for (let i = 0; i < draws; i++) bump(seen, zipf.draw(random))
    let weights = 0
    for (let rank = 1; rank <= ranks; rank++) weights += rank ** -0.99
    for (const rank of [1, 2, 5, 20, 50]) {
      const expected = (draws * rank ** -0.99) / weights
      // Five standard deviations of a binomial count.
      expect(Math.abs((seen[rank] ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected))
    }
    expect(seen[0]).toBe(0)
  })

  it('draws every rank and no other', () => {
    const zipf = new Zipf(3)
    const random = new Random(1)
    const seen = new Set(Array.from({ length: 200 }, () => zipf.draw(random)))
    expect([...seen].sort()).toEqual([1, 2, 3])
  })

  it('with exponent 0 is uniform', () => {
    const zipf = new Zipf(4, 0)
    const random = new Random(3)
    const seen = new Uint32Array(5)
    for (let i = 0; i < 40_000; i++) bump(seen, zipf.draw(random))
    for (const times of seen.slice(1)) expect(Math.abs(times - 10_000)).toBeLessThan(500)
  })
})

describe('the seeded random source', () => {
  it('repeats itself for the same seed only', () => {
    const stream = (seed: number): number[] => {
      const random = new Random(seed)
      return Array.from({ length: 5 }, () => random.next())
    }
    expect(stream(1)).toEqual(stream(1))
    expect(stream(1)).not.toEqual(stream(2))
  })

  it('includes both ends of a range', () => {
    const random = new Random(5)
    const seen = new Set(Array.from({ length: 300 }, () => random.between(2, 4)))
    expect([...seen].sort()).toEqual([2, 3, 4])
  })

  it('derives another seed for each text and each seed', () => {
    expect(new Set([seedOf(1, 'a'), seedOf(1, 'b'), seedOf(2, 'a'), seedOf(2, 'b')]).size).toBe(4)
  })
})
