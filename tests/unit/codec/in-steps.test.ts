import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MsgpackReader } from '../../../js/codec/msgpack/reader.ts'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { alike, stored } from './round-trip.ts'

/** What came of a read: a value, or what the error said. */
type Outcome = { readonly value: unknown } | { readonly error: string }

function atOnce(bytes: Uint8Array, room = Infinity): Outcome {
  try {
    return { value: new MsgpackReader().read(bytes, 0, bytes.length, room) }
  } catch (error) {
    return { error: String(error) }
  }
}

async function inSteps(bytes: Uint8Array, room = Infinity): Promise<Outcome> {
  return new MsgpackReader()
    .readInSteps(bytes, room, async () => undefined)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    )
}

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}`, list: [id, null] }))

/** Values of more than half a megabyte, of one shape each. */
const LARGE: Readonly<Record<string, unknown>> = {
  'a list of objects': rows(30_000),
  'a list within objects': { page: { data: { rows: rows(30_000) }, total: 30_000 } },
  'an object of many fields': Object.fromEntries(rows(30_000).map((row) => [`key ${row.id}`, row])),
  'lists of lists': Array.from({ length: 100 }, () => Array.from({ length: 2_000 }, (_, i) => [i, -i])),
  'a list with holes': Object.assign([], Object.fromEntries(rows(400).map(({ id }) => [2 * id, 'x'.repeat(2_000)]))),
}

describe('a value that is read in steps', () => {
  test.each(Object.entries(LARGE))('is what it is at once, with pauses in between: %s', async (_, value) => {
    const { bytes } = stored(value)
    const pauses: number[] = []
    const pause = async () => void pauses.push(1)
    const read = await new MsgpackReader().readInSteps(bytes, Infinity, pause)
    expect(alike(read, value)).toBe(true)
    expect(pauses.length).toBeGreaterThanOrEqual(Math.floor(bytes.length / 140_000))
    expect(pauses.length).toBeLessThanOrEqual(Math.ceil(bytes.length / 131_072))
  })

  test('is what it is at once, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withDate: true, withSparseArray: true, maxDepth: 6 }), async (value) => {
        const { id, bytes } = stored([value])
        expect(id).toBe(SerializerId.Msgpack)
        const outcome = await inSteps(bytes)
        expect('value' in outcome && alike(outcome.value, [value])).toBe(true)
      }),
    )
  })

  test('is refused as it is at once: cut, changed, or too heavy', async () => {
    const { bytes } = stored({ a: rows(70), b: Object.assign([1], { 3: new Map([[1, 2]]) }) })
    for (let length = 0; length < bytes.length; length++) {
      expect(await inSteps(bytes.subarray(0, length))).toEqual(atOnce(bytes.subarray(0, length)))
    }
    const numbers = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(20_000))
    await fc.assert(
      fc.asyncProperty(numbers, async ([at, byte, room]) => {
        expect(await inSteps(bytes.with(at, byte), room)).toEqual(atOnce(bytes.with(at, byte), room))
      }),
      { numRuns: 2_000 },
    )
  })

  test('is refused where it is nested deeper than may be', async () => {
    const deep = Uint8Array.from({ length: 5_000 }, () => 0x91)
    expect(await inSteps(deep)).toEqual(atOnce(deep))
  })
})

test('formats of others are read at once', async () => {
  const serializer = new ValueSerializer()
  const pause = async () => expect.unreachable()
  const text = new TextEncoder().encode('x'.repeat(300_000))
  expect(await serializer.deserializeLarge(SerializerId.Text, text, pause)).toHaveLength(300_000)
  await expect(serializer.deserializeLarge(99, text, pause)).rejects.toThrow('no serializer has the id 99')
})
