import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { stored } from './round-trip.ts'

const serializer = new ValueSerializer()

function read(...bytes: number[]): unknown {
  return serializer.deserialize(SerializerId.Msgpack, Uint8Array.from(bytes))
}

function readJson(text: string): unknown {
  return serializer.deserialize(SerializerId.Json, new TextEncoder().encode(text))
}

function text(word: string): number[] {
  return [0xa0 | word.length, ...new TextEncoder().encode(word)]
}

function extension(type: number, ...content: number[]): number[] {
  return [0xc7, content.length, type, ...content]
}

describe('malformed MessagePack is an error', () => {
  test.each<[string, number[]]>([
    ['nothing', []],
    ['a value and more', [1, 2]],
    ['a code that means nothing', [0xc1]],
    ['a cut number', [0xcb, 0, 0]],
    ['a cut length', [0xda, 0]],
    ['a string that ends too early', [0xa5, 97]],
    ['a long string that ends too early', [0xdb, 0xff, 0xff, 0xff, 0xff, 97]],
    ['a string that is not UTF-8', [0xa1, 0xff]],
    ['bytes that end too early', [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['an array of four thousand million items', [0xdd, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a map of as many', [0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 97, 1]],
    ['a key that is a number', [0x81, 1, 1]],
    ['a key __proto__', [0x81, ...text('__proto__'), 0x80]],
    ['a long key __proto__', [0x81, 0xd9, 9, ...text('__proto__').slice(1), 0x80]],
    ['an unknown extension', extension(99, 1)],
    ['an extension that says it is shorter', [0xc7, 1, 4, 0x92, 1, 1]],
    ['an extension that says it is longer', [0xc7, 5, 5, 0x90]],
    ['an undefined with content', [0xd4, 0, 1]],
    ['a hole outside of an array', [0xc7, 0, 1]],
    ['a date that is a text', extension(2, ...text('x'))],
    ['a big integer that is none', extension(3, ...text('xyz'))],
    ['a big integer that is a number', extension(3, 1)],
    ['a map of an odd number of items', extension(4, 0x91, 1)],
    ['a map that is no list', extension(4, 1)],
    ['a set that is no list', extension(5, 1)],
    ['bare fields that are a list', extension(6, 0x90)],
    ['bare fields that are a date', extension(6, ...extension(2, 1))],
    ['units that are no bytes', extension(7, 1)],
    ['an odd number of bytes for units', extension(7, 0xc4, 1, 0)],
    ['an unknown class of buffer', extension(8, 0x92, ...text('constructor'), 0xc4, 0)],
    ['a buffer of no bytes', extension(8, 0x92, ...text('Int8Array'), 1)],
    ['a buffer of half an item', extension(8, 0x92, ...text('Int16Array'), 0xc4, 1, 0)],
    ['an unknown class of error', extension(9, 0x93, ...text('toString'), 0x80, 0x80)],
    ['an error without fields', extension(9, 0x91, ...text('Error'))],
    ['a pattern that is none', extension(10, 0x93, ...text('('), 0xa0, 0)],
    ['a pattern that is nowhere', extension(10, 0x93, ...text('a'), 0xa0, 0xa0)],
    ['an address that is none', extension(11, ...text('x'))],
    ['arrays nested too deep', [...new Array(2_002).fill(0x91), 1]],
    ['arrays nested so deep that a stack would overflow', [...new Array(1_000_000).fill(0x91), 1]],
  ])('%s', (_, bytes) => {
    expect(() => read(...bytes)).toThrow(Error)
  })

  test('an unknown format', () => {
    expect(() => serializer.deserialize(15, new Uint8Array())).toThrow('no serializer has the id 15')
  })

  test('whatever the bytes are, an error or a value, and nothing else changes', () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => attempt(bytes)),
      { numRuns: 5_000 },
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })

  test('bytes that were right and changed in a place are an error or another value', () => {
    const value = {
      a: [1, new Date(5), new Map([['k', new Set([1n, 2n ** 80n])]])],
      e: new TypeError('x'),
      f: new Float32Array(3),
    }
    const { bytes } = stored(value)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = byte
        attempt(changed)
        attempt(bytes.slice(0, at))
      }),
      { numRuns: 3_000 },
    )
  })
})

function attempt(bytes: Uint8Array): void {
  try {
    serializer.deserialize(SerializerId.Msgpack, bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
  }
}

describe('what others write is read', () => {
  test.each<[string, number[], unknown]>([
    ['float 32', [0xca, 0x3f, 0xc0, 0, 0], 1.5],
    ['uint 32', [0xce, 0xff, 0xff, 0xff, 0xff], 2 ** 32 - 1],
    ['uint 64, as a big integer', [0xcf, ...new Array(8).fill(0xff)], 2n ** 64n - 1n],
    ['str 8 for a short string', [0xd9, 1, 97], 'a'],
    ['bin 16 for short bytes', [0xc5, 0, 1, 7], new Uint8Array([7])],
    ['array 16 and map 16 for short ones', [0xdc, 0, 1, 0xde, 0, 1, 0xa1, 97, 1], [{ a: 1 }]],
    ['fixext of two bytes', [0xd5, 5, 0x91, 1], new Set([1])],
    ['ext 16', [0xc8, 0, 2, 5, 0x91, 1], new Set([1])],
  ])('%s', (_, bytes, value) => {
    expect(read(...bytes)).toStrictEqual(value)
  })
})

describe('hostile JSON is an error', () => {
  test.each([
    ['{"__proto__":{"admin":true}}'],
    ['[{"a":[{"__proto__":1}]}]'],
    ['{"\\u005f_proto__":1}'],
    ['{"__pro\\u0074o__":1}'],
    ['{"a":1'],
    [''],
  ])('%s', (json) => {
    expect(() => readJson(json)).toThrow(SyntaxError)
  })

  test('that is not UTF-8', () => {
    expect(() => serializer.deserialize(SerializerId.Json, Uint8Array.from([0x22, 0xff, 0x22]))).toThrow(TypeError)
  })

  test('a text that only looks like it is a value', () => {
    expect(readJson('["__proto__", "\\u0000", {"a":"__proto__"}]')).toEqual(['__proto__', '\0', { a: '__proto__' }])
  })
})
