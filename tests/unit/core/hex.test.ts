import { afterEach, expect, test, vi } from 'vitest'
import { decodeHex } from '../../../js/core/hex.ts'

const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const DIGITS = Buffer.from(BYTES).toString('hex')

afterEach(() => vi.unstubAllGlobals())

test('every byte is read from its digits', () => {
  expect(Uint8Array.from(decodeHex(DIGITS))).toEqual(BYTES)
})

test('a runtime with a decoder of its own is asked', () => {
  vi.stubGlobal('Uint8Array', Object.assign(class extends Uint8Array {}, { fromHex: (text: string) => [text] }))
  expect(decodeHex('00ff')).toEqual(['00ff'])
})

test('a runtime without a decoder does as well', () => {
  vi.stubGlobal('Buffer', undefined)
  const bytes = decodeHex(DIGITS)
  vi.unstubAllGlobals()
  expect(bytes).toEqual(BYTES)
})
