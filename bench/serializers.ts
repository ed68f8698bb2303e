/**
 * What turning values into bytes and back costs: omnicache's serializer beside JSON,
 * msgpackr and V8's own. Prints medians in microseconds of processor time, which a busy
 * machine changes less than it does the time on the wall; and the bytes.
 *
 *     npx tsx bench/serializers.ts
 */

import { deserialize, serialize } from 'node:v8'
import { Packr } from 'msgpackr'
import { ValueSerializer } from '../js/codec/serializer.ts'
import { isPlainArray, isPlainObject } from '../js/codec/shape.ts'

const ROUNDS = 41
const MS_PER_ROUND = 5

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

/** The processor time of a call, in microseconds. */
function time(call: () => unknown): number {
  const until = performance.now() + MS_PER_ROUND
  const start = process.cpuUsage()
  let calls = 0
  while (performance.now() < until) {
    for (let i = 0; i < 20; i++) sink = call()
    calls += 20
  }
  const { user: own, system } = process.cpuUsage(start)
  return (own + system) / calls
}

function median(call: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => time(call))
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

for (const [size, value] of samples) {
  console.log(`\n${size} (as JSON: ${JSON.stringify(value).length} bytes)\n`)
  console.log('| serializer | out, µs | in, µs | bytes |\n| --- | ---: | ---: | ---: |')
  for (const { name, write, read } of candidates) {
    const bytes = Uint8Array.from(write(value))
    const [out, back] = [median(() => write(value)), median(() => read(bytes))]
    console.log(`| ${name} | ${out.toFixed(2)} | ${back.toFixed(2)} | ${bytes.length} |`)
  }
  console.log(`\nthe walk alone: ${median(() => isJsonSafe(value)).toFixed(2)} µs`)
}
process.exitCode = sink === undefined ? 1 : 0
