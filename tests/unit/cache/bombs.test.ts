import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { SerializerId } from '../../../js/codec/serializer.ts'
import { expectError, record, SharedTier } from './fixture.ts'

const MB = 2 ** 20
const REGIONS = {
  live: { maxBytes: '1MB' },
  packed: { maxBytes: '1MB', store: 'packed' },
  compressed: { maxBytes: '1MB', compression: true },
} as const

/** Puts an entry into a region's tier whose payload is deflated, and answers what a process reads of it, and why not. */
async function reading(region: keyof typeof REGIONS, serializer: number, payload: Uint8Array) {
  const shared = new SharedTier()
  const { cache: writer, driver } = shared.process({ regions: REGIONS })
  await writer.set(region, 'k', 1)
  const { key, bytes } = await shared.stored(driver, region, 'k')
  const body = deflateRawSync(payload)
  const envelope = new Uint8Array(50 + body.length)
  envelope.set(bytes.subarray(0, 46))
  envelope.set([2, serializer, 1], 3)
  new DataView(envelope.buffer).setUint32(42, payload.length)
  envelope.set(body, 46)
  new DataView(envelope.buffer).setUint32(46 + body.length, crc32(envelope.subarray(0, -4)))
  await shared.tier.setMany([{ key, value: envelope, ttl: 60_000 }])
  const { cache } = shared.process({ regions: REGIONS })
  const corrupt = record(cache, 'corrupt')
  const value = await cache.get(region, 'k')
  return { value, reasons: corrupt.map(({ reason }) => reason), cache }
}

/** A list of so many empty lists. */
function emptyLists(count: number): Uint8Array {
  const bytes = new Uint8Array(5 + count).fill(0x90)
  bytes[0] = 0xdd
  new DataView(bytes.buffer).setUint32(1, count)
  return bytes
}

describe.each(Object.keys(REGIONS) as (keyof typeof REGIONS)[])(
  'a few bytes of a tier that would become very many: %s',
  (region) => {
    it('are a miss where they inflate to more than the region may ever hold', async () => {
      const { value, reasons, cache } = await reading(region, SerializerId.Bytes, new Uint8Array(16 * MB + 1))
      expect([value, reasons]).toEqual([undefined, ['too-large']])
      cache.configure(region, { maxBytes: '17MB' })
      expect(await cache.get(region, 'k')).toHaveLength(16 * MB + 1)
    })

    it('are a miss where their parts would take much more memory', async () => {
      const { value, reasons, cache } = await reading(region, SerializerId.Msgpack, emptyLists(2_000_000))
      expect([value, reasons]).toEqual([undefined, ['bomb']])
      cache.configure(region, { maxBytes: '60MB' })
      expect(await cache.get(region, 'k')).toHaveLength(2_000_000)
    })

    it('are a value up to that', async () => {
      expect((await reading(region, SerializerId.Bytes, new Uint8Array(16 * MB))).value).toHaveLength(16 * MB)
    })
  },
)

describe('a value that is larger than its region', () => {
  it('is stored in L2 without compression where it could not be inflated, and read', async () => {
    const shared = new SharedTier()
    const value = new Uint8Array(17 * MB)
    const { cache, driver } = shared.process({ regions: REGIONS })
    await cache.set('compressed', 'k', value)
    await cache.set('compressed', 'less', value.subarray(0, 15 * MB))
    expect((await shared.stored(driver, 'compressed', 'k')).bytes[5]).toBe(0)
    expect((await shared.stored(driver, 'compressed', 'less')).bytes[5]).toBe(1)
    const { cache: other } = shared.process({ regions: REGIONS })
    expect(await other.get('compressed', 'k')).toHaveLength(17 * MB)
  })

  it('is refused by name where it has too many parts to be read', async () => {
    const { cache } = new SharedTier().process({ regions: REGIONS })
    const value = new Array(2_000_000).fill([])
    await expectError(cache.set('live', 'k', value), 'UNSERIALIZABLE_VALUE', /key "k".*so many parts/)
  })
})
