import { describe, expect, test } from 'vitest'
import { type KeyRingOptions, parseKeyRing } from '../../../js/config/encryption-keys.ts'

const bytes = Uint8Array.from({ length: 32 }, (_, i) => i * 8 + 7)
const other = new Uint8Array(32).fill(251)
const hex = Buffer.from(bytes).toString('hex')
const base64 = Buffer.from(other).toString('base64')

function refusal(options: unknown): string {
  try {
    parseKeyRing(options as KeyRingOptions)
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_ENCRYPTION_KEY' })
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

describe('a key', () => {
  test.each<[string, string | Uint8Array, Uint8Array]>([
    ['bytes', bytes, bytes],
    ['hexadecimal digits', hex, bytes],
    ['capital hexadecimal digits', hex.toUpperCase(), bytes],
    ['base64', base64, other],
    ['base64 without padding', base64.replace('=', ''), other],
    ['base64url', Buffer.from(other).toString('base64url'), other],
  ])('in %s', (_, material, expected) => {
    expect(parseKeyRing({ keys: material })).toEqual({
      current: 'default',
      keys: new Map([['default', expected]]),
      indexSecret: expected,
    })
  })

  test('is copied', () => {
    const mine = Uint8Array.from(bytes)
    const { keys } = parseKeyRing({ keys: mine })
    mine.fill(0)
    expect(keys.get('default')).toEqual(bytes)
  })

  test.each<[string, unknown, string]>([
    ['31 bytes', bytes.slice(1), '31 bytes long'],
    ['33 bytes', new Uint8Array(33), '33 bytes long'],
    ['a passphrase', 'correct horse battery staple', 'text of 28 characters that is no key'],
    ['63 digits', hex.slice(1), 'text of 63 characters that is no key'],
    ['65 digits', `${hex}0`, 'text of 65 characters that is no key'],
    ['a wrong digit', `${hex.slice(1)}g`, 'text of 64 characters that is no key'],
    ['42 characters of base64', base64.slice(2), 'text of 42 characters that is no key'],
    [
      'a wrong character of base64',
      `${base64.slice(0, 20)}!${base64.slice(21)}`,
      'text of 44 characters that is no key',
    ],
    ['a number', 5, 'of type number'],
  ])('is not %s, and the message holds nothing of it', (_, material, what) => {
    const message = refusal({ keys: { current: 'k1', ring: { k1: material } } })
    expect(message).toBe(
      `encryption.keys: the key 'k1' is ${what}; allowed: 32 bytes: a Uint8Array, 64 hexadecimal digits, or 43 or 44 characters of base64, as \`openssl rand -base64 32\` makes them`,
    )
  })
})

describe('a ring', () => {
  test('has keys by id, of which one writes', () => {
    expect(parseKeyRing({ keys: { current: 'new', ring: { old: hex, new: base64 } }, indexSecret: bytes })).toEqual({
      current: 'new',
      keys: new Map([
        ['old', bytes],
        ['new', other],
      ]),
      indexSecret: bytes,
    })
  })

  test('of one key may do without an index secret', () => {
    expect(parseKeyRing({ keys: { current: 'a', ring: { a: bytes } } }).indexSecret).toEqual(bytes)
  })

  test.each<[string, unknown, string]>([
    [
      'two keys and no index secret',
      { keys: { current: 'a', ring: { a: bytes, b: other } } },
      'encryption.indexSecret is required with several keys; to keep what is stored, give the first key that the cache ever had',
    ],
    [
      'an index secret that is none',
      { keys: bytes, indexSecret: 'secret' },
      'encryption.indexSecret is text of 6 characters that is no key; allowed: 32 bytes: a Uint8Array, 64 hexadecimal digits, or 43 or 44 characters of base64, as `openssl rand -base64 32` makes them',
    ],
    [
      'a current key that is not in it',
      { keys: { current: 'c', ring: { a: bytes } } },
      'encryption.keys: `current` names no key of the ring; allowed: a',
    ],
    [
      'no current key',
      { keys: { ring: { a: bytes } } },
      'encryption.keys: `current` names no key of the ring; allowed: a',
    ],
    [
      'no keys',
      { keys: { current: 'a', ring: {} } },
      'encryption.keys: `current` names no key of the ring; allowed: none, the ring is empty',
    ],
    ['no ring', { keys: { current: 'a' } }, 'encryption.keys is neither a key nor { current, ring }'],
    ['nothing', {}, 'encryption.keys is neither a key nor { current, ring }'],
    ['null', { keys: null }, 'encryption.keys is neither a key nor { current, ring }'],
    [
      'an empty id',
      { keys: { current: 'a', ring: { '': bytes } } },
      "encryption.keys: the id of a key is malformed; allowed: 1 to 32 letters, digits, '_' or '-'",
    ],
    [
      'an id of 33 letters',
      { keys: { current: 'a', ring: { ['x'.repeat(33)]: bytes } } },
      "encryption.keys: the id of a key is malformed; allowed: 1 to 32 letters, digits, '_' or '-'",
    ],
    [
      'key and id swapped',
      { keys: { current: 'a', ring: { [hex]: 'a' } } },
      "encryption.keys: the id of a key is malformed; allowed: 1 to 32 letters, digits, '_' or '-'",
    ],
  ])('may not have %s', (_, options, message) => {
    expect(refusal(options)).toBe(message)
  })

  test('an id may have 32 letters', () => {
    const id = 'x'.repeat(32)
    expect(parseKeyRing({ keys: { current: id, ring: { [id]: bytes } } }).current).toBe(id)
  })
})
