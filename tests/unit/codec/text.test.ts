import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortKey, shortText } from '../../../js/codec/msgpack/short-text.ts'
import { encodeUtf8, isWellFormed, isWellFormedByPattern } from '../../../js/codec/text.ts'

const unit = fc.constantFrom('a', 'é', '世', '\ud83c', '\udf89', '🎉')

test.each([isWellFormed, isWellFormedByPattern])('%o finds lone surrogates, and only those', (wellFormed) => {
  expect(['', 'a', '🎉', '\ud83c\udf89'].every(wellFormed)).toBe(true)
  expect(['\ud83c', 'a\udf89', '\udf89\ud83c', '🎉\ud83c', '\ud83c\ud83c\udf89'].some(wellFormed)).toBe(false)
})

test('both ways to find lone surrogates agree', () => {
  fc.assert(
    fc.property(fc.array(unit), (units) => {
      expect(isWellFormedByPattern(units.join(''))).toBe(isWellFormed(units.join('')))
    }),
  )
})

test.each([shortText, shortKey])('%o reads ASCII of every length, wherever it is', (read) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), fc.nat(3), (text, start) => {
      const bytes = encodeUtf8(`${'x'.repeat(start)}${text}y`)
      expect(read(bytes, start, start + text.length)).toBe(text)
    }),
  )
})

test.each([shortText, shortKey])('%o leaves all else to others', (read) => {
  for (const text of ['é', 'abcdefgé', 'abcdefghé', '12345678abcdefgé']) {
    const bytes = encodeUtf8(text)
    expect(read(bytes, 0, bytes.length)).toBeUndefined()
  }
})
