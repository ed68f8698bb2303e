import { describe, expect, test } from 'vitest'
import type { CacheManager } from '../../js/cache/manager.ts'
import { encodeUtf8 } from '../../js/codec/text.ts'
import { Core } from '../../js/core/core.ts'
import { hexOf } from './describe.ts'
import { bytesOf, type Fixture, readManifest } from './fixtures.ts'
import { makeCodec } from './reading.ts'
import { FixtureTier } from './tier.ts'

/*
 * Every bit of every fixture flipped, and every fixture cut at every length. Each is refused by the core with a
 * name, and is a miss of a region that finds it in its tier: by a `corrupt` event with that name, never by a
 * throw. Only the flag of a tombstone and the stamp may be believed before the rest: an entry that seems to be deleted,
 * or older than the last clear of its region, is a miss without an event. Whoever can set those can delete as well.
 */

const manifest = readManifest()
const entries = manifest.fixtures.flatMap((fixture) => (fixture.kind === 'entry' ? [fixture] : []))

const cleared =
  manifest.fixtures.flatMap((fixture) => (fixture.kind === 'generation' ? [fixture.cleared] : []))[0] ?? ''

interface Damaged {
  readonly what: string
  readonly bytes: Uint8Array
}

function* damage(whole: Uint8Array): Generator<Damaged> {
  for (let length = 0; length < whole.length; length++)
    yield { what: `cut to ${length}`, bytes: whole.slice(0, length) }
  for (let bit = 0; bit < whole.length * 8; bit++) {
    yield { what: `bit ${bit}`, bytes: whole.with(bit >> 3, (whole[bit >> 3] as number) ^ (1 << (bit & 7))) }
  }
}

/** Whether bytes say of themselves that there is nothing any more. */
function looksGone(bytes: Uint8Array): boolean {
  const isDeleted = ((bytes[3] ?? 0) & 1) === 1
  return bytes.length >= 24 && (isDeleted || hexOf(bytes.subarray(8, 24)) <= cleared)
}

/** The core's own answer: 0 or more where it opens. The shorter way without the core is not taken. */
function coreRefuses({ encrypted, key }: Fixture): (bytes: Uint8Array) => string | undefined {
  const { native, buffers, core } = makeCodec({ encrypted })
  return (bytes) => {
    const keyLength = encrypted ? buffers.writeKey(key) : 0
    const code = native.decode(keyLength, buffers.writeValue(bytes), false)
    return code < 0 ? core.glue.errorName(code) : undefined
  }
}

/** Reads one fixture's key again and again, and tells what `corrupt` event each read raised. */
class Reader {
  readonly #cache: CacheManager
  readonly #tier: FixtureTier
  readonly #fixture: Fixture
  #reason: string | undefined

  constructor(tier: FixtureTier, fixture: Fixture) {
    this.#tier = tier
    this.#fixture = fixture
    this.#cache = tier.cache(fixture.encrypted)
    this.#cache.on('corrupt', ({ reason }) => {
      this.#reason = reason
    })
  }

  async read(bytes: Uint8Array): Promise<{ found: unknown; reason: string | undefined }> {
    this.#reason = undefined
    await this.#tier.put(this.#fixture, bytes)
    const found = await this.#cache.get(manifest.region, this.#fixture.key)
    return { found, reason: this.#reason }
  }

  async close(): Promise<void> {
    const closing = this.#cache.close()
    await this.#tier.clock.advance(10_000)
    await closing
  }
}

describe('a fixture that is damaged', () => {
  test.each(entries)('in any bit or cut anywhere is refused by the core, by name: $name', (fixture) => {
    const refusal = coreRefuses(fixture)
    const whole = bytesOf(fixture)
    expect(refusal(whole)).toBeUndefined()
    const taken: string[] = []
    for (const { what, bytes } of damage(whole)) {
      if (!/^[a-z0-9-]+$/.test(refusal(bytes) ?? '')) taken.push(what)
    }
    expect(taken).toEqual([])
    expect(Core.shared().crashed).toBe(false)
  })

  test.each(entries)('in any bit or cut anywhere is a miss of its region: $name', async (fixture) => {
    const tier = new FixtureTier(manifest)
    await tier.begin()
    await tier.putTags(fixture, fixture.entry)
    const reader = new Reader(tier, fixture)
    const wrong: string[] = []
    for (const { what, bytes } of damage(bytesOf(fixture))) {
      const { found, reason } = await reader.read(bytes)
      if (found !== undefined || (reason === undefined && !looksGone(bytes))) wrong.push(what)
    }
    expect(wrong).toEqual([])
    const intact = await reader.read(bytesOf(fixture))
    const { entry } = fixture
    expect(intact.reason).toBeUndefined()
    if (!entry.tombstone && JSON.stringify(entry.value) !== '{"$":"undefined"}') expect(intact.found).toBeDefined()
    await reader.close()
  })
})

test('noise of any kind is a miss of its region', async () => {
  const fixture = entries[0] as (typeof entries)[number]
  const tier = new FixtureTier(manifest)
  await tier.begin()
  const reader = new Reader(tier, fixture)
  const noise = [
    new Uint8Array(0),
    new Uint8Array(1_000).fill(0xfe),
    new Uint8Array(46).fill(0xfe),
    encodeUtf8('{"hello":"world"}'),
    bytesOf(manifest.fixtures.find(({ kind }) => kind === 'token') as Fixture),
  ]
  for (const bytes of noise) {
    const { found, reason } = await reader.read(bytes)
    expect(found).toBeUndefined()
    expect(reason).toMatch(/^[a-z-]+$/)
  }
  await reader.close()
})
