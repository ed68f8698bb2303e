import { describe, expect, it } from 'vitest'
import { weigh, weighString } from '../../../js/memory/weigh.ts'
import { heapOf } from '../../helpers/heap.ts'

/** Values as caches hold them. Each call makes a new one that shares nothing with the others. */
const SHAPES: readonly [name: string, make: (i: number) => unknown][] = [
  ['a Latin string', (i) => `${i}`.padEnd(200, 'x')],
  ['a wide string', (i) => `${i}`.padEnd(200, 'ж')],
  ['a small object', (i) => ({ id: i, name: `name ${i}`, active: i % 2 === 0 })],
  ['a nested object', (i) => ({ id: i, user: { name: `n${i}`, tags: [`a${i}`, `b${i}`] }, at: { x: i, y: i } })],
  ['an array of objects', (i) => Array.from({ length: 20 }, (_, j) => ({ key: `k${i}-${j}`, value: j }))],
  ['an array of doubles', (i) => Array.from({ length: 60 }, (_, j) => i + j / 7)],
  ['an array of small integers', (i) => Array.from({ length: 100 }, (_, j) => (i + j) % 1000)],
  ['a buffer', (i) => new Uint8Array(1_000).fill(i)],
  ['a map', (i) => new Map(Array.from({ length: 30 }, (_, j) => [`k${i}-${j}`, j]))],
  ['a set', (i) => new Set(Array.from({ length: 30 }, (_, j) => `k${i}-${j}`))],
]

describe('the estimate of what a value weighs', () => {
  it.each(SHAPES)('of %s is within 25 % of the heap', (_, make) => {
    const measured = heapOf(make)
    const estimate = weigh(make(7))
    expect(estimate / measured).toBeGreaterThan(0.75)
    expect(estimate / measured).toBeLessThan(1.25)
  })

  it('looks at a part of what is large, and takes the rest to be alike', () => {
    const row = { a: 'x'.repeat(50), b: 'y'.repeat(50) }
    const few = weigh(Array.from({ length: 100 }, () => ({ ...row })))
    const many = weigh(Array.from({ length: 100_000 }, () => ({ ...row })))
    expect(many / few).toBeGreaterThan(800)
    expect(many / few).toBeLessThan(1_200)
  })

  it('of an object with many fields is that of one with few, times as many', () => {
    const fields = (count: number, make: (i: number) => unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`field${i}`, make(i)]))
    for (const make of [(i: number) => `${i}`.padStart(40, 'x'), (i: number) => ({ x: i })]) {
      const ratio = weigh(fields(2_560, make)) / weigh(fields(256, make))
      expect(ratio).toBeGreaterThan(9.5)
      expect(ratio).toBeLessThan(10.5)
    }
  })

  it('takes no longer for a million than for a thousand', () => {
    const visited: number[] = []
    const proxy = (length: number) =>
      new Proxy(
        Array.from({ length }, (_, i) => `${i}`),
        {
          get(target, name) {
            if (typeof name === 'string' && /^\d+$/.test(name)) visited.push(Number(name))
            return Reflect.get(target, name)
          },
        },
      )
    weigh(proxy(1_000_000))
    expect(visited.length).toBeLessThanOrEqual(256)
  })

  it('ends for what refers to itself, and counts what is shared once', () => {
    const shared = { text: 'x'.repeat(1_000) }
    const loop: { self?: unknown; shared: object[] } = { shared: [shared, shared] }
    loop.self = loop
    expect(weigh(loop)).toBeLessThan(2_000)
    const twice = Array.from({ length: 40 }, (_, i) => ({ i }))
    expect(weigh([...twice, ...twice]) - weigh(twice)).toBe(40 * 8)
  })

  it('is the same where a getter has another value weighed meanwhile, and after one that throws', () => {
    const plain = { a: { b: 'x'.repeat(50) }, c: [1, 2, 3] }
    const expected = weigh(plain)
    const asks = {
      get a() {
        weigh([plain, plain, { d: 1 }])
        return plain.a
      },
      c: plain.c,
    }
    expect(weigh(asks)).toBe(expected)
    const throws = {
      a: plain,
      get b(): never {
        throw new Error('lazy')
      },
    }
    expect(() => weigh(throws)).toThrow('lazy')
    expect(weigh(plain)).toBe(expected)
  })

  it('of a primitive is what it costs beyond its slot', () => {
    expect([null, true, undefined, 5].map(weigh)).toEqual([0, 0, 0, 0])
    expect(weigh(1.5)).toBe(16)
    expect(weigh(2n ** 200n)).toBeGreaterThan(32)
    expect(weighString('')).toBe(16)
  })
})
