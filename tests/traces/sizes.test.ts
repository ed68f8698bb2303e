import { describe, expect, test } from 'vitest'
import { POLICIES, type Policy } from '../../js/simulate/policies.ts'
import type { SizeSpec } from '../../js/simulate/sizes.ts'
import { hasTraces, page, play } from './shared.ts'

/** A twentieth of the bytes of all objects. */
const SIZE: SizeSpec = { kind: 'byteShare', share: 0.05 }

/** What the page tells of this load, by the name that it has there: `SIEVE 35.1 / 35.4`. */
function told(name: string): { readonly objects: number; readonly bytes: number } {
  const [, objects, bytes] = new RegExp(`\\b${name} (\\d+\\.\\d) / (\\d+\\.\\d)`).exec(page) ?? []
  if (objects === undefined || bytes === undefined) throw new Error(`the page tells nothing of ${name}`)
  return { objects: Number(objects), bytes: Number(bytes) }
}

const has = (policy: string): boolean => POLICIES.some((name) => name === policy)

describe.skipIf(!hasTraces)('objects of different sizes, in a cache of bytes', () => {
  test('lru has the hit ratios of the reference', async () => {
    const { objects, bytes } = (await play('adapt_size (keys)', ['lru'], [SIZE])).only('lru')
    expect(Math.abs(objects - told('LRU').objects)).toBeLessThanOrEqual(0.05)
    expect(Math.abs(bytes - told('LRU').bytes)).toBeLessThanOrEqual(0.05)
  })

  test.each([
    ['sieve', 'SIEVE'],
    ['s3fifo', 'S3-FIFO'],
  ])('%s is at most 1 point below the reference', async (name, column) => {
    const policy = name as Policy
    const { objects, bytes } = (await play('adapt_size (keys)', [policy], [SIZE])).only(policy)
    expect(objects).toBeGreaterThanOrEqual(told(column).objects - 1)
    expect(bytes).toBeGreaterThanOrEqual(told(column).bytes - 1)
  })

  test('the bound is above the optimum, and near it', async () => {
    const { objects, bytes } = (await play('adapt_size (keys)', ['optimum'], [SIZE])).only('optimum')
    const optimum = told('OPT')
    expect(objects).toBeGreaterThanOrEqual(optimum.objects - 0.05)
    expect(objects).toBeLessThanOrEqual(optimum.objects + 1)
    expect(bytes).toBeGreaterThanOrEqual(optimum.bytes - 0.05)
    expect(bytes).toBeLessThanOrEqual(optimum.bytes + 1)
  })

  test.skipIf(!has('auto')).each([
    ['objects', 40],
    ['bytes', 36],
  ] as const)('auto that favours %s reaches %d %% of them', async (favor, least) => {
    const policy = 'auto' as Policy
    const reached = (await play('adapt_size (keys)', [policy], [SIZE], favor)).only(policy)
    expect(reached[favor]).toBeGreaterThanOrEqual(least)
  })
})
