import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completePlain, framedWriter, payloadLength, payloadOf } from '../../../js/codec/plain-writer.ts'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { Buffers } from '../../../js/core/buffers.ts'
import { Core } from '../../../js/core/core.ts'

const core = Core.shared()
const buffers = Buffers.of(core)
const serializer = new ValueSerializer()
const HEAD = { stamp: Uint8Array.from({ length: 16 }, (_, i) => i * 13), created: 1, freshUntil: 2, staleUntil: 3 }
const ALWAYS = Number.POSITIVE_INFINITY

/** The envelope that the core makes of the same, or nothing where it refuses the head. */
function byCore(value: unknown, { stamp, created, freshUntil, staleUntil }: typeof HEAD): Uint8Array | undefined {
  const codec = core.glue.CodecCore.plain('region', 0, -1, 2 ** 28)
  const { data } = serializer.serialize(value)
  buffers.writeStamp(stamp)
  const length = codec.encode(
    0,
    buffers.writeValue(data),
    0,
    SerializerId.Msgpack,
    created,
    freshUntil,
    staleUntil,
    false,
  )
  codec.free()
  return length < 0 ? undefined : buffers.copy(core.glue.outPointer(), length)
}

describe.runIf(framedWriter() !== undefined)('a plain envelope without the core', () => {
  const framed = (value: unknown) => serializer.serialize(value, framedWriter()).data as Uint8Array

  test('is the same to the byte, and stays so while others are made', () => {
    const time = fc.double({ min: 0, max: 2 ** 48 - 2, noNaN: true })
    const made: [Uint8Array, string][] = []
    fc.assert(
      fc.property(fc.object({ withDate: true }), time, time, fc.boolean(), (value, created, some, forEver) => {
        const head = { ...HEAD, created, freshUntil: some, staleUntil: forEver ? ALWAYS : some }
        const envelope = framed(value)
        if (!completePlain(envelope, head, ALWAYS)) return
        expect(envelope).toEqual(byCore(value, head))
        made.push([envelope, envelope.join()])
      }),
      { numRuns: 2_000 },
    )
    expect(made.length).toBeGreaterThan(1_500)
    for (const [envelope, bytes] of made) expect(envelope.join()).toBe(bytes)
  })

  test('comes out right after a value that was refused half way', () => {
    expect(() => framed({ text: 'x'.repeat(100), fields: { no: () => 1 } })).toThrow()
    const envelope = framed({ a: 1 })
    expect(completePlain(envelope, HEAD, ALWAYS)).toBe(true)
    expect(envelope).toEqual(byCore({ a: 1 }, HEAD))
  })

  test('is not made of what the core has to compress, or would pin too much', () => {
    const [small, large] = [framed({ text: 'x'.repeat(100) }), framed({ text: 'x'.repeat(2_100) })]
    expect(completePlain(small, HEAD, payloadLength(small))).toBe(false)
    expect(completePlain(small, HEAD, payloadLength(small) + 1)).toBe(true)
    expect(completePlain(large, HEAD, ALWAYS)).toBe(false)
    expect(payloadOf(large)).toEqual(serializer.serialize({ text: 'x'.repeat(2_100) }).data)
  })

  test.each([
    ['stale before it is not fresh any more', { staleUntil: 1 }],
    ['a time before 1970', { created: -1 }],
    ['no time at all', { created: Number.NaN }],
    ['a time that six bytes cannot hold', { staleUntil: 2 ** 48 - 1 }],
  ])('is not made with what the core refuses: %s', (_, change) => {
    const head = { ...HEAD, ...change }
    expect(completePlain(framed({ a: 1 }), head, ALWAYS)).toBe(false)
    expect(byCore({ a: 1 }, head)).toBeUndefined()
  })
})

describe('objects are written the same', () => {
  test.each([0, 1, 15, 16, 65_535, 65_536])('with %i fields, and what comes behind', (count) => {
    const fields = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))
    const { data } = serializer.serialize({ fields, behind: 'text' })
    expect(serializer.deserialize(SerializerId.Msgpack, data as Uint8Array)).toEqual({ fields, behind: 'text' })
  })

  test('where somebody gave fields to all objects', () => {
    Object.defineProperty(Object.prototype, 'everywhere', { value: 1, enumerable: true, configurable: true })
    let data: string | Uint8Array
    try {
      ;({ data } = serializer.serialize({ own: 1 }))
    } finally {
      Reflect.deleteProperty(Object.prototype, 'everywhere')
    }
    expect(data).toEqual(Uint8Array.of(0x81, 0xa3, 0x6f, 0x77, 0x6e, 1))
  })
})
