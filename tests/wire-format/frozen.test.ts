import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseHalf } from '../../js/flow/tags/token.ts'
import { describeValue, hexOf } from './describe.ts'
import { bytesOf, type Fixture, FOLDER, readManifest, SUMS, sumOf } from './fixtures.ts'
import { makeCodec, SHOUTING } from './reading.ts'
import { FixtureTier } from './tier.ts'
import { VARIETIES } from './varieties.ts'

const manifest = readManifest()
const { fixtures } = manifest
const entries = fixtures.flatMap((fixture) => (fixture.kind === 'entry' ? [fixture] : []))
const values = entries.filter(({ entry }) => !entry.tombstone)
const refused = fixtures.flatMap((fixture) => (fixture.kind === 'refused' ? [fixture] : []))

const told = (ms: number): number | 'never' => (ms === Number.POSITIVE_INFINITY ? 'never' : ms)

function open(fixture: Fixture) {
  return makeCodec({ encrypted: fixture.encrypted, serializer: SHOUTING }).open(fixture.key, bytesOf(fixture))
}

/** The tier is as the page lays it out: keys, generations, tokens of tags. */
async function get(fixture: (typeof entries)[number]) {
  const tier = new FixtureTier(manifest)
  await tier.begin()
  await tier.put(fixture, bytesOf(fixture))
  await tier.putTags(fixture, fixture.entry)
  const cache = tier.cache(fixture.encrypted)
  const corrupt: string[] = []
  cache.on('corrupt', ({ reason }) => corrupt.push(reason))
  const found = await cache.get(manifest.region, fixture.key)
  const closing = cache.close()
  await tier.clock.advance(10_000)
  await closing
  return { found, corrupt }
}

/** Of the secrets and dictionaries that sealed and compressed fixtures were made with. */
const SETTING_SHA256 = '4409ffd656ac1873d5bdb05e5cfe9562c170c74d36a310576d36cf751be851d2'

describe('version 1 of the wire format is frozen', () => {
  test('no fixture, and nothing that is said of one, has changed since it was committed', () => {
    const frozen = readFileSync(SUMS, 'utf8').trimEnd().split('\n')
    expect(fixtures.map(sumOf).sort()).toEqual(frozen.sort())
    const { fixtures: _, ...setting } = manifest
    expect(createHash('sha256').update(JSON.stringify(setting)).digest('hex')).toBe(SETTING_SHA256)
  })

  test('every file is in the manifest, and every variety has one', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'manifest.json')
    expect(files.sort()).toEqual(fixtures.map(({ file }) => file).sort())
    const names = new Set(fixtures.map(({ name }) => name))
    expect(VARIETIES.filter(({ name }) => !names.has(name))).toEqual([])
    expect(entries.length).toBeGreaterThan(50)
    expect(refused.length).toBeGreaterThan(60)
  })

  test.each(values)('$name opens', (fixture) => {
    const result = open(fixture)
    if (!result.ok) throw new Error(result.reason)
    const { opened } = result
    const { entry } = fixture
    const coding = fixture.encrypted ? 'latin1' : 'utf8'
    expect({
      created: told(opened.created),
      freshUntil: told(opened.freshUntil),
      staleUntil: told(opened.staleUntil),
      etag: opened.etag ?? null,
      tags: (opened.tags?.list ?? []).map(({ name, deleted, expired }) => ({
        name: Buffer.from(name, coding).toString('hex'),
        deleted: Buffer.from(deleted, 'latin1').toString('hex'),
        expired: Buffer.from(expired, 'latin1').toString('hex'),
      })),
      ...('value' in entry ? { value: describeValue(opened.value) } : {}),
    }).toEqual({
      created: entry.created,
      freshUntil: entry.freshUntil,
      staleUntil: entry.staleUntil,
      etag: entry.etag,
      tags: entry.tags,
      ...('value' in entry ? { value: entry.value } : {}),
    })
    const wrote = makeCodec(entry.serializer === 3 ? { serializer: 'json' } : {})
    if (entry.serializer === SHOUTING.id) return
    const { data } = wrote.serialize('k', opened.value)
    expect(createHash('sha256').update(data).digest('hex')).toBe(entry.payloadSha256)
  })

  test.each(entries)('$name is what a cache finds in its tier', async (fixture) => {
    const { found, corrupt } = await get(fixture)
    const { entry } = fixture
    expect(corrupt).toEqual([])
    if (entry.tombstone) expect(found).toBeUndefined()
    else if ('value' in entry) expect(describeValue(found)).toEqual(entry.value)
    else expect(found).toBeDefined()
  })

  test.each(refused)('$name: $reason', (fixture) => {
    expect(open(fixture)).toEqual({ ok: false, reason: fixture.reason })
  })

  test('tokens are read', () => {
    const tokens = fixtures.flatMap((fixture) => (fixture.kind === 'token' ? [fixture] : []))
    expect(tokens).toHaveLength(2)
    for (const fixture of tokens) {
      const read = parseHalf(bytesOf(fixture))
      expect(read && { stamp: hexOf(read.stamp), half: Buffer.from(read.half, 'latin1').toString('hex') }).toEqual({
        stamp: fixture.stamp,
        half: fixture.half,
      })
      expect(told(read?.lives ?? 0)).toBe(fixture.lives)
    }
  })
})
