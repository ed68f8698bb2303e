/**
 * Adds fixtures that are not there yet: `npx tsx tests/wire-format/make.ts`. One that is there is never
 * changed: it must open for ever. A new variety goes into varieties.ts or refusals.ts.
 */

import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSide } from '../../js/flow/tags/entry-tags.ts'
import { formatHalf } from '../../js/flow/tags/token.ts'
import { describeValue, hexOf } from './describe.ts'
import {
  DICTIONARIES,
  type ExpectedEntry,
  type Fixture,
  FOLDER,
  INDEX_SECRET,
  type Manifest,
  REGION,
  RING,
  SUMS,
  sumOf,
} from './fixtures.ts'
import { makeCodec } from './reading.ts'
import { REFUSALS } from './refusals.ts'
import { VARIETIES, type Variety } from './varieties.ts'

const MANIFEST = join(FOLDER, 'manifest.json')
const CREATED = 1_789_000_000_123
/** A longer description of a value is left out of the manifest. */
const MAX_DESCRIPTION = 6_000
const NEVER = 2 ** 48 - 1

const STAMP = new Uint8Array(Buffer.from('01a088b5a27b00056e6f64652d303031', 'hex'))

/** The halves of every tag's token. */
const DELETED = 'delete01'
const EXPIRED = '\xffxpire\x00\x01'

const time = (ms: number): number | 'never' => (ms === Infinity || ms === NEVER ? 'never' : ms)

type Made = readonly [fixture: Fixture, bytes: Uint8Array]

function make(variety: Variety): Made {
  const { name, value, making = {}, tags = [], etag, tombstone = false, key = 'user:42' } = variety
  const codec = makeCodec(making)
  const times = {
    stamp: STAMP,
    created: CREATED,
    freshUntil: variety.freshUntil ?? CREATED + 300_000,
    staleUntil: variety.staleUntil ?? CREATED + 3_600_000,
  }
  const list = tags.map((tag) => ({ name: codec.storedTag(tag), deleted: DELETED, expired: EXPIRED }))
  const side = list.length === 0 ? undefined : { list, epoch: 0 }
  const bytes = tombstone
    ? codec.tombstone(key, STAMP, CREATED, 3_600_000)
    : codec.seal(key, value, times, side, etag).envelope
  const head = Buffer.from(bytes)
  const serialized = tombstone ? undefined : codec.serialize(key, value)
  const payload = Buffer.from(serialized?.data ?? [])
  const description = tombstone
    ? undefined
    : describeValue(making.serializer && name.startsWith('app') ? 'SHOUT' : value)
  const entry: ExpectedEntry = {
    serializer: serialized?.serializer ?? 0,
    compression: head[5] as number,
    tombstone,
    keyId: making.encrypted ? (making.keyId ?? 'k2') : null,
    stamp: hexOf(STAMP),
    created: CREATED,
    freshUntil: time(tombstone ? CREATED : times.freshUntil),
    staleUntil: time(tombstone ? CREATED + 3_600_000 : times.staleUntil),
    originalLength: payload.length,
    tags: parseTags(codec.side(side, etag), making.encrypted === true),
    etag: etag ?? null,
    payloadSha256: createHash('sha256').update(payload).digest('hex'),
    ...(JSON.stringify(description)?.length <= MAX_DESCRIPTION ? { value: description } : {}),
  }
  return [{ name, file: fileOf(name), key, encrypted: making.encrypted === true, kind: 'entry', entry }, bytes.slice()]
}

function parseTags(block: Uint8Array, sealed: boolean): ExpectedEntry['tags'] {
  const hex = (text: string, coding: 'latin1' | 'utf8'): string => Buffer.from(text, coding).toString('hex')
  return (parseSide(block, sealed).tags?.list ?? []).map(({ name, deleted, expired }) => ({
    name: hex(name, sealed ? 'latin1' : 'utf8'),
    deleted: hex(deleted, 'latin1'),
    expired: hex(expired, 'latin1'),
  }))
}

function fileOf(name: string): string {
  return `${name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}.bin`
}

function others(): Made[] {
  const cleared = STAMP.with(7, 4)
  const generation = Buffer.concat([Buffer.from('6f63010000000100', 'hex'), cleared, Buffer.from('00c0ffee12345678')])
  const token = { name: 'token', file: 'token.bin', key: 'tag', encrypted: false, kind: 'token' } as const
  const told = { stamp: hexOf(STAMP), half: hexOf(Buffer.from(DELETED)), lives: CREATED }
  const half = formatHalf({ half: DELETED, stamp: STAMP, lives: CREATED })
  const forEver = formatHalf({ half: DELETED, stamp: STAMP, lives: Infinity })
  return [
    [
      {
        name: 'generation',
        file: 'generation.bin',
        key: REGION,
        encrypted: false,
        kind: 'generation',
        cleared: hexOf(cleared),
        generation: '00c0ffee12345678',
      },
      generation,
    ],
    [{ ...token, ...told }, half],
    [{ ...token, ...told, name: 'token for ever', file: 'token-for-ever.bin', lives: 'never' }, forEver],
  ]
}

function refused(): Made[] {
  return REFUSALS.map(({ name, reason, bytes, encrypted = false }) => [
    { name: `refused ${name}`, file: fileOf(`refused ${name}`), key: 'key', encrypted, kind: 'refused', reason },
    bytes,
  ])
}

mkdirSync(FOLDER, { recursive: true })
const before: readonly Fixture[] = existsSync(MANIFEST) ? JSON.parse(readFileSync(MANIFEST, 'utf8')).fixtures : []
const known = new Set(before.map(({ name }) => name))
const added = [...VARIETIES.map(make), ...others(), ...refused()].filter(([{ name }]) => !known.has(name))
const taken = new Set(before.map(({ file }) => file))
for (const [{ file, name }, bytes] of added) {
  if (taken.has(file)) throw new Error(`another fixture than '${name}' has the file ${file}`)
  taken.add(file)
  writeFileSync(join(FOLDER, file), bytes)
}
const fixtures = [...before, ...added.map(([fixture]) => fixture)]
const secrets = { ring: RING, indexSecret: INDEX_SECRET, dictionaries: DICTIONARIES }
const manifest: Manifest = { version: 1, region: REGION, ...secrets, fixtures }
const sums = added.map(([fixture]) => `${sumOf(fixture)}\n`)
appendFileSync(SUMS, sums.join(''))
writeFileSync(MANIFEST, `${JSON.stringify(manifest, undefined, 1)}\n`)
console.log(`${added.length} added, ${fixtures.length} altogether`)
