import { expect, test } from 'vitest'
import { ZipfSampler } from '../../../bench/lib/zipf.ts'
import { Random } from '../../../demo/random.ts'

const EXPONENT = 0.99

test.each([1, 2, 100, 10_000_000])('of %d ranks the first ones come as often as the law says', (ranks) => {
  const sampler = new ZipfSampler(ranks, EXPONENT)
  const random = new Random(7)
  const draws = 200_000
  const seen = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const rank = sampler.draw(random)
    seen.set(rank, (seen.get(rank) ?? 0) + 1)
  }
  let sum = 0
  for (let rank = 1; rank <= ranks; rank++) sum += rank ** -EXPONENT
  expect(Math.min(...seen.keys())).toBe(1)
  expect(Math.max(...seen.keys())).toBeLessThanOrEqual(ranks)
  for (let rank = 1; rank <= Math.min(ranks, 10); rank++) {
    const expected = rank ** -EXPONENT / sum
    const deviation = Math.sqrt((expected * (1 - expected)) / draws)
    expect(Math.abs((seen.get(rank) ?? 0) / draws - expected)).toBeLessThanOrEqual(4 * deviation)
  }
})
