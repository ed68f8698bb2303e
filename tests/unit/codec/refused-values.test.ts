import { describe, expect, test } from 'vitest'
import { jsonSerializer, locateValueError, type Serializer, ValueSerializer } from '../../../js/codec/serializer.ts'
import { CacheError } from '../../../js/errors.ts'
import { roundTrip } from './round-trip.ts'

class User {
  name = 'Ada'
}
class Tags extends Map {}
class Rows extends Array {}
class NotFound extends Error {}

function refusal(value: unknown, serializer?: Serializer): CacheError {
  try {
    new ValueSerializer(serializer).serialize(value)
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('it was not refused')
}

function cycle(): object {
  const root: { list: unknown[] } = { list: [] }
  root.list.push(new Map([['up', { root }]]))
  return root
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

const ADVICE = 'Store plain data, or give the region `serializer: jsonSerializer`'

describe('what would not come back as it is is refused, with its place', () => {
  test.each<{ value: unknown; message: string }>([
    { value: () => 1, message: 'value is a function' },
    { value: Symbol('s'), message: 'value is a symbol' },
    { value: { user: { onClick() {} } }, message: 'value.user.onClick is a function' },
    { value: { 'a b': [1, { $x: Symbol('s') }] }, message: 'value["a b"][1].$x is a symbol' },
    { value: new Map([['key', () => 1]]), message: 'value.get("key") is a function' },
    { value: new Map([[3, () => 1]]), message: 'value.get(3) is a function' },
    { value: new Map([[{}, () => 1]]), message: 'value.<value 0> is a function' },
    { value: new Map([[() => 1, 1]]), message: 'value.<key 0> is a function' },
    { value: new Set([1, () => 1]), message: 'value.<item 1> is a function' },
    { value: new Error('x', { cause: { f: () => 1 } }), message: 'value.cause.f is a function' },
    { value: Object.assign(new Error('x'), { retry: () => 1 }), message: 'value.retry is a function' },
    { value: { [Symbol('s')]: 1 }, message: 'value has a key that is a symbol' },
    { value: { a: JSON.parse('{"__proto__":{"admin":true}}') }, message: "value.a has a key '__proto__'" },
    { value: new User(), message: `value is an instance of User. ${ADVICE}` },
    { value: { tags: new Tags() }, message: `value.tags is an instance of Tags. ${ADVICE}` },
    { value: { rows: Rows.of(1) }, message: `value.rows is an instance of Rows. ${ADVICE}` },
    { value: new NotFound(), message: `value is an instance of NotFound. ${ADVICE}` },
    { value: Object.create({ inherited: 1 }), message: `value has a prototype of its own. ${ADVICE}` },
    { value: Promise.resolve(1), message: 'value is a Promise: await it, and store what it resolves with' },
    { value: new WeakMap(), message: `value is an instance of WeakMap. ${ADVICE}` },
    { value: Object(5), message: `value is an instance of Number. ${ADVICE}` },
    { value: new Proxy(new Date(5), {}), message: `value is an instance of Date. ${ADVICE}` },
    { value: cycle(), message: 'value.list[0].get("up").root is a cycle: it is value again' },
    { value: { a: cycle() }, message: 'value.a.list[0].get("up").root is a cycle: it is value.a again' },
    { value: nested(1_001), message: 'value is nested deeper than 1000 levels' },
    { value: Object.assign([], { 65536: 1 }), message: 'value is an array of length 65537 with holes' },
  ])('case %#: $message', ({ value, message }) => {
    const error = refusal(value)
    expect(error.code).toBe('UNSERIALIZABLE_VALUE')
    expect(error.message).toBe(message)
  })

  test('1,000 levels and 65,536 items with holes are not too much', () => {
    expect(() => roundTrip(nested(1_000))).not.toThrow()
    expect(() => roundTrip(Object.assign([], { 65535: 1 }))).not.toThrow()
  })

  test('a getter that throws is the cause', () => {
    const cause = new Error('lazy')
    const error = refusal({
      get lazy() {
        throw cause
      },
    })
    expect(error.message).toBe('the value could not be read: lazy')
    expect(error.cause).toBe(cause)
  })

  test('the next value is written as if nothing had been', () => {
    const big = { text: 'x'.repeat(50_000), bad: () => 1 }
    expect(refusal(big).message).toBe('value.bad is a function')
    expect(roundTrip({ good: true })).toEqual({ good: true })
  })
})

describe('the place of a value', () => {
  const error = refusal(() => 1)

  test('is the region and the key', () => {
    const located = locateValueError(error, 'sessions', 'u1') as CacheError
    expect(located).toMatchObject({
      code: 'UNSERIALIZABLE_VALUE',
      message: 'Cannot store key "u1" of region \'sessions\': value is a function',
      context: { region: 'sessions', key: 'u1' },
    })
  })

  test('is the region alone where the key is secret', () => {
    const located = locateValueError(error, 'secrets') as CacheError
    expect(located.message).toBe("Cannot store a value in region 'secrets': value is a function")
    expect(located.context).toEqual({ region: 'secrets' })
  })

  test('keeps the cause', () => {
    const cause = new Error('deep')
    const located = locateValueError(new CacheError('UNSERIALIZABLE_VALUE', 'x', { cause }), 'r') as CacheError
    expect(located.cause).toBe(cause)
    expect(Object.hasOwn(locateValueError(error, 'r') as CacheError, 'cause')).toBe(false)
  })

  test('is not added to other errors', () => {
    const other = new Error('other')
    expect(locateValueError(other, 'r', 'k')).toBe(other)
  })
})

describe('a serializer from outside', () => {
  const upper: Serializer = {
    id: 20,
    serialize: (value) => String(value).toUpperCase(),
    deserialize: (bytes) => new TextDecoder().decode(bytes),
  }

  test('gets every value, strings too, and its own bytes', () => {
    expect(new ValueSerializer(upper).serialize('abc')).toEqual({ serializer: 20, data: 'ABC' })
    expect(roundTrip('abc', new ValueSerializer(upper))).toBe('ABC')
  })

  test('leaves what was stored before readable', () => {
    const { serializer, data } = new ValueSerializer().serialize({ old: true })
    expect(new ValueSerializer(upper).deserialize(serializer, data as Uint8Array)).toEqual({ old: true })
  })

  test('that throws refuses the value', () => {
    const cause = new Error('no')
    const error = refusal(1, {
      ...upper,
      serialize: () => {
        throw cause
      },
    })
    expect(error).toMatchObject({
      code: 'UNSERIALIZABLE_VALUE',
      message: "the region's serializer refused the value: no",
      cause,
    })
  })

  test.each([[undefined], [5], ['\ud800']])('that answers %j refuses the value', (answer) => {
    const error = refusal(1, { ...upper, serialize: () => answer as string })
    expect(error.message).toBe("the region's serializer must answer a Uint8Array or a well-formed string")
  })

  test('may throw anything', () => {
    const error = refusal(1, {
      ...upper,
      serialize: () => {
        throw 'text'
      },
    })
    expect(error.message).toBe("the region's serializer refused the value: text")
  })
})

describe('jsonSerializer', () => {
  const json = new ValueSerializer(jsonSerializer)

  test('stores what JSON makes of a value', () => {
    expect(roundTrip({ user: new User(), at: new Date(0), none: undefined }, json)).toEqual({
      user: { name: 'Ada' },
      at: '1970-01-01T00:00:00.000Z',
    })
  })

  test('is readable for every region', () => {
    const { serializer, data } = json.serialize([1, '\ud800'])
    expect(new ValueSerializer().deserialize(serializer, new TextEncoder().encode(data as string))).toEqual([
      1,
      '\ud800',
    ])
  })

  test('refuses a function', () => {
    const message = "the region's serializer refused the value: JSON has no function"
    expect(refusal(() => 1, jsonSerializer).message).toBe(message)
  })

  test('is not asked for undefined, which stands for a value that is known not to exist', () => {
    expect(roundTrip(undefined, json)).toBe(undefined)
  })

  test('refuses a key that would set a prototype, not a text of that name', () => {
    expect(refusal(JSON.parse('[{"__proto__":1}]'), jsonSerializer).message).toContain('__proto__')
    expect(roundTrip(['__proto__', { a: '"__proto__":' }], json)).toEqual(['__proto__', { a: '"__proto__":' }])
  })
})
