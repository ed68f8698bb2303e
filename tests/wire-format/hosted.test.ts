import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LargeCodec, payloadOf } from '../../js/cache/entries/large-codec.ts'
import { systemClock } from '../../js/clock.ts'
import { bytesOf, readManifest } from './fixtures.ts'
import { type Making, makeCodec, SHOUTING } from './reading.ts'

const { fixtures } = readManifest()
const entries = fixtures.flatMap((fixture) => (fixture.kind === 'entry' && !fixture.entry.tombstone ? [fixture] : []))
const refused = fixtures.flatMap((fixture) => (fixture.kind === 'refused' ? [fixture] : []))

const host = new LargeCodec(systemClock)

const TIMES = { stamp: new Uint8Array(16).fill(7), created: 1_000, freshUntil: 2_000, staleUntil: Infinity }
const TAGS = { list: [{ name: '\u0001'.repeat(32), deleted: 'delete01', expired: 'expire01' }], epoch: 0 }
const TEXT = 'one and the same, again and again; '.repeat(60)

/** What is deflated, or not compressed at all, the host can open. */
function isHosts(bytes: Uint8Array): boolean {
  return (bytes[5] as number) <= 1
}

const getModule = process.getBuiltinModule
const WITHOUT: Readonly<Record<string, string | undefined>> = {
  "the host's engines and the core": undefined,
  "the host's engines, WebCrypto for a cipher, and the core": 'node:crypto',
}

describe.each(Object.entries(WITHOUT))('%s', (_, without) => {
  beforeEach(() => {
    const other = (name: string) => (name === without ? undefined : getModule.call(process, name))
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(other as never)
  })
  afterEach(() => vi.restoreAllMocks())

  test.each(entries)('open the same: $name', async (fixture) => {
    const codec = makeCodec({ encrypted: fixture.encrypted, serializer: SHOUTING })
    const bytes = bytesOf(fixture)
    const result = codec.open(fixture.key, bytes)
    const expected = result.ok && isHosts(bytes) ? result.opened : undefined
    expect(result.ok).toBe(true)
    const core = vi.spyOn(codec, 'open')
    expect(await host.open(codec, fixture.key, bytes)).toEqual(expected)
    expect(core).not.toHaveBeenCalled()
  })

  test.each(refused)('both refuse: $name, $reason', async (fixture) => {
    const codec = makeCodec({ encrypted: fixture.encrypted, serializer: SHOUTING })
    expect(await host.open(codec, fixture.key, bytesOf(fixture))).toBeUndefined()
    expect(codec.open(fixture.key, bytesOf(fixture))).toEqual({ ok: false, reason: fixture.reason })
  })

  const values = {
    text: TEXT,
    bytes: new TextEncoder().encode(TEXT),
    objects: Array.from({ length: 40 }, (_, id) => ({ id, name: `user ${id}`, tags: new Set(['a', 'b']) })),
    noise: crypto.getRandomValues(new Uint8Array(3_000)),
  }
  const makings: Record<string, Making> = {
    'plain, compressed': { compression: 'deflate' },
    sealed: { encrypted: true },
    'sealed, compressed': { encrypted: true, compression: 'deflate' },
  }
  describe.each(Object.entries(makings))('%s', (_, making) => {
    test.each(Object.entries(values))(
      'what one makes of %s the other opens, and so does who made it',
      async (name, value) => {
        const codec = makeCodec(making)
        for (const [tags, etag] of [
          [undefined, undefined],
          [TAGS, 'v1'],
        ] as const) {
          const made = await host.seal(
            codec,
            'k',
            payloadOf(codec.serialize('k', value)),
            codec.side(tags, etag),
            TIMES,
          )
          if (made === undefined) throw new Error('the host made nothing')
          const theirs = codec.seal('k', value, TIMES, tags, etag)
          expect(made.rawBytes).toBe(theirs.rawBytes)
          // The header says the same: only what is compressed may differ.
          expect(made.envelope.subarray(0, 46)).toEqual(theirs.envelope.subarray(0, 46))
          expect(made.envelope[5]).toBe(making.compression === 'deflate' && name !== 'noise' ? 1 : 0)
          const core = vi.spyOn(codec, 'open')
          const results = [await host.open(codec, 'k', made.envelope), await host.open(codec, 'k', theirs.envelope)]
          expect(core).not.toHaveBeenCalled()
          core.mockRestore()
          for (const { envelope } of [made, theirs]) {
            const result = codec.open('k', envelope)
            results.push(result.ok ? result.opened : undefined)
          }
          for (const result of results) {
            const opened = result as NonNullable<typeof result>
            expect(opened.value).toEqual(value)
            expect([opened.tags?.list, opened.etag]).toEqual([tags?.list, etag])
            expect([opened.created, opened.freshUntil, opened.staleUntil]).toEqual([1_000, 2_000, Infinity])
          }
        }
      },
    )

    test('both refuse every truncation and every flipped byte', async () => {
      const codec = makeCodec(making)
      const made = await host.seal(codec, 'k', payloadOf(codec.serialize('k', TEXT)), codec.side(TAGS, 'v1'), TIMES)
      const whole = made?.envelope as Uint8Array
      const damaged = Array.from(whole, (byte, i) => [whole.slice(0, i), whole.with(i, byte ^ (1 << (i % 8)))]).flat()
      damaged.push(new Uint8Array([...whole, 0]))
      for (const bytes of damaged) {
        expect(await host.open(codec, 'k', bytes)).toBeUndefined()
        expect(codec.open('k', bytes).ok).toBe(false)
      }
    })
  })
})
