import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativeCrc32 } from '../../../js/codec/native.ts'
import { openPlain } from '../../../js/codec/plain-envelope.ts'
import { SerializerId, ValueSerializer } from '../../../js/codec/serializer.ts'
import { Buffers } from '../../../js/core/buffers.ts'
import { Core } from '../../../js/core/core.ts'
import { formatSide } from '../../../js/flow/tags/entry-tags.ts'

const LIMIT = 1_000_000
const core = Core.shared()
const buffers = Buffers.of(core)
const serializer = new ValueSerializer()

interface Sealing {
  readonly side?: Uint8Array
  readonly compressAbove?: number
  readonly times?: readonly [created: number, freshUntil: number, staleUntil: number]
}

/** The envelope of a payload, as the core makes it. */
function envelopeOf(format: number, payload: string | Uint8Array, sealing: Sealing = {}): Uint8Array {
  const { side = new Uint8Array(0), compressAbove = -1, times = [1, 2, 3] } = sealing
  const codec = core.glue.CodecCore.plain('region', 1, compressAbove, LIMIT)
  buffers.writeStamp(new Uint8Array(16).fill(7))
  const rawBytes = buffers.writeValue(payload, side)
  const length = codec.encode(0, rawBytes, side.length, format, ...times, false)
  expect(length).toBeGreaterThan(0)
  const envelope = buffers.copy(core.glue.outPointer(), length)
  codec.free()
  return envelope
}

function envelopeOfValue(value: unknown, sealing?: Sealing): Uint8Array {
  const { serializer: format, data } = serializer.serialize(value)
  return envelopeOf(format, data, sealing)
}

/** Whether the core takes the bytes. */
function coreTakes(bytes: Uint8Array): boolean {
  const codec = core.glue.CodecCore.plain('region', 0, -1, LIMIT)
  const taken = codec.decode(0, buffers.writeValue(bytes), false) >= 0
  codec.free()
  return taken
}

/** Bytes in the middle of others, as clients hand them out. */
function amid(bytes: Uint8Array): Buffer {
  const around = Buffer.alloc(bytes.length + 20, 0xff)
  around.set(bytes, 7)
  return around.subarray(7, 7 + bytes.length)
}

const open = (bytes: Uint8Array, limit = LIMIT) => openPlain(bytes, serializer, limit)

describe.runIf(nativeCrc32() !== undefined)('a plain envelope opens without the core', () => {
  test('with its value and its times', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 2 })
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.object({ withDate: true, withNullPrototype: false }),
      fc.constant(undefined),
    )
    fc.assert(
      fc.property(value, time, time, fc.boolean(), (expected, created, some, forEver) => {
        const staleUntil = forEver ? Number.POSITIVE_INFINITY : Math.min(some + 5, 2 ** 48 - 2)
        const envelope = envelopeOfValue(expected, { times: [created, some, staleUntil] })
        const opened = open(amid(envelope))
        if (typeof expected === 'string' && expected.includes('\ufffd')) {
          expect(opened).toBeUndefined()
          return
        }
        expect(opened).toEqual({
          value: expected,
          tags: undefined,
          etag: undefined,
          envelope: amid(envelope),
          created,
          freshUntil: some,
          staleUntil,
        })
      }),
      { numRuns: 2_000 },
    )
  })

  test('and bytes are a copy', () => {
    const stored = amid(envelopeOfValue(Uint8Array.of(1, 2, 3)))
    const opened = open(stored)
    stored.fill(0)
    expect(opened?.value).toEqual(Uint8Array.of(1, 2, 3))
  })

  test('a leading U+FEFF is a character like any other', () => {
    expect(open(envelopeOfValue('\ufefftext'))?.value).toBe('\ufefftext')
  })
})

describe('left to the core is', () => {
  const sound = envelopeOfValue({ text: 'some', list: [1, 2, 3] })

  test('whatever the core refuses: bits flipped, bytes cut off or put behind', () => {
    for (let bit = 0; bit < sound.length * 8; bit++) {
      const damaged = sound.with(bit >> 3, (sound[bit >> 3] as number) ^ (1 << (bit & 7)))
      expect(open(damaged)).toBeUndefined()
      expect(coreTakes(damaged)).toBe(false)
    }
    for (let length = 0; length < sound.length; length++) expect(open(sound.slice(0, length))).toBeUndefined()
    expect(open(new Uint8Array([...sound, 0]))).toBeUndefined()
  })

  test('what has a right checksum and is wrong all the same', () => {
    const wrong: [string, (bytes: Uint8Array) => void][] = [
      ['magic', (bytes) => bytes.set([0x6e], 0)],
      ['version', (bytes) => bytes.set([2], 2)],
      ['flags', (bytes) => bytes.set([0x10], 3)],
      ['a tombstone with a payload', (bytes) => bytes.set([1, 0], 3)],
      ['format', (bytes) => bytes.set([5], 4)],
      ['compression', (bytes) => bytes.set([9], 5)],
      ['kind', (bytes) => bytes.set([1], 6)],
      ['stale before it is fresh', (bytes) => bytes.set([9], 30)],
      ['original length', (bytes) => bytes.set([1], 42)],
    ]
    for (const [what, change] of wrong) {
      const bytes = resealed(sound, change)
      expect(coreTakes(bytes), what).toBe(false)
      expect(open(bytes), what).toBeUndefined()
    }
    // The same, changed in nothing: else the checksums above would be what is wrong.
    expect(coreTakes(resealed(sound, () => undefined))).toBe(true)
  })

  test('a payload above the limit', () => {
    expect(open(sound, 3)).toBeUndefined()
  })

  test('a format of the application, a side block, a compressed payload', () => {
    expect(open(envelopeOf(200, 'text'))).toBeUndefined()
    expect(
      open(envelopeOf(SerializerId.Text, 'text', { side: formatSide({ tags: undefined, etag: 'v1' }, false) })),
    ).toBeUndefined()
    expect(open(envelopeOf(SerializerId.Text, 'a'.repeat(500), { compressAbove: 10 }))).toBeUndefined()
  })

  test('text that is not UTF-8, and MessagePack that is none', () => {
    expect(open(envelopeOf(SerializerId.Text, Uint8Array.of(0x61, 0xff)))).toBeUndefined()
    expect(open(envelopeOf(SerializerId.Msgpack, Uint8Array.of(0xc1)))).toBeUndefined()
  })
})

/** The envelope with a change, and the checksum that is right for it. */
function resealed(envelope: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = envelope.slice()
  change(bytes)
  const end = bytes.length - 4
  new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end)))
  return bytes
}

/** CRC-32, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let state = 0xffffffff
  for (const byte of bytes) {
    state ^= byte
    for (let bit = 0; bit < 8; bit++) state = (state >>> 1) ^ (state & 1 ? 0xedb88320 : 0)
  }
  return ~state >>> 0
}
