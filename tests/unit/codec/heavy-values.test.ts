import { describe, expect, test } from 'vitest'
import { assertLight } from '../../../js/codec/json.ts'
import { TooHeavy } from '../../../js/codec/msgpack/format.ts'
import { jsonSerializer, SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { alike, roundTrip, stored } from './round-trip.ts'

const MB = 2 ** 20

/** A serializer for values whose parts take so much memory. */
function within(room: number, custom?: typeof jsonSerializer): ValueSerializer {
  return Object.assign(new ValueSerializer(custom), { room })
}

/** A list of so many items of the same bytes, as MessagePack. */
function listOf(count: number, ...item: number[]): Uint8Array {
  const bytes = new Uint8Array(5 + count * item.length)
  bytes[0] = 0xdd
  new DataView(bytes.buffer).setUint32(1, count)
  for (let i = 0; i < count; i++) bytes.set(item, 5 + i * item.length)
  return bytes
}

/** With how much room something is done. */
function leastRoom(work: (serializer: ValueSerializer) => unknown): number {
  let [least, most] = [0, MB]
  while (least < most) {
    const room = (least + most) >> 1
    try {
      work(within(room))
      most = room
    } catch {
      least = room + 1
    }
  }
  return least
}

describe('bytes that would become a value of very much more are refused', () => {
  test.each<[string, number[]]>([
    ['empty lists', [0x90]],
    ['empty objects', [0x80]],
    ['objects', [0x81, 0xa1, 97, 1]],
    ['bytes', [0xc4, 0]],
    ['texts', [0xa2, 97, 98]],
    ['dates', [0xd4, 2, 0]],
    ['sets', [0xd4, 5, 0x90]],
    ['big integers', [0xd5, 3, 0xa1, 97]],
    ['errors', [0xc7, 9, 9, 0x93, 0xa5, 69, 114, 114, 111, 114, 0x80, 0x80]],
    ['numbers', [1]],
  ])('a list of %s', (_, item) => {
    const count = 20_000
    const bytes = listOf(count, ...item)
    const read = (room: number) => within(room).deserialize(SerializerId.Msgpack, bytes)
    expect(() => read(MB / 8)).toThrow(TooHeavy)
    expect(read(12 * MB)).toHaveLength(count)
  })

  test('an object of very many fields', () => {
    const count = 50_000
    const fields = Array.from({ length: count }, (_, i) => [`${i}`, 0] as const)
    const { bytes } = stored(Object.fromEntries(fields))
    expect(() => within(2 * MB).deserialize(SerializerId.Msgpack, bytes)).toThrow(TooHeavy)
  })

  test.each([
    ['a list', 0xdd],
    ['an object', 0xdf],
  ])('%s that says it has more items than there are bytes takes none of its room', (_, code) => {
    const bytes = Uint8Array.of(code, 0, 0, 1, 0, ...new Array(200).fill(0))
    expect(() => within(100).deserialize(SerializerId.Msgpack, bytes)).toThrow('they end within a value')
  })

  test.each(['{},', '[],', '"ab",', '{"a":1},'])('JSON of many %s', (item) => {
    const json = new TextEncoder().encode(`[${item.repeat(100_000)}0]`)
    expect(() => within(MB).deserialize(SerializerId.Json, json)).toThrow(TooHeavy)
    expect(within(20 * MB).deserialize(SerializerId.Json, json)).toHaveLength(100_001)
  })

  test('but no text that is full of brackets', () => {
    expect(() => assertLight(JSON.stringify('[{"a":1},'.repeat(100_000)), MB)).not.toThrow()
  })
})

describe('what is refused when it is read is refused when it is written', () => {
  const values: [string, unknown][] = [
    ['empty lists', []],
    ['objects', { a: 1, b: ['x'] }],
    ['wide objects', Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a long key number ${i} of many`, i]))],
    ['bare objects', Object.assign(Object.create(null), { a: 1 })],
    ['texts', 'abc'],
    ['lone surrogates', { '\ud800': '\udfff' }],
    ['dates', new Date(0)],
    ['big integers', [2n ** 70n, 1n]],
    ['maps', new Map([['a', new Set([1])]])],
    ['bytes', [new Uint8Array(2), new Float32Array(1)]],
    ['errors', new TypeError('x')],
    ['patterns and addresses', [/a/g, new URL('a:b')]],
    ['numbers', [1, 1.5, null, true, undefined]],
  ]
  test.each(values)('%s: no value is written that cannot be read', (_, value) => {
    const list = new Array(20).fill(value)
    const { bytes } = stored(list)
    const written = leastRoom((serializer) => serializer.serialize(list))
    const read = leastRoom((serializer) => serializer.deserialize(SerializerId.Msgpack, bytes))
    expect(read).toBeGreaterThan(100)
    expect(written).toBeGreaterThanOrEqual(read)
    expect(written).toBeLessThan(2 * read)
  })

  test('with a message that says so, as JSON too', () => {
    const value = { list: new Array(50_000).fill({}) }
    expect(() => within(MB).serialize(value)).toThrow('value has so many parts that they would take more than 1048576')
    expect(() => within(MB, jsonSerializer).serialize(value)).toThrow('so many parts')
  })
})

test('a million small numbers, and half a million small objects, fit into the least room', () => {
  const least = within(64 * MB)
  const numbers = Array.from({ length: 1_000_000 }, (_, i) => i % 100)
  expect(alike(roundTrip(numbers, least), numbers)).toBe(true)
  const points = Array.from({ length: 500_000 }, (_, i) => ({ x: i % 100, y: 1 }))
  expect(roundTrip(points, least)).toHaveLength(500_000)
})
