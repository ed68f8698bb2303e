import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { expect, test } from 'vitest'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { stored } from './round-trip.ts'

const other = new Packr({ useRecords: false, variableMapSize: true })

const plain = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true }).map((n) => n + 0),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('array'),
    tie('object'),
  ),
  array: fc.array(tie('any'), { maxLength: 6 }),
  object: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    tie('any'),
    { noNullPrototype: true, maxKeys: 6 },
  ),
}))

test('another implementation reads what is written of plain data', () => {
  fc.assert(
    fc.property(plain.array, (value) => {
      expect(other.unpack(Buffer.from(stored(value).bytes))).toEqual(value)
    }),
  )
})

test('what another implementation writes of plain data is read', () => {
  fc.assert(
    fc.property(plain.array, (value) => {
      expect(new ValueSerializer().deserialize(SerializerId.Msgpack, other.pack(value))).toEqual(value)
    }),
  )
})
