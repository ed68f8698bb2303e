import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { alike, roundTrip, stored } from './round-trip.ts'

const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
]

describe('values come back as they went in', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['false', false],
    ['the empty string', ''],
    ['a string', 'Grüße, 世界 🎉'],
    ['a string that starts with a byte order mark', '\ufeffx'],
    ['a string with a lone surrogate', 'a\ud800b'],
    ['a long string with a lone surrogate, nested', [`${'x'.repeat(100)}\udc00`]],
    ['a nested string of 40 letters', ['x'.repeat(40)]],
    ['a nested string of 41 letters', ['x'.repeat(41)]],
    [
      'nested strings around the limits of their lengths',
      [31, 32, 85, 86, 255, 256, 21_845, 21_846].map((n) => 'é'.repeat(n)),
    ],
    ['a string that no slab holds', ['x'.repeat(100_000)]],
    ['an empty object', {}],
    ['an object without prototype', Object.assign(Object.create(null), { a: { b: 1 } })],
    [
      'keys of all kinds',
      { '': 1, 'a b': 2, 7: 3, ключ: 4, constructor: 5, hasOwnProperty: 6, toJSON: 7, '\ud800': 8 },
    ],
    ['16 fields', Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i]))],
    ['an empty array', []],
    ['undefined inside of objects and arrays', { a: undefined, b: [undefined, 1] }],
    ['holes', Object.assign([], { 1: 1, 3: undefined, 5: 5 })],
    ['an array of holes', new Array(3)],
    ['a date', new Date('2026-11-22T12:34:56.789Z')],
    ['the first and the last date', [new Date(-8.64e15), new Date(8.64e15)]],
    ['an invalid date', new Date(Number.NaN)],
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, new Map()],
        [undefined, null],
        [Number.NaN, []],
      ]),
    ],
    ['a set', new Set([1, 'a', new Set(), undefined, { x: [1n] }])],
    ['a regular expression', /^a(b)?\/$/giu],
    ['an address', { url: new URL('https://user@example.org:8080/a?b=c#d') }],
    ['an array buffer', new Uint8Array([1, 2, 3]).buffer],
    ['a data view', new DataView(new Uint8Array([1, 2, 3]).buffer)],
    ['big integers in typed arrays', [new BigInt64Array([-1n, 2n ** 63n - 1n]), new BigUint64Array([2n ** 64n - 1n])]],
  ])('%s', (_, value) => {
    expect(roundTrip(value)).toStrictEqual(value)
  })

  test.each(
    [0, -0, 1, -1, -32, -33, 127, 128, 255, 256, -128, -129, 32_767, 32_768, 65_535, 65_536, -32_768, -32_769]
      .concat([
        2 ** 31 - 1,
        2 ** 31,
        -(2 ** 31),
        -(2 ** 31) - 1,
        2 ** 32,
        2 ** 53 - 1,
        2 ** 53,
        2 ** 53 + 2,
        -(2 ** 53),
      ])
      .concat([0.1, -1.5, 1e308, 5e-324, Number.NaN, Infinity, -Infinity]),
  )('the number %d', (value) => {
    expect(Object.is(roundTrip(value), value)).toBe(true)
    expect(Object.is((roundTrip([value]) as number[])[0], value)).toBe(true)
  })

  test.each([0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 10n ** 400n, -(10n ** 400n)])(
    'the big integer %d, which stays one',
    (value) => {
      expect(roundTrip(value)).toBe(value)
    },
  )

  test.each(TYPED_ARRAYS)('%o, also as a part of a larger buffer', (type) => {
    const whole = new type([1, 2, 3, 200])
    for (const value of [whole, whole.subarray(1, 3), new type()]) {
      const back = roundTrip({ value }) as { value: unknown }
      expect(back.value).toStrictEqual(value)
      expect(Object.getPrototypeOf(back.value)).toBe(type.prototype)
    }
  })

  test.each([15, 16, 255, 256, 65_535, 65_536])('%d items, fields and bytes', (length) => {
    const items = Array.from({ length }, (_, i) => i)
    const value = { items, bytes: new Uint8Array(items), fields: Object.fromEntries(items.map((i) => [`k${i}`, i])) }
    // A comparison of texts: one of objects of this size takes seconds.
    expect(JSON.stringify(roundTrip(value))).toBe(JSON.stringify(value))
  })

  test('errors keep their class, message, stack, cause and own fields', () => {
    const cause = new RangeError('too far')
    const error = Object.assign(new TypeError('wrong', { cause }), { code: 'E_WRONG', at: new Date(5) })
    const back = roundTrip(error) as typeof error
    expect(back).toBeInstanceOf(TypeError)
    expect({ ...back, message: back.message, stack: back.stack }).toEqual({
      code: 'E_WRONG',
      at: new Date(5),
      message: 'wrong',
      stack: error.stack,
    })
    expect(back.cause).toBeInstanceOf(RangeError)
    expect(Object.keys(back)).toEqual(['code', 'at'])
  })

  test.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    '%o keeps its class',
    (type) => {
      const back = roundTrip(new type('x'))
      expect(Object.getPrototypeOf(back)).toBe(type.prototype)
      expect(back).toEqual(new type('x'))
    },
  )

  test('an aggregate error keeps its errors', () => {
    const back = roundTrip(new AggregateError([new Error('a'), new SyntaxError('b')], 'both')) as AggregateError
    expect(back).toBeInstanceOf(AggregateError)
    expect(back.errors).toEqual([new Error('a'), new SyntaxError('b')])
  })

  test('a regular expression keeps where it was', () => {
    const sticky = /a/y
    sticky.lastIndex = 3
    expect((roundTrip(sticky) as RegExp).lastIndex).toBe(3)
  })

  test('a value of another realm comes back as one of ours', () => {
    const foreign = runInNewContext(
      '({ a: [1, new Date(5)], m: new Map([[1, new Set([2])]]), e: new TypeError("x"), u: new Int8Array(2) })',
    )
    const back = roundTrip(foreign)
    expect(back).toEqual({
      a: [1, new Date(5)],
      m: new Map([[1, new Set([2])]]),
      e: new TypeError('x'),
      u: new Int8Array(2),
    })
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })

  test('a value of 1,000 levels', () => {
    let nested: unknown = 1n
    for (let i = 0; i < 1_000; i++) nested = i % 2 === 0 ? [nested] : new Map([[1, nested]])
    expect(roundTrip(nested)).toEqual(nested)
  })

  test('any value (and the comparison tells what differs)', () => {
    for (const [a, b] of [
      [0, -0],
      [[undefined], new Array(1)],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [new Set([[1]]), new Set([[2]])],
    ]) {
      expect(alike(a, b)).toBe(false)
    }
    fc.assert(
      fc.property(anyValue(), (value) => {
        expect(alike(roundTrip(value), value)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

function anyValue(): fc.Arbitrary<unknown> {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ max: 0xffff, min: 0 })).map((units) => String.fromCharCode(...units)),
  )
  const key = text.filter((name) => name !== '__proto__')
  const leaf = fc.oneof(
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.bigInt(),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.constantFrom(/a/g, new URL('http://a/')),
  )
  return fc.letrec((tie) => {
    const any = tie('any')
    return {
      any: fc.oneof(
        { maxDepth: 4 },
        leaf,
        tie('array'),
        tie('object'),
        tie('bare'),
        tie('map'),
        tie('set'),
        tie('sparse'),
      ),
      array: fc.array(any, { maxLength: 6 }),
      object: fc.dictionary(key, any, { noNullPrototype: true, maxKeys: 6 }),
      bare: fc.dictionary(key, any, { maxKeys: 6 }).map((fields) => Object.assign(Object.create(null), fields)),
      map: fc.array(fc.tuple(any, any), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      set: fc.array(any, { maxLength: 6 }).map((items) => new Set(items)),
      sparse: fc.sparseArray(any, { maxNumElements: 4, maxLength: 30 }),
    }
  }).any
}

describe('the form of a value', () => {
  test('a string is stored as it is', () => {
    expect(stored('é')).toEqual({ id: SerializerId.Text, bytes: new Uint8Array([0xc3, 0xa9]) })
  })

  test('bytes are stored as they are', () => {
    const bytes = new Uint8Array([1, 2])
    expect(stored(bytes)).toEqual({ id: SerializerId.Bytes, bytes })
  })

  test('anything else is MessagePack', () => {
    expect(stored({ a: 1 })).toEqual({ id: SerializerId.Msgpack, bytes: new Uint8Array([0x81, 0xa1, 0x61, 1]) })
  })

  test('a Buffer comes back as plain bytes', () => {
    for (const back of [roundTrip(Buffer.from('ab')), (roundTrip([Buffer.from('ab')]) as unknown[])[0]]) {
      expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
      expect(back).toEqual(new Uint8Array([97, 98]))
    }
  })

  test.each([[new Uint8Array([1, 2])], [{ nested: [new Uint8Array([1, 2]), new Int8Array([3])] }]])(
    'what comes back shares no memory with a Buffer from a client: %o',
    (value) => {
      const { id, bytes } = stored(value)
      const fromClient = Buffer.from(bytes)
      const back = new ValueSerializer().deserialize(id, fromClient)
      fromClient.fill(0)
      expect(back).toEqual(value)
    },
  )

  test('what was written stays as it is while more is written', () => {
    const values = Array.from({ length: 500 }, (_, i) => ({ i, text: 'x'.repeat(i) }))
    const all = values.map((value) => stored(value))
    expect(all.map(({ id, bytes }) => new ValueSerializer().deserialize(id, bytes))).toEqual(values)
  })

  test('a getter may store another value meanwhile', () => {
    const inner: unknown[] = []
    const value = {
      before: 1,
      get now() {
        inner.push(roundTrip({ inner: true }))
        return 2
      },
      after: 3,
    }
    expect(roundTrip(value)).toEqual({ before: 1, now: 2, after: 3 })
    expect(inner).toEqual([{ inner: true }])
  })
})
