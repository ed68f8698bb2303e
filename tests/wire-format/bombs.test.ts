import { constants, crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Core } from '../../js/core/core.ts'
import type { Fixture } from './fixtures.ts'
import { bytesOf, readManifest } from './fixtures.ts'
import { makeCodec } from './reading.ts'
import { FixtureTier } from './tier.ts'

/*
 * Small bytes that would become large ones, and lengths that lie. Each is refused by name, and neither linear
 * memory nor the heap grows by what they ask for.
 */

const MB = 2 ** 20
const GB = 2 ** 30

/** A stream of 1 MB that inflates to 1 GB: a block of zeros, again and again. */
const block = deflateRawSync(Buffer.alloc(16 * MB), { finishFlush: constants.Z_FULL_FLUSH })
const BOMB = Buffer.concat([...new Array<Buffer>(64).fill(block), Buffer.of(3, 0)])

/** A plain entry of any header and body, with a right checksum. */
function envelope(
  flags: number,
  serializer: number,
  compression: number,
  length: number,
  body: Uint8Array,
): Uint8Array {
  const head = Buffer.alloc(46)
  head.set([0x6f, 0x63, 1, flags, serializer, compression, 0, 0])
  head.fill(2, 8, 30).fill(9, 30, 42).writeUInt32BE(length, 42)
  const covered = Buffer.concat([head, body])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(covered))
  return new Uint8Array(Buffer.concat([covered, checksum]))
}

/** 1 MB of an LZ4 block: one byte again and again, 255 times as many as there are. */
const LZ4_BOMB = Buffer.concat([Buffer.of(0x1f, 97, 1, 0), Buffer.alloc(MB, 255), Buffer.of(0, 0x50, 1, 2, 3, 4, 5)])
const word = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, '0'), 'hex')

const CASES: readonly (readonly [name: string, reason: string, bytes: Uint8Array])[] = [
  ['1 MB of deflate that says it is 1 GB', 'too-large', envelope(2, 2, 1, GB, BOMB)],
  ['1 MB of deflate that says it is 4 GB', 'too-large', envelope(2, 2, 1, 2 ** 32 - 1, BOMB)],
  ['1 MB of deflate that says it is 64 KB', 'inflate', envelope(2, 2, 1, 65_536, BOMB)],
  ['deflate that says more than it can', 'bomb', envelope(2, 2, 1, 255 * MB, BOMB.subarray(0, 200_000))],
  ['1 MB of LZ4 that says it is 1 GB', 'too-large', envelope(2, 2, 2, GB, LZ4_BOMB)],
  ['1 MB of LZ4 that says it is 64 KB', 'lz4', envelope(2, 2, 2, 65_536, LZ4_BOMB)],
  ['LZ4 that says more than it can', 'bomb', envelope(2, 2, 2, 255 * MB, LZ4_BOMB.subarray(0, MB - 10))],
  ['a payload of 4 GB in ten bytes', 'too-large', envelope(0, 2, 0, 2 ** 32 - 1, Buffer.alloc(10))],
  ['a payload of 255 MB in ten bytes', 'length', envelope(0, 2, 0, 255 * MB, Buffer.alloc(10))],
  ['a side block of 4 GB', 'length', envelope(8, 2, 0, 1, Buffer.concat([word(2 ** 32 - 1), Buffer.alloc(9)]))],
  ['65,535 tags in a side block', 'side', envelope(8, 2, 0, 1, Buffer.concat([word(4), Buffer.of(255, 255, 0, 9, 1)]))],
  ['an array of 4 billion items', 'value', envelope(0, 4, 0, 6, Buffer.of(0xdd, 255, 255, 255, 255, 1))],
  ['a map of 4 billion fields', 'value', envelope(0, 4, 0, 5, Buffer.of(0xdf, 255, 255, 255, 255))],
  ['a string of 4 GB', 'value', envelope(0, 4, 0, 6, Buffer.of(0xdb, 255, 255, 255, 255, 97))],
  ['a million arrays in one another', 'value', envelope(0, 4, 0, MB, Buffer.alloc(MB, 0x91))],
]

describe('what would become large is refused', () => {
  test('and the streams are what they are said to be', () => {
    expect(BOMB.length).toBeLessThan(1.1 * MB)
    expect(block.length * 64 + 2).toBe(BOMB.length)
    const { native, buffers } = makeCodec({}, Core.create())
    const once = envelope(2, 2, 1, 16 * MB, Buffer.concat([block, Buffer.of(3, 0)]))
    expect(native.decode(0, buffers.writeValue(once), false)).toBe(2)
  })

  test.each(CASES)('in no more memory than twice its own bytes: %s', (_, reason, bytes) => {
    const core = Core.create()
    const codec = makeCodec({}, core)
    codec.open('k', bytes.slice(0, 100))
    const before = core.glue.memory.buffer.byteLength
    expect(codec.open('k', bytes)).toEqual({ ok: false, reason })
    expect(core.glue.memory.buffer.byteLength - before).toBeLessThan(2 * bytes.length + MB)
    expect(core.crashed).toBe(false)
  })

  test.each(CASES)('as a miss of its region: %s', async (_, reason, bytes) => {
    const manifest = readManifest()
    const fixture = manifest.fixtures.find(({ name }) => name === 'text') as Fixture
    const tier = new FixtureTier(manifest)
    await tier.begin()
    const cache = tier.cache(false)
    const reasons: string[] = []
    cache.on('corrupt', (event) => reasons.push(event.reason))
    await tier.put(fixture, bytes)
    const before = Core.shared().glue.memory.buffer.byteLength
    expect(await cache.get(manifest.region, fixture.key)).toBeUndefined()
    expect(reasons).toEqual([reason])
    expect(Core.shared().glue.memory.buffer.byteLength - before).toBeLessThan(3 * MB)
    await tier.put(fixture, bytesOf(fixture))
    expect(await cache.get(manifest.region, fixture.key)).toBe('Grüße, 日本 😀')
    const closing = cache.close()
    await tier.clock.advance(10_000)
    await closing
  })

  test('but not opened: an envelope within an envelope is bytes', () => {
    const inner = envelope(2, 2, 1, GB, BOMB)
    const compressed = deflateRawSync(inner)
    const core = Core.create()
    const codec = makeCodec({}, core)
    const before = core.glue.memory.buffer.byteLength
    const result = codec.open('k', envelope(2, 2, 1, inner.length, compressed))
    if (!result.ok) throw new Error(result.reason)
    expect(Buffer.from(result.opened.value as Uint8Array).equals(inner)).toBe(true)
    expect(core.glue.memory.buffer.byteLength - before).toBeLessThan(4 * MB)
  })
})
