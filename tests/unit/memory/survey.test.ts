import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { survey, weigh } from '../../../js/memory/weigh.ts'
import { alike, roundTrip } from '../codec/round-trip.ts'

/** Plain data, and here and there what is none, or comes back only because the serializer knows more. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constantFrom(null, undefined)),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { maxKeys: 4 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.constantFrom<unknown>(new Date(0), new Map(), 1n, new Uint8Array(2), new Error('x'), Object.create(null)),
    fc.constantFrom<unknown>(() => 1, Symbol('s'), { [Symbol('s')]: 1 }, new (class User {})(), Promise.resolve()),
  ),
})).value

function cycle(): object {
  const root: { self?: unknown } = {}
  root.self = root
  return root
}

/** One object under two names, in so many levels: its tree has more nodes than anybody can visit. */
function doubling(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = { left: value, right: value }
  return value
}

describe('plain data', () => {
  test('comes back as it went in, whatever it is made of', () => {
    let plain = 0
    const comesBack = (value: unknown) => {
      const seen = survey(value)
      expect(seen?.weight).toBe(weigh(value))
      if (!seen?.plain) return
      plain++
      expect(alike(roundTrip(value), value)).toBe(true)
    }
    fc.assert(fc.property(values, comesBack), { numRuns: 3_000 })
    expect(plain).toBeGreaterThan(500)
  })

  test.each<[string, unknown]>([
    ['a text', 'Grüße \ud800'],
    ['a number', -0],
    ['null', null],
    ['fields of all kinds', { a: 1, b: { c: [1.5, 'x', null, true] }, d: undefined, '': [[]] }],
    ['60 levels', Array.from({ length: 60 }).reduce((inner) => [inner], 1)],
    ['a list of 256', Array.from({ length: 256 }, (_, i) => i)],
  ])('is %s', (_, value) => expect(survey(value)?.plain).toBe(true))

  test.each<[string, unknown]>([
    ['a function', { onClick() {} }],
    ['a symbol as a key', { a: { [Symbol('s')]: 1 } }],
    ['a key named __proto__', JSON.parse('[{"__proto__":{"admin":true}}]')],
    ['an instance', [new (class User {})()]],
    ['a subclass of Array', new (class Rows extends Array {})()],
    ['an instance of the language', { at: new Date(0) }],
    ['a BigInt, which may have any length', [1n]],
    ['a list with holes', new Array(3)],
    ['a cycle', cycle()],
    ['what has a part twice', doubling(40)],
    ['a long list', Array.from({ length: 257 }, (_, i) => i)],
    ['an object of many fields', Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`field${i}`, i]))],
    ['what has many parts', Array.from({ length: 256 }, () => ({}))],
    ['a large text', 'x'.repeat(2 ** 20)],
    ['a field with a large name', { ['x'.repeat(2 ** 20)]: 1 }],
    ['many levels', Array.from({ length: 300 }).reduce((inner) => [inner], 1)],
  ])('is not %s', (_, value) => expect(survey(value)?.plain).toBe(false))

  test('and what a getter that throws is in, nobody knows; what comes next is seen as ever', () => {
    const lazy = {
      get lazy() {
        throw new Error('lazy')
      },
    }
    expect(survey({ a: [1], lazy })).toBeUndefined()
    expect(survey({ a: [1] })).toEqual({ weight: weigh({ a: [1] }), plain: true })
  })
})
