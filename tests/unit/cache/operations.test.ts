import { describe, expect, it } from 'vitest'
import { CacheType } from '../../../js/config/presets.ts'
import { expectError, KIND_NAMES, KINDS, makeCache, record } from './fixture.ts'

const REGIONS = [...Object.values(CacheType), ...KIND_NAMES]

describe.each(REGIONS)('region %s', (region) => {
  it('gets what was set, in every way of asking', async () => {
    const { cache } = makeCache()
    expect(await cache.get(region, 'trace-123')).toBeUndefined()
    expect(await cache.has(region, 'trace-123')).toBe(false)
    expect(await cache.set(region, 'trace-123', { status: 'processing', progress: 50 })).toBe(true)
    expect(await cache.get(region, 'trace-123')).toEqual({ status: 'processing', progress: 50 })
    expect(await cache.region(region).get('trace-123')).toEqual({ status: 'processing', progress: 50 })
    expect(await cache.has(region, 'trace-123')).toBe(true)
  })

  it('replaces a value, and deletes it once', async () => {
    const { cache } = makeCache()
    await cache.set(region, 'k', 'old')
    await cache.set(region, 'k', ['new'])
    expect(await cache.get(region, 'k')).toEqual(['new'])
    expect(await cache.delete(region, 'k')).toBe(true)
    expect(await cache.delete(region, 'k')).toBe(false)
    expect(await cache.get(region, 'k')).toBeUndefined()
    expect(await cache.has(region, 'k')).toBe(false)
  })

  it.each([null, false, 0, '', -0, Number.NaN, [], {}])('takes %o for a value, not for a miss', async (value) => {
    const { cache } = makeCache()
    expect(await cache.set(region, 'k', value)).toBe(true)
    expect(await cache.get(region, 'k')).toEqual(value)
    expect(await cache.has(region, 'k')).toBe(true)
    expect((await cache.getMany(region, ['k'])).get('k')).toEqual(value)
    const made = await cache.getOrSet(region, 'k', () => {
      throw new Error('the factory must not run')
    })
    expect(made).toEqual(value)
    expect(await cache.delete(region, 'k')).toBe(true)
  })

  it('works on many keys at once', async () => {
    const { cache } = makeCache()
    expect(await cache.setMany(region, { a: 1, b: 2 })).toBe(2)
    expect(await cache.setMany(region, new Map([['c', 3]]))).toBe(1)
    expect(await cache.setMany(region, [['d', 4] as const])).toBe(1)
    expect(await cache.getMany(region, ['d', 'a', 'nothing', 'a', 'c'])).toEqual(
      new Map([
        ['d', 4],
        ['a', 1],
        ['c', 3],
      ]),
    )
    expect(await cache.deleteMany(region, ['a', 'b', 'nothing', 'a'])).toBe(2)
    expect([...(await cache.getMany(region, ['a', 'b', 'c', 'd'])).keys()]).toEqual(['c', 'd'])
    expect(await cache.getMany(region, [])).toEqual(new Map())
    expect(await cache.setMany(region, [])).toBe(0)
    expect(await cache.deleteMany(region, [])).toBe(0)
  })

  it('clears itself and no other, and tells how many it held', async () => {
    const { cache } = makeCache()
    const other = region === 'live' ? 'packed' : 'live'
    await cache.setMany(region, { a: 1, b: 2, c: 3 })
    await cache.set(other, 'a', 'stays')
    expect(await cache.clear(region)).toBe(3)
    expect(await cache.clear(region)).toBe(0)
    expect(await cache.get(region, 'a')).toBeUndefined()
    expect(await cache.get(other, 'a')).toBe('stays')
    await cache.set(region, 'a', 'again')
    expect(await cache.get(region, 'a')).toBe('again')
  })

  it('keeps keys apart that look alike, of any script and length', async () => {
    const { cache } = makeCache()
    const keys = [
      'a',
      'A',
      ' a',
      'a ',
      'a:b',
      'a/b',
      '*',
      '__proto__',
      'constructor',
      'é',
      'e\u0301',
      '日本',
      '🦆',
      '\0',
    ]
    keys.push('x'.repeat(65_536), `${'x'.repeat(65_535)}y`, 'ü'.repeat(32_768))
    for (const key of keys) await cache.set(region, key, `value of ${key.slice(0, 20)} ${key.length}`)
    for (const key of keys) expect(await cache.get(region, key)).toBe(`value of ${key.slice(0, 20)} ${key.length}`)
    expect((await cache.getMany(region, keys)).size).toBe(keys.length)
    expect(await cache.deleteMany(region, keys)).toBe(keys.length)
  })

  it('refuses undefined as a value, and keeps what was there', async () => {
    const { cache } = makeCache()
    await cache.set(region, 'k', 1)
    await expectError(() => cache.set(region, 'k', undefined), 'UNSERIALIZABLE_VALUE', region, /undefined/, /null/)
    await expectError(() => cache.setMany(region, { j: undefined }), 'UNSERIALIZABLE_VALUE', region)
    expect(await cache.get(region, 'k')).toBe(1)
    expect(await cache.has(region, 'j')).toBe(false)
  })
})

describe.each(KIND_NAMES)('a value that is too large for region %s', (kind) => {
  const large = Array.from({ length: 4000 }, (_, i) => Math.sin(i))

  it('is refused: false, an event, a count, and the old value is gone', async () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '16KB' } } })
    const refused = record(cache, 'refused')
    await cache.setMany(kind, { k: 'small', other: 'small' })
    expect(await cache.set(kind, 'k', large)).toBe(false)
    expect(refused).toEqual([{ region: kind, key: kind === 'encrypted' ? '[redacted]' : 'k' }])
    expect(await cache.get(kind, 'k')).toBeUndefined()
    expect(await cache.get(kind, 'other')).toBe('small')
    expect(cache.metrics().regions[kind]).toMatchObject({ refused: 1, entries: 1 })
  })

  it('does not count as stored among many', async () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '16KB' } } })
    expect(await cache.setMany(kind, { a: 1, large, b: 2 })).toBe(2)
    expect([...(await cache.getMany(kind, ['a', 'large', 'b'])).keys()]).toEqual(['a', 'b'])
  })

  it('is handed out by getOrSet all the same', async () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '16KB' } } })
    expect(await cache.getOrSet(kind, 'k', () => large)).toEqual(large)
    expect(await cache.has(kind, 'k')).toBe(false)
  })
})

describe('the manager', () => {
  it('clears all regions at once', async () => {
    const { cache } = makeCache()
    for (const region of REGIONS) await cache.set(region, 'k', region)
    expect(await cache.clear()).toBe(REGIONS.length)
    for (const region of REGIONS) expect(await cache.has(region, 'k')).toBe(false)
  })

  it('hands out values of a live region by reference, and copies where `clone` or bytes do', async () => {
    const { cache } = makeCache()
    for (const kind of KIND_NAMES) {
      const value = { list: [1] }
      await cache.set(kind, 'k', value)
      value.list.push(2)
      const first = await cache.get<typeof value>(kind, 'k')
      expect(first === value).toBe(kind === 'live')
      expect(first).toEqual({ list: kind === 'live' ? [1, 2] : [1] })
      first?.list.push(3)
      expect(await cache.get(kind, 'k')).toEqual({ list: kind === 'live' ? [1, 2, 3] : [1] })
    }
  })

  it('gives values back as they went in, of every type that users cache', async () => {
    const { cache } = makeCache()
    const value = {
      date: new Date(1_700_000_000_123),
      map: new Map<unknown, unknown>([
        ['a', new Set([1, 'two'])],
        [{ key: 1 }, null],
      ]),
      big: 123_456_789_012_345_678_901_234_567_890n,
      nothing: undefined,
      bytes: Uint8Array.of(1, 2, 255),
      floats: Float64Array.of(1.5, Number.NaN),
      words: new Int16Array([-1, 32_767]),
      nested: [[[{ deep: [undefined, null, -0, Number.POSITIVE_INFINITY] }]]],
      text: 'ünïcödé 🦆',
    }
    for (const kind of KIND_NAMES) {
      await cache.set(kind, 'k', value)
      const back = await cache.get<typeof value>(kind, 'k')
      expect(back).toStrictEqual(value)
      expect(back && 'nothing' in back).toBe(true)
    }
  })

  it('gives a Buffer back as its bytes, from all that packs', async () => {
    const { cache } = makeCache()
    for (const kind of ['packed', 'compressed', 'encrypted']) {
      await cache.set(kind, 'k', { at: Buffer.from('bytes') })
      const back = await cache.get<{ at: Uint8Array }>(kind, 'k')
      expect(new TextDecoder().decode(back?.at)).toBe('bytes')
    }
  })
})
