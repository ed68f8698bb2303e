/**
 * What turning values into bytes and back costs: omnicache's serializer beside JSON,
 * msgpackr and V8's own. Prints medians in microseconds, and the bytes.
 *
 *     npx tsx bench/serializers.ts
 */

import { deserialize, serialize } from 'node:v8'
import { Packr } from 'msgpackr'
import { ValueSerializer } from '../js/codec/serializer.ts'
import { isPlainArray, isPlainObject } from '../js/codec/shape.ts'

const ROUNDS = 31
const MS_PER_ROUND = 8

interface Candidate {
  readonly name: string
  readonly write: (value: unknown) => Uint8Array
  readonly read: (bytes: Uint8Array) => unknown
}

const values = new ValueSerializer()
const packr = new Packr({ useRecords: false, moreTypes: true, variableMapSize: true })
const encoder = new TextEncoder()
const room = new Uint8Array(65_536)
const decoder = new TextDecoder()

const candidates: readonly Candidate[] = [
  {
    name: 'omnicache',
    write: (value) => values.serialize(value).data as Uint8Array,
    read: (bytes) => values.deserialize(4, bytes),
  },
  {
    name: 'JSON + walk',
    write: (value) => encoded(isJsonSafe(value) ? JSON.stringify(value) : ''),
    read: (bytes) => JSON.parse(decoder.decode(bytes)),
  },
  {
    name: 'JSON',
    write: (value) => encoded(JSON.stringify(value)),
    read: (bytes) => JSON.parse(decoder.decode(bytes)),
  },
  { name: 'msgpackr', write: (value) => packr.pack(value), read: (bytes) => packr.unpack(bytes) },
  { name: 'v8.serialize', write: serialize, read: deserialize },
]

/** The bytes of a text, written where a store would have them. */
function encoded(text: string): Uint8Array {
  return room.subarray(0, encoder.encodeInto(text, room).written)
}

/** Whether JSON would give the value back: the walk that has to come before trusting it. */
function isJsonSafe(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value !== 'object') return false
  if (isPlainArray(value)) return value.every(isJsonSafe)
  return isPlainObject(value) && Object.values(value).every(isJsonSafe)
}

const user = {
  id: 12_345,
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  roles: ['admin', 'editor'],
  active: true,
  score: 98.6,
  address: { city: 'London', zip: 'W1', note: null },
  tags: ['a', 'b'],
  at: 1_763_818_000_000,
}

const samples = new Map<string, unknown>([
  ['200 B', user],
  ['10 KB', { page: 1, items: Array.from({ length: 51 }, (_, i) => ({ ...user, id: i, name: `Name ${i}` })) }],
])

let sink: unknown

/** The time of a call, in microseconds. */
function time(call: () => unknown): number {
  let calls = 0
  const start = performance.now()
  let now = start
  while (now - start < MS_PER_ROUND) {
    for (let i = 0; i < 20; i++) sink = call()
    calls += 20
    now = performance.now()
  }
  return ((now - start) * 1_000) / calls
}

/** The medians of several calls, taken in turn, so that a busy machine is as bad for each of them. */
function medians(calls: readonly (() => unknown)[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => calls.map(time))
  return calls.map(
    (_, i) => rounds.map((times) => times[i] ?? Number.NaN).sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN,
  )
}

for (const [size, value] of samples) {
  const stored = candidates.map(({ write }) => Uint8Array.from(write(value)))
  const writing = medians(
    candidates.map(
      ({ write }) =>
        () =>
          write(value),
    ),
  )
  const reading = medians(
    candidates.map(
      ({ read }, i) =>
        () =>
          read(stored[i] ?? new Uint8Array()),
    ),
  )
  const [walk] = medians([() => isJsonSafe(value)])
  console.log(`\n${size} (as JSON: ${JSON.stringify(value).length} bytes)\n`)
  console.log('| serializer | out, µs | in, µs | bytes |\n| --- | ---: | ---: | ---: |')
  for (const [i, { name }] of candidates.entries()) {
    console.log(`| ${name} | ${writing[i]?.toFixed(2)} | ${reading[i]?.toFixed(2)} | ${stored[i]?.length} |`)
  }
  console.log(`\nthe walk alone: ${walk?.toFixed(2)} µs`)
}
process.exitCode = sink === undefined ? 1 : 0
