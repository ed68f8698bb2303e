import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hasChecksum, isHosted, writeChecksum } from '../../../js/codec/checksum.ts'
import { nativeCrc32 } from '../../../js/codec/native.ts'
import { Buffers } from '../../../js/core/buffers.ts'
import { Core } from '../../../js/core/core.ts'

const core = Core.shared()
const buffers = Buffers.of(core)
const TEXT = 'one and the same, again and again; '.repeat(40)

/** A compressed envelope, with a checksum by the core or four bytes for one. */
function encode(hosted: boolean): Uint8Array {
  const codec = core.glue.CodecCore.plain('region', 2, 10, 1_000_000)
  buffers.writeStamp(new Uint8Array(16))
  const length = codec.encode(0, buffers.writeValue(TEXT), 0, 1, 1, 2, 3, hosted)
  codec.free()
  return buffers.copy(core.glue.outPointer(), length)
}

/** The core's answer: a format, or the name of what is wrong. */
function decode(envelope: Uint8Array, checked: boolean): number | string {
  const codec = core.glue.CodecCore.plain('region', 0, -1, 1_000_000)
  const code = codec.decode(0, buffers.writeValue(envelope), checked)
  codec.free()
  return code < 0 ? core.glue.errorName(code) : code
}

describe.runIf(nativeCrc32() !== undefined)('a checksum by the runtime', () => {
  test('is the one that the core writes', () => {
    const envelope = encode(true)
    expect([...envelope.subarray(-4)]).toEqual([0, 0, 0, 0])
    expect(hasChecksum(envelope)).toBe(false)
    expect(writeChecksum(envelope)).toBe(true)
    expect(envelope).toEqual(encode(false))
    expect(hasChecksum(envelope)).toBe(true)
  })

  test('is that of what stands before it, whatever that is', () => {
    for (let length = 50; length < 320; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i * length) & 0xff)
      writeChecksum(bytes)
      expect(new DataView(bytes.buffer).getUint32(length - 4)).toBe(crc32(bytes.subarray(0, length - 4)))
    }
  })

  test('is missing from every envelope with a flipped bit, and from what is too short for one', () => {
    const sound = encode(false)
    for (let bit = 0; bit < sound.length * 8; bit++) {
      const damaged = sound.with(bit >> 3, (sound[bit >> 3] as number) ^ (1 << (bit & 7)))
      expect(hasChecksum(damaged)).toBe(false)
    }
    expect(hasChecksum(sound.subarray(0, 20))).toBe(false)
  })

  test('is not looked at again by the core, which opens nothing else that is wrong', () => {
    const unsigned = encode(true)
    expect(decode(unsigned, false)).toBe('checksum')
    expect(decode(unsigned, true)).toBe(1)
    expect(decode(unsigned.subarray(0, -9), true)).not.toBe(1)
  })

  test('is for what is large enough', () => {
    expect([511, 512].map(isHosted)).toEqual([false, true])
  })
})
