import { describe, expect, test } from 'vitest'
import { BatchFill, BatchFills } from '../../../js/cache/entries/batch-fills.ts'

const reading = (keys: readonly string[]) => new BatchFill(0, keys, keys, false)
const names = (prefix: string) => Array.from({ length: 20 }, (_, i) => `${prefix}${i}`)

describe('large batches at once', () => {
  test('know of each other only where they read the same key', () => {
    const batches = new BatchFills()
    const [a, b] = [reading(names('a')), reading([...names('b'), 'a3'])]
    batches.add(a)
    batches.add(b)
    expect(names('a').filter((key) => batches.others(key, a))).toEqual(['a3'])
    expect(batches.others('a3', b)).toBe(true)
    batches.delete(b)
    expect(batches.others('a3', a)).toBe(false)
  })

  test('know of a small one that reads the same key', () => {
    const batches = new BatchFills()
    const large = reading(names('a'))
    batches.add(large)
    batches.add(reading(['a7']))
    expect(names('a').filter((key) => batches.others(key, large))).toEqual(['a7'])
  })
})
