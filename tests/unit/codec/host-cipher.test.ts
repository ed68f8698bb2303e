import { createCipheriv } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { RegionCodec } from '../../../js/cache/entries/region-codec.ts'
import { RegionKeys } from '../../../js/cache/region/region-keys.ts'
import { isForThisThread, lentCipher, openNow, sealNow } from '../../../js/codec/host/cipher.ts'
import { crypt } from '../../../js/codec/host/engines.ts'
import { ValueSerializer } from '../../../js/codec/serializer.ts'
import { Core } from '../../../js/core/core.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
const IV = Uint8Array.from({ length: 12 }, (_, i) => i * 3)
const ASSOCIATED = Uint8Array.of(1, 2, 3)
const PLAIN = Uint8Array.from({ length: 5_000 }, (_, i) => i * 7)
const MB = 1_048_576

const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

afterEach(() => vi.restoreAllMocks())

describe("the runtime's own cipher", () => {
  test('makes the bytes that WebCrypto makes, from one part or several', async () => {
    const theirs = await crypt('encrypt', KEY, IV, ASSOCIATED, PLAIN)
    expect(joined(sealNow(KEY, IV, ASSOCIATED, [PLAIN]))).toEqual(theirs)
    expect(joined(sealNow(KEY, IV, ASSOCIATED, [PLAIN.subarray(0, 13), PLAIN.subarray(13)]))).toEqual(theirs)
  })

  test('opens what is whole and nothing else', () => {
    const sealed = joined(sealNow(KEY, IV, ASSOCIATED, [PLAIN]))
    const opened = openNow(KEY, IV, ASSOCIATED, sealed)
    expect(opened).toEqual(PLAIN)
    expect(opened.constructor).toBe(Uint8Array)
    for (const at of [0, 2_500, PLAIN.length, sealed.length - 1]) {
      expect(() => openNow(KEY, IV, ASSOCIATED, sealed.with(at, (sealed[at] as number) ^ 1))).toThrow()
    }
    for (const length of [0, 15, 16, sealed.length - 1]) {
      expect(() => openNow(KEY, IV, ASSOCIATED, sealed.slice(0, length))).toThrow()
    }
    expect(() => openNow(KEY, IV, ASSOCIATED.slice(1), sealed)).toThrow()
    const tag = joined(sealNow(KEY, IV, ASSOCIATED, []))
    expect(openNow(KEY, IV, ASSOCIATED, tag)).toHaveLength(0)
    for (const length of [4, 8, 12, 15]) {
      expect(() => openNow(KEY, IV, ASSOCIATED, tag.slice(0, length)), `${length}`).toThrow()
    }
  })

  test('is not for what takes long, nor where it is missing or wrong', async () => {
    expect(await isForThisThread(MB)).toBe(true)
    expect(await isForThisThread(MB + 1)).toBe(false)
    const getModule = vi.spyOn(process, 'getBuiltinModule')
    getModule.mockReturnValue(undefined as never)
    expect(await isForThisThread(1)).toBe(false)
    const cipher = { setAAD: () => 0, update: (bytes: Uint8Array) => bytes, final: () => 0, getAuthTag: () => KEY }
    getModule.mockReturnValue({ createCipheriv: () => cipher } as never)
    expect(await isForThisThread(1)).toBe(false)
    // One that seals well, and opens whatever it is given.
    getModule.mockReturnValue({ createCipheriv, createDecipheriv: () => ({ ...cipher, setAuthTag: () => 0 }) } as never)
    expect(await isForThisThread(1)).toBe(false)
  })

  test('lets others have their turn after two megabytes in a row', async () => {
    // Whatever went before has had its turn.
    await new Promise((resolve) => setImmediate(resolve))
    let done = 0
    const calls = Array.from({ length: 20 }, () =>
      isForThisThread(MB).then(() => {
        done++
      }),
    )
    let last = 0
    while (done < 20) {
      await new Promise((resolve) => setImmediate(resolve))
      expect(done - last).toBeLessThanOrEqual(4)
      last = done
    }
    await Promise.all(calls)
  })
})

/** An encrypted region's codec on an instance of the core of its own, which is asked through `vi.spyOn`. */
function encrypted(): RegionCodec {
  const keys = new RegionKeys({ current: 'k1', keys: new Map([['k1', KEY]]), indexSecret: KEY })
  const [serializer, compression] = [new ValueSerializer(), 'none'] as const
  return new RegionCodec(Core.create(), { region: 'r', serializer, compression, compressAbove: 1, keys })
}

const TIMES = { stamp: new Uint8Array(16), created: 0, freshUntil: 1, staleUntil: 1 }

describe('the core', () => {
  /** What `lentCipher` is asked, and does. */
  const spies = () => [vi.spyOn(lentCipher, 'seal'), vi.spyOn(lentCipher, 'open')] as const

  test('has what is not small sealed and opened by it', () => {
    const codec = encrypted()
    const [seal, open] = spies()
    for (const length of [1, 200, 300, 5_000, 3_000_000]) {
      const value = 'v'.repeat(length)
      const { envelope } = codec.seal('k', value, TIMES, undefined)
      expect(codec.open('k', envelope)).toMatchObject({ ok: true, opened: { value } })
    }
    expect(seal.mock.results.map(({ value }) => value)).toEqual([true, true, true])
    expect(open.mock.results.map(({ value }) => value)).toEqual([true, true, true])
  })

  test('makes the same without it: either opens what the other has sealed', () => {
    const codec = encrypted()
    const value = 'v'.repeat(1_000)
    const { envelope: theirs } = codec.seal('k', value, TIMES, undefined)
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(codec.open('k', theirs)).toMatchObject({ ok: true, opened: { value } })
    const { envelope: ours } = codec.seal('k', value, TIMES, undefined)
    vi.restoreAllMocks()
    expect(codec.open('k', ours)).toMatchObject({ ok: true, opened: { value } })
  })

  test('says itself why something does not open', () => {
    const codec = encrypted()
    const { envelope } = codec.seal('k', 'v'.repeat(1_000), TIMES, undefined)
    const [, open] = spies()
    for (const at of [80, 600, envelope.length - 1]) {
      expect(codec.open('k', envelope.with(at, (envelope[at] as number) ^ 1))).toEqual({
        ok: false,
        reason: 'does-not-open',
      })
    }
    expect(open.mock.results.map(({ value }) => value)).toEqual([false, false, false])
  })

  test('seals and opens itself where a cipher throws', () => {
    const codec = encrypted()
    expect(lentCipher.seal(KEY, IV, ASSOCIATED, new Uint8Array(8), new Uint8Array(16))).toBe(true)
    expect(lentCipher.seal(KEY.subarray(1), IV, ASSOCIATED, new Uint8Array(8), new Uint8Array(16))).toBe(false)
    vi.spyOn(lentCipher, 'seal').mockReturnValue(false)
    vi.spyOn(lentCipher, 'open').mockReturnValue(false)
    const value = 'v'.repeat(1_000)
    const { envelope } = codec.seal('k', value, TIMES, undefined)
    expect(codec.open('k', envelope)).toMatchObject({ ok: true, opened: { value } })
  })
})
