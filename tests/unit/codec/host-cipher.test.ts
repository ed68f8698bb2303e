import { createCipheriv } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isForThisThread, openNow, sealNow } from '../../../js/codec/host/cipher.ts'
import { crypt } from '../../../js/codec/host/engines.ts'

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
