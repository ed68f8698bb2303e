import type { Making } from './reading.ts'
import { SHOUTING } from './reading.ts'

/** An entry to make a fixture of. */
export interface Variety {
  readonly name: string
  readonly value: unknown
  readonly making?: Making
  readonly tags?: readonly string[]
  readonly etag?: string
  /** Instead of a value: a deletion. */
  readonly tombstone?: true
  readonly key?: string
  readonly freshUntil?: number
  readonly staleUntil?: number
}

const SENTENCE = 'Each entry of a cache is small, and all of them look alike. '
const DEFLATE = { compression: 'deflate' } as const
const LZ4 = { compression: 'lz4' } as const
const RECORD = { id: 4711, name: 'Ada', roles: ['admin', 'editor'], active: true, score: 1.5, next: null }

function hidden(error: Error, stack: string): Error {
  return Object.defineProperty(error, 'stack', { value: stack, enumerable: false })
}

function nested(levels: number): unknown {
  let value: unknown = 'deep'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { in: value }
  return value
}

function bare(fields: object): object {
  return Object.assign(Object.create(null), fields)
}

/** Numbers at every edge of a form that MessagePack has. */
const EDGES = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e300]
const NEGATIVE_EDGES = [-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53)]

const MSGPACK: readonly (readonly [string, unknown])[] = [
  ['nil and booleans', [null, true, false]],
  ['undefined', undefined],
  ['numbers', [...EDGES, ...NEGATIVE_EDGES]],
  ['unusual numbers', [-0, NaN, Infinity, -Infinity, 5e-324, 0.1, 2 ** -1074, Number.MAX_VALUE]],
  ['big integers', [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 200n + 1n]],
  ['strings', ['', 'a', 'é', '日本', '😀', '\0', '\ufeffx', 'x'.repeat(31), 'y'.repeat(32), 'z'.repeat(256)]],
  ['lone surrogates', ['\ud800', 'a\udfffb', { 'key\ud83d': 1 }]],
  ['bytes inside', [new Uint8Array(0), Uint8Array.of(0, 255), new Uint8Array(300).fill(7)]],
  ['arrays', [[], new Array(15).fill(1), new Array(16).fill(2), [[], [[]]]]],
  ['holes', [new Array(3), Object.assign([], { 2: undefined })]],
  ['objects', { a: 1, '': 2, ключ: 3, nested: { b: [] }, 10: 'ten', constructor: 'a field', toString: 'another' }],
  ['sixteen fields', Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`field${i}`, i]))],
  ['dates', [new Date(0), new Date(1_789_000_000_123), new Date(-1), new Date(NaN)]],
  [
    'maps',
    [
      new Map(),
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Map([[null, 'x']])],
        [{ k: 1 }, undefined],
      ]),
    ],
  ],
  ['sets', [new Set(), new Set([1, 'a', new Set([NaN])])]],
  ['objects without a prototype', [bare({}), bare({ a: 1, b: bare({ c: 2 }) })]],
  [
    'buffers',
    [
      new ArrayBuffer(3),
      new DataView(Uint8Array.of(1, 2).buffer),
      Int8Array.of(-1, 1),
      Uint8ClampedArray.of(255),
      Int16Array.of(-2, 513),
      Uint16Array.of(65_534),
      Int32Array.of(-3),
      Uint32Array.of(2 ** 32 - 3),
      Float32Array.of(1.5, -0),
      Float64Array.of(Math.PI),
      BigInt64Array.of(-4n),
      BigUint64Array.of(2n ** 64n - 4n),
    ],
  ],
  [
    'errors',
    [
      hidden(new Error('plain'), 'Error: plain\n    at a place'),
      hidden(Object.assign(new TypeError('with more', { cause: { code: 5 } }), { status: 404 }), 'stack'),
      hidden(new AggregateError([hidden(new RangeError('r'), 's')], 'several'), 't'),
      ...[EvalError, ReferenceError, SyntaxError, URIError].map((make) => hidden(new make('m'), 'u')),
    ],
  ],
  ['patterns', [/a+b/gi, Object.assign(/x/y, { lastIndex: 3 })]],
  ['addresses', [new URL('https://user@example.org:8080/a%20b?q=1#f')]],
  ['nested', nested(60)],
]

/** All entries that version 1 has fixtures of. */
export const VARIETIES: readonly Variety[] = [
  { name: 'text', value: 'Grüße, 日本 😀' },
  { name: 'text empty', value: '' },
  { name: 'text with a byte order mark', value: '\ufefftext' },
  { name: 'bytes', value: Uint8Array.from({ length: 256 }, (_, i) => i) },
  { name: 'bytes empty', value: new Uint8Array(0) },
  { name: 'json', value: RECORD, making: { serializer: 'json' } },
  { name: 'json scalar', value: null, making: { serializer: 'json' } },
  {
    name: 'json with escapes',
    value: { 'quo"te': '\\ \u0001 \u2028 é', n: [1e21, -1.5, 0] },
    making: { serializer: 'json' },
  },
  { name: 'application format', value: 'shout', making: { serializer: SHOUTING } },
  ...MSGPACK.map(([what, value]) => ({ name: `msgpack ${what}`, value })),
  { name: 'tombstone', value: undefined, tombstone: true },
  { name: 'never stale', value: RECORD, staleUntil: Infinity },
  { name: 'never expires', value: RECORD, freshUntil: Infinity, staleUntil: Infinity },
  { name: 'etag', value: RECORD, etag: 'W/"é-1"' },
  { name: 'one tag', value: RECORD, tags: ['user:42'] },
  { name: 'many tags and an etag', value: 'v', tags: ['a', 'équipe', 'x'.repeat(200)], etag: '"2"' },
  { name: 'deflate', value: SENTENCE.repeat(8), making: DEFLATE },
  { name: 'deflate json', value: Array(12).fill(RECORD), making: { ...DEFLATE, serializer: 'json' } },
  { name: 'deflate msgpack with tags', value: Array(12).fill(RECORD), making: DEFLATE, tags: ['t'], etag: 'e' },
  { name: 'deflate large', value: SENTENCE.repeat(1_500), making: DEFLATE },
  { name: 'deflate that does not help', value: Uint8Array.of(1, 200, 3, 77), making: DEFLATE },
  { name: 'lz4', value: SENTENCE.repeat(8), making: LZ4 },
  { name: 'lz4 with tags', value: Array(12).fill(RECORD), making: LZ4, tags: ['t'], etag: 'e' },
  { name: 'lz4 of one byte again and again', value: new Uint8Array(70_000), making: LZ4 },
  { name: 'dictionary', value: RECORD, making: { dictionary: true, serializer: 'json' } },
  {
    name: 'dictionary msgpack with tags',
    value: [RECORD, RECORD],
    making: { dictionary: true },
    tags: ['t'],
    etag: 'e',
  },
  { name: 'sealed dictionary', value: RECORD, making: { encrypted: true, dictionary: true, serializer: 'json' } },
  { name: 'sealed text', value: 'secret', making: { encrypted: true } },
  { name: 'sealed empty', value: '', making: { encrypted: true } },
  { name: 'sealed bytes', value: Uint8Array.from({ length: 100 }, (_, i) => i * 7), making: { encrypted: true } },
  { name: 'sealed msgpack', value: [RECORD, new Date(5)], making: { encrypted: true }, key: 'ключ 😀' },
  { name: 'sealed json', value: RECORD, making: { encrypted: true, serializer: 'json' } },
  { name: 'sealed under an older key', value: RECORD, making: { encrypted: true, keyId: 'k1' } },
  {
    name: 'sealed under a long key id',
    value: 1,
    making: { encrypted: true, keyId: 'a-key_ID-of-32-characters-12345x' },
  },
  { name: 'sealed with tags', value: RECORD, making: { encrypted: true }, tags: ['user:42', 'team'], etag: '"3"' },
  { name: 'sealed deflate', value: SENTENCE.repeat(8), making: { encrypted: true, ...DEFLATE } },
  {
    name: 'sealed deflate with tags',
    value: Array(12).fill(RECORD),
    making: { encrypted: true, ...DEFLATE },
    tags: ['t'],
  },
  { name: 'sealed lz4', value: SENTENCE.repeat(8), making: { encrypted: true, ...LZ4 } },
  { name: 'sealed tombstone', value: undefined, tombstone: true, making: { encrypted: true } },
]
