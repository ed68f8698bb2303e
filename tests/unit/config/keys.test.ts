import { expect, test } from 'vitest'
import { checkKey, MAX_KEY_BYTES } from '../../../js/config/keys.ts'

test.each([
  ['one letter', 'a'],
  ['what looks empty', ' '],
  ['a NUL', '\0'],
  ['other scripts', 'ключ:世界:🎉'],
  ['64 KB of ASCII', 'x'.repeat(MAX_KEY_BYTES)],
  ['64 KB of two bytes each', 'é'.repeat(MAX_KEY_BYTES / 2)],
  ['64 KB of three bytes each, and one', `${'世'.repeat(21_845)}x`],
  ['64 KB of four bytes each', '🎉'.repeat(MAX_KEY_BYTES / 4)],
])('%s is a key', (_, key) => {
  expect(() => checkKey(key, 'sessions')).not.toThrow()
})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'of type undefined'],
  ['null', null, 'null'],
  ['a number', 5, 'of type number'],
  ['an object', {}, 'of type object'],
  ['a String object', Object('a'), 'of type object'],
  ['the empty string', '', 'empty'],
  ['a byte more than 64 KB', 'x'.repeat(MAX_KEY_BYTES + 1), 'longer than 64 KB'],
  ['a byte more, in two bytes each', `${'é'.repeat(MAX_KEY_BYTES / 2)}x`, 'longer than 64 KB'],
  ['a byte more, in three bytes each', `${'世'.repeat(21_845)}xx`, 'longer than 64 KB'],
  ['a byte more, in four bytes each', `${'🎉'.repeat(MAX_KEY_BYTES / 4)}x`, 'longer than 64 KB'],
  ['half of a pair', 'a\ud83c', 'a string with a lone surrogate'],
  ['half of a pair in a long key', `${'x'.repeat(30_000)}\udf89`, 'a string with a lone surrogate'],
])('%s is none', (_, key, what) => {
  expect(() => checkKey(key, 'sessions')).toThrow(
    expect.objectContaining({
      code: 'INVALID_KEY',
      context: { region: 'sessions' },
      message: `A key of region 'sessions' is ${what}; allowed: a non-empty string of at most 64 KB in UTF-8, without lone surrogates`,
    }),
  )
})
