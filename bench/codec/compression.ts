import { deflateRawSync, inflateRawSync } from 'node:zlib'
import lz4 from 'lz4-wasm-nodejs'
import { ourCodec } from './ours.ts'
import { page } from './samples.ts'
import { type CodecTarget, type CodecWork, contender, OURS } from './work.ts'

const KB = 1024
const LEVEL_1 = 'node:zlib, level 1'
const LEVEL_6 = 'node:zlib, level 6'
const ZLIB = 'node:zlib'
const LZ4 = 'lz4-wasm-nodejs'

/** What is beside the body in an envelope: header and checksum. */
const AROUND = 50

export const COMPRESSION_TARGETS: readonly CodecTarget[] = [
  { work: 'deflate-1KB', peer: LEVEL_1, kind: 'time', limit: 0.8 },
  { work: 'deflate-1KB', peer: LEVEL_6, kind: 'bytes', limit: 1.03 },
  { work: 'deflate-10KB', peer: LEVEL_6, kind: 'time', limit: 1.6 },
  { work: 'deflate-10KB', peer: LEVEL_6, kind: 'bytes', limit: 1.03 },
  { work: 'inflate-1KB', peer: ZLIB, kind: 'time', limit: 0.5 },
  { work: 'inflate-10KB', peer: ZLIB, kind: 'time', limit: 1 },
  ...[1, 10, 100].flatMap((size) =>
    ['pack', 'open'].map((way): CodecTarget => ({ work: `lz4-${way}-${size}KB`, peer: LZ4, kind: 'rate', limit: 0.9 })),
  ),
]

export function compressionWorks(): CodecWork[] {
  return [...[1, 10, 100].flatMap(deflateWorks), ...[1, 10, 100].flatMap(lz4Works)]
}

function deflateWorks(size: number): CodecWork[] {
  const text = page(size * KB, size)
  const codec = ourCodec({ compression: 'deflate' })
  const envelope = codec.pack(text)
  const stream = deflateRawSync(text, { level: 6 })
  const [first, sixth] = [deflateRawSync(text, { level: 1 }), stream]
  const times = Math.ceil(100 / size)
  return [
    {
      name: `deflate-${size}KB`,
      title: `Deflate, ${size} KB of JSON`,
      about: 'Bytes to an envelope, checksum included; to a stream by `deflateRawSync`.',
      against: [LEVEL_1],
      contenders: {
        [OURS]: contender(times, () => codec.pack(text)),
        [LEVEL_1]: contender(times, () => deflateRawSync(text, { level: 1 })),
        [LEVEL_6]: contender(times, () => deflateRawSync(text, { level: 6 })),
      },
      bytes: { [OURS]: envelope.length - AROUND, [LEVEL_1]: first.length, [LEVEL_6]: sixth.length },
    },
    {
      name: `inflate-${size}KB`,
      title: `Inflate, ${size} KB of JSON`,
      about: 'An envelope to bytes, checksum compared; a stream by `inflateRawSync`.',
      against: [ZLIB],
      contenders: {
        [OURS]: contender(times, () => codec.open(envelope)),
        [ZLIB]: contender(times, () => inflateRawSync(stream)),
      },
    },
  ]
}

function lz4Works(size: number): CodecWork[] {
  const text = page(size * KB, size)
  const codec = ourCodec({ compression: 'lz4' })
  const envelope = codec.pack(text)
  const block = lz4.compress(text)
  const times = Math.ceil(500 / size)
  return [
    {
      name: `lz4-pack-${size}KB`,
      title: `LZ4, ${size} KB of JSON`,
      about: 'Bytes to an envelope, checksum included; to a block with its length.',
      against: [LZ4],
      contenders: {
        [OURS]: contender(times, () => codec.pack(text)),
        [LZ4]: contender(times, () => lz4.compress(text)),
      },
      bytes: { [OURS]: envelope.length - AROUND, [LZ4]: block.length },
    },
    {
      name: `lz4-open-${size}KB`,
      title: `LZ4 back, ${size} KB of JSON`,
      about: 'An envelope to bytes, checksum compared; a block with its length to bytes.',
      against: [LZ4],
      contenders: {
        [OURS]: contender(times, () => codec.open(envelope)),
        [LZ4]: contender(times, () => lz4.decompress(block)),
      },
    },
  ]
}
