import { createCipheriv, createHmac } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { DICTIONARIES, INDEX_SECRET, REGION, RING } from './fixtures.ts'

/** Bytes that a reader refuses, and the name of the reason. */
export interface Refusal {
  readonly name: string
  readonly reason: string
  readonly encrypted?: boolean
  readonly bytes: Uint8Array
}

const KEY = 'key'

const HEADER = 46

/** A header, well-formed but for what is changed. */
function header(change: { readonly [at: number]: readonly number[] } = {}, length = 2): Buffer {
  const bytes = Buffer.alloc(HEADER)
  bytes.set([0x6f, 0x63, 1, 0, 2, 0, 0, 0])
  bytes.writeUIntBE(1_789_000_000_123, 8, 6)
  bytes.write('node-001', 16)
  for (const at of [24, 30, 36]) bytes.writeUIntBE(1_789_000_000_123 + at, at, 6)
  bytes.writeUInt32BE(length, 42)
  for (const [at, values] of Object.entries(change)) bytes.set(values, Number(at))
  return bytes
}

/** A plain entry with a right checksum. */
function plain(head: Buffer, ...rest: (Uint8Array | readonly number[])[]): Buffer {
  const covered = Buffer.concat([head, ...rest.map((part) => Uint8Array.from(part))])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(covered))
  return Buffer.concat([covered, checksum])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function hmac(key: Uint8Array, ...parts: (string | Uint8Array)[]): Buffer {
  const made = createHmac('sha256', key)
  for (const part of parts) made.update(part)
  return made.digest()
}

function aes(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block)
}

/** XAES-256-GCM as the page has it, by the host's cryptography. */
function xaes(key: Buffer, nonce: Buffer, plaintext: Uint8Array, bound: Uint8Array): Buffer {
  const doubled = BigInt(`0x${aes(key, Buffer.alloc(16)).toString('hex')}`) << 1n
  const k1 = doubled >> 128n ? BigInt.asUintN(128, doubled) ^ 0x87n : doubled
  const derived = [1, 2].map((i) => {
    const block = Buffer.concat([Uint8Array.of(0, i, 0x58, 0), nonce.subarray(0, 12)])
    const mixed = BigInt(`0x${block.toString('hex')}`) ^ k1
    return aes(key, Buffer.from(mixed.toString(16).padStart(32, '0'), 'hex'))
  })
  const cipher = createCipheriv('aes-256-gcm', Buffer.concat(derived), nonce.subarray(12)).setAAD(bound)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** A sealed entry of any plaintext, right in all that the cipher guards. */
function sealed(head: Buffer, ...plaintext: (Uint8Array | readonly number[])[]): Buffer {
  const id = Buffer.from('k2')
  const start = Buffer.concat([head, id])
  start[3] = (start[3] as number) | 4
  start[7] = id.length
  const region = Buffer.from(REGION)
  const index = hmac(Buffer.from(INDEX_SECRET, 'hex'), 'omnicache index key v1')
  const stored = hmac(index, 'k', word(region.length), region, KEY)
  const bound = Buffer.concat([start, word(region.length), region, word(stored.length), stored])
  const nonce = Buffer.from(Array.from({ length: 24 }, (_, i) => 0x40 + i))
  const inner = Buffer.concat(plaintext.map((part) => Uint8Array.from(part)))
  return Buffer.concat([start, nonce, xaes(Buffer.from(RING.k2, 'hex'), nonce, inner, bound)])
}

const OWN_KEY = Buffer.concat([word(3), Buffer.from(KEY)])
const SIDE = { 3: [8] }
const DEFLATE = { 3: [2], 5: [1] }
const LZ4 = { 3: [2], 5: [2] }
const DICTIONARY = { 3: [2], 5: [3] }
const MSGPACK = { 4: [4] }
const JSON_ID = { 4: [3] }

/** A side block with a length before it. */
const side = (...bytes: number[]): Buffer => Buffer.concat([word(bytes.length), Uint8Array.from(bytes)])
const HALVES = new Array<number>(16).fill(9)
const DICTIONARY_ID = Buffer.from(Object.keys(DICTIONARIES)[0] ?? '', 'hex')
/** A block of fixed codes: a match of 3 bytes, 24,577 bytes back; and its end. */
const FAR = Uint8Array.of(0x03, 0x5e, 0x00, 0x00, 0x00)
const text = (value: string): Buffer => Buffer.from(value)
const stream = deflateRawSync(Buffer.from('abcabcabcabcabcabc'))

const PLAIN: readonly (readonly [name: string, reason: string, bytes: Uint8Array])[] = [
  ['nothing', 'truncated', Buffer.alloc(0)],
  ['45 bytes', 'truncated', header().subarray(0, 45)],
  ['no checksum', 'truncated', header()],
  ['another magic', 'magic', plain(header({ 0: [0x4f] }), [1, 2])],
  ['version 0', 'version', plain(header({ 2: [0] }), [1, 2])],
  ['version 2', 'version', plain(header({ 2: [2] }), [1, 2])],
  ['an unknown kind', 'kind', plain(header({ 6: [3] }), [1, 2])],
  ['an unknown flag', 'flags', plain(header({ 3: [0x10] }), [1, 2])],
  ['every flag', 'flags', plain(header({ 3: [0xff] }), [1, 2])],
  ['compressed by nothing', 'flags', plain(header({ 3: [2] }), [1, 2])],
  ['compression without its flag', 'flags', plain(header({ 5: [1] }), [1, 2])],
  ['a key id without its flag', 'flags', plain(header({ 7: [2] }, 0), text('k2'))],
  ['a key id of 33 characters', 'key-id', plain(header({ 3: [4], 7: [33] }), Buffer.alloc(40, 'k'))],
  ['a tombstone with a format', 'flags', plain(header({ 3: [1] }), [1, 2])],
  ['no format and no tombstone', 'flags', plain(header({ 4: [0] }), [1, 2])],
  ['a tombstone with a side block', 'flags', plain(header({ 3: [9, 0] }, 0), side(0, 0, 0, 1, 65))],
  ['an unknown format', 'serializer', plain(header({ 4: [5] }), [1, 2])],
  ['the last unknown format', 'serializer', plain(header({ 4: [127] }), [1, 2])],
  ['an unknown compression', 'compression', plain(header({ 3: [2], 5: [200] }), [1, 2])],
  ['stale before it is fresh', 'times', plain(header({ 36: [0] }), [1, 2])],
  ['a tombstone with a length', 'length', plain(header({ 3: [1, 0] }, 2))],
  ['a tombstone with a body', 'length', plain(header({ 3: [1, 0] }, 0), [1, 2])],
  ['a wrong checksum', 'checksum', plain(header(), [1, 2]).fill(0, 48)],
  ['a body that is too short', 'length', plain(header({}, 3), [1, 2])],
  ['a body that is too long', 'length', plain(header({}, 1), [1, 2])],
  ['4 GB', 'too-large', plain(header({}, 0xffff_ffff), [1, 2])],
  ['a cut side length', 'truncated', plain(header(SIDE), [0, 0])],
  ['a side block beyond the end', 'length', plain(header(SIDE), [0, 0, 0, 9, 0, 1])],
  ['a side block of 4 GB', 'length', plain(header(SIDE), [255, 255, 255, 255], [1, 2])],
  ['an empty side block', 'side', plain(header(SIDE), side(), [1, 2])],
  ['a side block of nothing', 'side', plain(header(SIDE), side(0, 0), [1, 2])],
  ['a tag that is cut', 'side', plain(header(SIDE), side(0, 1, 0, 1, 65, 9, 9), [1, 2])],
  ['a tag without a name', 'side', plain(header(SIDE), side(0, 1, 0, 0, ...HALVES), [1, 2])],
  ['fewer tags than it says', 'side', plain(header(SIDE), side(0, 2, 0, 1, 65, ...HALVES), [1, 2])],
  ['an etag without characters', 'side', plain(header(SIDE), side(0, 0, 0, 0), [1, 2])],
  ['an etag that is cut', 'side', plain(header(SIDE), side(0, 0, 0, 5, 65), [1, 2])],
  ['something behind the etag', 'side', plain(header(SIDE), side(0, 0, 0, 1, 65, 66), [1, 2])],
  ['more than deflate can reach', 'bomb', plain(header(DEFLATE, 1_032 * 4 + 1), [1, 2, 3, 4])],
  ['a stream that is none', 'inflate', plain(header(DEFLATE, 18), [7, 255, 255, 255])],
  ['a stream that is cut', 'inflate', plain(header(DEFLATE, 18), stream.subarray(0, -1))],
  ['a stream of fewer bytes', 'inflate', plain(header(DEFLATE, 19), stream)],
  ['a stream of more bytes', 'inflate', plain(header(DEFLATE, 17), stream)],
  ['something behind the stream', 'inflate', plain(header(DEFLATE, 18), stream, [0])],
  ['a dictionary id that is cut', 'truncated', plain(header(DICTIONARY, 0), DICTIONARY_ID.subarray(0, 3))],
  ['a dictionary that nobody has', 'dictionary-missing', plain(header(DICTIONARY, 18), text('none'), stream)],
  ['a dictionary and no stream', 'inflate', plain(header(DICTIONARY, 0), DICTIONARY_ID)],
  ['a match before the dictionary', 'inflate', plain(header(DICTIONARY, 3), DICTIONARY_ID, FAR)],
  ['more than a dictionary can reach', 'bomb', plain(header(DICTIONARY, 1_033), DICTIONARY_ID, [0])],
  ['more than LZ4 can reach', 'bomb', plain(header(LZ4, 255 * 4 + 1), [1, 2, 3, 4])],
  ['a block that is cut', 'lz4', plain(header(LZ4, 5), [0x50, 97, 98])],
  ['a match before the start', 'lz4', plain(header(LZ4, 20), [0x11, 97, 9, 0, 0x50, 1, 2, 3, 4, 5])],
  ['an offset of 0', 'lz4', plain(header(LZ4, 12), [0x11, 97, 0, 0, 0x50, 1, 2, 3, 4, 5])],
  ['a block of fewer bytes', 'lz4', plain(header(LZ4, 6), [0x50, 1, 2, 3, 4, 5])],
  ['a block of more bytes', 'lz4', plain(header(LZ4, 4), [0x50, 1, 2, 3, 4, 5])],
  ['text that is not UTF-8', 'value', plain(header({ 4: [1] }), [97, 255])],
  ['JSON that is none', 'value', plain(header(JSON_ID), text('{]'))],
  ['JSON with a key __proto__', 'value', plain(header(JSON_ID, 21), text('{"\\u005f_proto__":{}}'))],
  ['MessagePack that is none', 'value', plain(header(MSGPACK), [0xc1, 0])],
  ['MessagePack and more', 'value', plain(header(MSGPACK), [1, 2])],
  ['MessagePack with a lying length', 'value', plain(header(MSGPACK, 5), [0xdd, 255, 255, 255, 255])],
  ['MessagePack with a key that is a number', 'value', plain(header(MSGPACK, 3), [0x81, 1, 1])],
  ['MessagePack with a key __proto__', 'value', plain(header(MSGPACK, 12), [0x81, 0xa9], text('__proto__'), [1])],
  ['MessagePack of an unknown extension', 'value', plain(header(MSGPACK, 4), [0xc7, 1, 12, 1])],
  ['a timestamp of MessagePack', 'value', plain(header(MSGPACK, 6), [0xd6, 0xff, 0, 0, 0, 1])],
  ['a hole outside of an array', 'value', plain(header(MSGPACK, 3), [0xc7, 0, 1])],
  ['half a unit of UTF-16', 'value', plain(header(MSGPACK, 6), [0xc7, 3, 7, 0xc4, 1, 0])],
  ['an error of an unknown class', 'value', plain(header(MSGPACK, 8), [0xc7, 5, 9, 0x93, 0xa1, 88, 0x80, 0x80])],
]

const SEALED: readonly (readonly [name: string, reason: string, bytes: Uint8Array])[] = [
  ['plain in an encrypted region', 'unsealed', plain(header(), [1, 2])],
  ['sealed and cut in the key id', 'truncated', sealed(header(), OWN_KEY, [1, 2]).subarray(0, 47)],
  ['sealed and cut in the nonce', 'truncated', sealed(header(), OWN_KEY, [1, 2]).subarray(0, 60)],
  ['a key that nobody has', 'key-missing', sealed(header(), OWN_KEY, [1, 2]).fill('k9', 46, 48)],
  ['a key id with a strange character', 'key-id', sealed(header(), OWN_KEY, [1, 2]).fill('k ', 46, 48)],
  ['a flipped bit', 'does-not-open', flipped(sealed(header(), OWN_KEY, [1, 2]), 75)],
  ['another freshness', 'does-not-open', flipped(sealed(header(), OWN_KEY, [1, 2]), 41)],
  ['sealed, a key that is cut', 'truncated', sealed(header(), [0, 0])],
  ['sealed, a key of 4 GB', 'length', sealed(header(), [255, 255, 255, 255], [1, 2])],
  ['sealed, a side block beyond the end', 'length', sealed(header(SIDE), OWN_KEY, [0, 0, 1, 0, 1, 2])],
  ['sealed, a tag that is cut', 'side', sealed(header(SIDE), OWN_KEY, side(0, 1, 0, 32, 1), [1, 2])],
  ['sealed, a body that is too short', 'length', sealed(header({}, 5), OWN_KEY, [1, 2])],
  ['sealed, more than deflate can reach', 'bomb', sealed(header(DEFLATE, 5_000), OWN_KEY, [1, 2, 3, 4])],
]

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] as number) ^ 1
  return bytes
}

/** All broken ones. */
export const REFUSALS: readonly Refusal[] = [
  ...PLAIN.map(([name, reason, bytes]) => ({ name, reason, bytes })),
  ...SEALED.map(([name, reason, bytes]) => ({ name, reason, bytes, encrypted: true })),
]
