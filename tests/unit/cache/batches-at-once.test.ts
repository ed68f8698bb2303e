import { describe, expect, test } from 'vitest'
import { BatchFill, BatchFills } from '../../../js/cache/entries/batch-fills.ts'

const names = (prefix: string) => Array.from({ length: 20 }, (_, i) => `${prefix}${i}`)

describe('large batches at once', () => {
  test('know of each other only where they read the same key', () => {
    const batches = new BatchFills()
    const [a, b] = [new BatchFill(0, names('a'), false), new BatchFill(0, [...names('b'), 'a3'], false)]
    batches.add(a)
    batches.add(b)
    expect(names('a').filter((key) => batches.others(key, a))).toEqual(['a3'])
    expect(batches.others('a3', b)).toBe(true)
    batches.delete(b)
    expect(batches.others('a3', a)).toBe(false)
  })

  test('know of a small one that reads the same key', () => {
    const batches = new BatchFills()
    const large = new BatchFill(0, names('a'), false)
    batches.add(large)
    batches.add(new BatchFill(0, ['a7'], false))
    expect(names('a').filter((key) => batches.others(key, large))).toEqual(['a7'])
  })
})
