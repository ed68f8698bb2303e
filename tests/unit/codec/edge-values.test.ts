import { describe, expect, test } from 'vitest'
import { jsonSerializer, SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { encodeUtf8 } from '../../../js/codec/text.ts'
import { CacheError } from '../../../js/errors.ts'
import { roundTrip } from './round-trip.ts'

/*
 * The table of docs/values.md, row by row.
 */

const json = new ValueSerializer(jsonSerializer)
const KINDS = [
  { name: 'MessagePack', by: new ValueSerializer() },
  { name: 'JSON', by: json },
] as const

const readJson = (text: string): unknown => json.deserialize(SerializerId.Json, encodeUtf8(text))
const readMsgpack = (...bytes: number[]): unknown => json.deserialize(SerializerId.Msgpack, Uint8Array.from(bytes))

/** An array in an array, and so on. */
function nested(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

function depthOf(value: unknown): number {
  let depth = 0
  for (let inner = value; Array.isArray(inner); inner = inner[0]) depth++
  return depth
}

function refusal(value: unknown, by: ValueSerializer): string | undefined {
  try {
    by.serialize(value)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(CacheError)
    return (error as CacheError).code
  }
}

describe('numbers', () => {
  const odd = [NaN, Infinity, -Infinity, -0, 2 ** 53, 2 ** 53 + 2]

  test('are themselves as MessagePack', () => {
    expect(roundTrip(odd)).toStrictEqual(odd)
    for (const one of odd) expect(Object.is(roundTrip(one), one)).toBe(true)
  })

  test('are what JSON has, as JSON', () => {
    expect(roundTrip(odd, json)).toStrictEqual([null, null, null, 0, 2 ** 53, 2 ** 53 + 2])
  })

  test('of 2^53 + 1 are exact as a BigInt alone', () => {
    const big = 2n ** 53n + 1n
    expect(roundTrip({ big })).toStrictEqual({ big })
    expect(refusal({ big }, json)).toBe('UNSERIALIZABLE_VALUE')
    const unsigned = [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1]
    expect(readMsgpack(...unsigned)).toBe(big)
    expect(readMsgpack(0xd3, ...unsigned.slice(1))).toBe(big)
    expect(readJson('[9007199254740993, 1e400, -0]')).toStrictEqual([2 ** 53, Infinity, -0])
  })
})

describe.each(KINDS)('as $name', ({ by }) => {
  test('lone surrogates come back, in values and in keys', () => {
    const value = { high: '\ud800', low: ['a\udc00b'], '\udfff': 1, pair: '\ud83d\ude00' }
    expect(roundTrip(value, by)).toStrictEqual(value)
    expect(roundTrip('\ud800', by)).toBe('\ud800')
  })

  test('names that every object has are fields like any other', () => {
    const value = { constructor: { prototype: { admin: true } }, toString: 1, hasOwnProperty: 2, valueOf: null }
    expect(JSON.stringify(roundTrip(value, by))).toBe(JSON.stringify(value))
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  test('a key __proto__ is refused', () => {
    expect(refusal(JSON.parse('{"a":[{"__proto__":{"admin":true}}]}'), by)).toBe('UNSERIALIZABLE_VALUE')
  })

  test('undefined as a whole is itself', () => {
    expect(roundTrip(undefined, by)).toBeUndefined()
  })

  test('a cycle is refused', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = [cycle]
    expect(refusal(cycle, by)).toBe('UNSERIALIZABLE_VALUE')
  })

  test.each([10_000, 1_000_000])('%d levels are refused', (levels) => {
    expect(refusal(nested(levels), by)).toBe('UNSERIALIZABLE_VALUE')
    expect(roundTrip([1], by)).toEqual([1])
  })

  test('a thousand levels come back', () => {
    expect(depthOf(roundTrip(nested(1_000), by))).toBe(1_000)
  })
})

describe('bytes of another program', () => {
  test('with equal keys have the last one', () => {
    expect(readJson('{"a":1,"b":2,"a":3}')).toStrictEqual({ a: 3, b: 2 })
    expect(readMsgpack(0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2)).toStrictEqual({ a: 2 })
  })

  test('of 10,000 levels are an error as MessagePack, and as deep as they are as JSON', () => {
    const code = (fill: number, last: number): number[] => [...new Array<number>(10_000).fill(fill), last]
    expect(() => readMsgpack(...code(0x91, 1))).toThrow('nested deeper than 1000 levels')
    const maps = Array.from({ length: 10_000 }, () => [0x81, 0xa1, 0x61]).flat()
    expect(() => readMsgpack(...maps, 1)).toThrow('nested deeper than 1000 levels')
    expect(depthOf(readJson(`${'['.repeat(10_000)}${']'.repeat(10_000)}`))).toBe(10_000)
  })

  test('with a key __proto__ at the bottom of 10,000 levels are an error', () => {
    expect(() => readJson(`${'['.repeat(10_000)}{"__proto__":1}${']'.repeat(10_000)}`)).toThrow(SyntaxError)
  })
})
