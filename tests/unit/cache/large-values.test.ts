import zlib from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PackedL1 } from '../../../js/cache/entries/l1-packed.ts'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { KEY, makeCache, record, SharedTier } from './fixture.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Text that is large, compresses, and is another one for each number. */
function large(number: number): string {
  return `${number}: ${'one and the same, again and again; '.repeat(1_500)}`
}

const OPTIONS = {
  encryption: { keys: KEY },
  regions: {
    squeezed: { compression: true },
    sealed: { encryption: true },
    both: { compression: true, encryption: true },
  },
} as const
const REGIONS = Object.keys(OPTIONS.regions)

interface Place {
  readonly cache: CacheManager
  /** Another process beside it; none where memory is alone. */
  readonly other: CacheManager | undefined
}

const PLACES: Record<string, () => Place> = {
  'memory alone': () => ({ cache: makeCache(OPTIONS).cache, other: undefined }),
  'memory and L2': () => {
    const shared = new SharedTier()
    return { cache: shared.process(OPTIONS).cache, other: shared.process(OPTIONS).cache }
  },
}
const places = Object.entries(PLACES)

type Call = {
  readonly kind: 'set' | 'small' | 'get' | 'has' | 'getMany' | 'delete' | 'clear'
  readonly key: string
}

const call = fc.record({
  kind: fc.constantFrom<Call['kind']>('set', 'set', 'small', 'get', 'get', 'has', 'getMany', 'delete', 'clear'),
  key: fc.constantFrom('a', 'b'),
})

/** Calls them all without waiting for any; checks what reads answer against what was written when they were called, or since. */
async function play(cache: CacheManager, region: string, calls: readonly Call[]): Promise<Map<string, string>> {
  const state = new Map<string, string>()
  const history = new Map<string, (string | undefined)[]>()
  const write = (key: string, value: string | undefined) => {
    if (value === undefined) state.delete(key)
    else state.set(key, value)
    history.set(key, [...(history.get(key) ?? [undefined]), value])
  }
  const checks: Promise<void>[] = []
  const from = (key: string) => Math.max((history.get(key)?.length ?? 1) - 1, 0)
  const later = (key: string, at: number) => (history.get(key) ?? [undefined]).slice(at)
  for (const [i, { kind, key }] of calls.entries()) {
    const value = kind === 'small' ? `small ${i}` : large(i)
    const at = from(key)
    if (kind === 'get') {
      checks.push(cache.get(region, key).then((got) => expect(later(key, at)).toContain(got)))
    } else if (kind === 'getMany') {
      const got = cache.getMany<string>(region, ['a', 'b'])
      checks.push(got.then((found) => expect(later(key, at)).toContain(found.get(key))))
    } else if (kind === 'has') {
      const has = cache.has(region, key)
      checks.push(has.then((was) => expect(later(key, at).map((one) => one !== undefined)).toContain(was)))
    } else if (kind === 'delete') {
      write(key, undefined)
      checks.push(cache.delete(region, key).then(() => undefined))
    } else if (kind === 'clear') {
      for (const one of ['a', 'b']) write(one, undefined)
      checks.push(cache.clear(region).then(() => undefined))
    } else {
      write(key, value)
      checks.push(cache.set(region, key, value).then((done) => expect(done).toBe(true)))
    }
  }
  await Promise.all(checks)
  return state
}

describe.each(places)('large values on %s', (_, make) => {
  test.each(REGIONS)('come back, one by one and together, in a region that is %s', async (region) => {
    const { cache, other } = make()
    const corrupt = record(cache, 'corrupt')
    const values = {
      text: large(1),
      bytes: new TextEncoder().encode(large(2)),
      list: Array.from({ length: 9_000 }, (_, id) => ({ id })),
    }
    for (const [key, value] of Object.entries(values)) expect(await cache.set(region, key, value)).toBe(true)
    expect(await cache.setMany(region, { more: large(3), small: 'small' })).toBe(2)
    for (const reader of [cache, other ?? cache]) {
      for (const [key, value] of Object.entries(values)) {
        expect(await reader.get(region, key)).toEqual(value)
        expect(await reader.has(region, key)).toBe(true)
        expect(await reader.getEntry(region, key)).toMatchObject({ value, stale: false })
        expect(await reader.getOrSet(region, key, () => 'another')).toEqual(value)
      }
      const found = await reader.getMany(region, ['small', 'none', 'more', 'text'])
      expect([...found]).toEqual([
        ['small', 'small'],
        ['more', large(3)],
        ['text', large(1)],
      ])
    }
    expect(corrupt).toEqual([])
  })

  test('are made once, and are in memory then', async () => {
    const { cache } = make()
    let made = 0
    const get = () => cache.getOrSet('both', 'k', () => large(++made))
    expect(await Promise.all([get(), get(), get()])).toEqual([large(1), large(1), large(1)])
    expect(await get()).toBe(large(1))
    expect(made).toBe(1)
    expect(cache.metrics().regions.both).toMatchObject({ entries: 1 })
  })

  test('are stored as they were when they were set', async () => {
    const { cache } = make()
    // The first write of all waits for L2's clock.
    await cache.set('both', 'first', 1)
    const bytes = new TextEncoder().encode(large(1))
    const list = Array.from({ length: 9_000 }, (_, id) => ({ id }))
    const sets = [cache.set('both', 'bytes', bytes), cache.set('both', 'list', list)]
    bytes.fill(0)
    list.length = 0
    await Promise.all(sets)
    expect(await cache.get('both', 'bytes')).toEqual(new TextEncoder().encode(large(1)))
    expect(await cache.get('both', 'list')).toHaveLength(9_000)
  })

  test.each(REGIONS)(
    'keep to the order of calls that nobody waits for: %s',
    async (region) => {
      await fc.assert(
        fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
          const { cache, other } = make()
          const state = await play(cache, region, calls)
          for (const reader of [cache, other ?? cache]) {
            for (const key of ['a', 'b']) expect(await reader.get(region, key)).toBe(state.get(key))
          }
        }),
        { numRuns: 60 },
      )
    },
    120_000,
  )

  test('whose tag is deleted while they are sealed are gone', async () => {
    const { cache } = make()
    await cache.set('both', 'warm', 1, { tags: ['t'] })
    const set = cache.set('both', 'k', large(1), { tags: ['t'] })
    await cache.deleteByTag('both', 't')
    await set
    expect(await cache.get('both', 'k')).toBeUndefined()
  })

  test('under way reach L2 before the cache closes', async () => {
    const { cache, other } = make()
    await cache.set('both', 'first', 1)
    const set = cache.set('both', 'k', large(1))
    await cache.close()
    expect(await set).toBe(true)
    if (other !== undefined) expect(await other.get('both', 'k')).toBe(large(1))
  })
})

test('large values that live on when they are read are opened by the core only when that is due', async () => {
  const { cache, clock } = makeCache({ regions: { squeezed: { compression: true, ttl: '10s', slidingTtl: '10s' } } })
  await cache.set('squeezed', 'k', large(1))
  const opened = vi.spyOn(PackedL1.prototype, 'get')
  const byCore = () => opened.mock.calls.filter(([, most]) => most === undefined).length
  const read = async () => {
    expect(await cache.get('squeezed', 'k')).toBe(large(1))
    expect(await cache.getOrSet('squeezed', 'k', () => 'another')).toBe(large(1))
  }
  await read()
  expect(byCore()).toBe(0)
  for (let i = 0; i < 5; i++) {
    await clock.advance(6_000)
    await read()
  }
  expect(byCore()).toBeGreaterThanOrEqual(5)
})

describe("where the host's engines", () => {
  const hang = () => new Promise<never>(() => undefined)
  const fail = () => {
    throw new Error('not today')
  }
  const crypto = (how: () => unknown) => ({
    getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
    subtle: { importKey: how },
  })
  const HOSTS: Record<string, Readonly<Record<string, unknown>>> = {
    'are missing': {
      zlib: undefined,
      CompressionStream: undefined,
      DecompressionStream: undefined,
      crypto: { ...crypto(fail), subtle: undefined },
    },
    throw: { zlib: { deflateRaw: fail, inflateRaw: fail }, crypto: crypto(fail) },
    reject: { crypto: crypto(() => Promise.reject(new Error('not today'))) },
    hang: { zlib: { deflateRaw: hang, inflateRaw: hang }, crypto: crypto(hang) },
  }

  test.each(Object.entries(HOSTS))('%s, the core does it', async (_, { zlib, ...globals }) => {
    const shared = new SharedTier()
    const { cache } = shared.process(OPTIONS)
    await cache.set('both', 'before', large(0))
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(zlib as never)
    const { cache: other } = shared.process(OPTIONS)
    const corrupt = record(other, 'corrupt')
    for (const region of REGIONS) {
      const set = cache.set(region, 'k', large(1))
      const get = cache.get(region, 'k')
      expect(await shared.during(5_000, set)).toBe(true)
      expect(await shared.during(5_000, get)).toBe(large(1))
      expect(await shared.during(5_000, other.get(region, 'k'))).toBe(large(1))
      expect(await shared.during(5_000, other.get(region, 'k'))).toBe(large(1))
    }
    expect(await shared.during(5_000, other.get('both', 'before'))).toBe(large(0))
    expect(corrupt).toEqual([])
  })

  test('have much to do, what waits for its turn is not begun, and the first is done first', async () => {
    const { cache } = makeCache(OPTIONS)
    const deflated = vi.spyOn(zlib, 'deflateRaw')
    const sets = Array.from({ length: 30 }, (_, i) => cache.set('both', `${i}`, large(i)))
    expect(deflated).toHaveBeenCalledTimes(4)
    await sets[0]
    expect(deflated.mock.calls.length).toBeLessThan(15)
    expect(await Promise.all(sets)).toHaveLength(30)
  })

  test('hang, nobody waits for them again for a while', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process(OPTIONS)
    const importKey = vi.fn(hang)
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    vi.stubGlobal('crypto', crypto(importKey))
    await shared.during(5_000, cache.set('sealed', 'a', large(1)))
    expect(importKey).toHaveBeenCalledTimes(1)
    await cache.set('sealed', 'b', large(2))
    expect(importKey).toHaveBeenCalledTimes(1)
    await shared.clock.advance(60_000)
    await shared.during(5_000, cache.set('sealed', 'c', large(3)))
    expect(importKey).toHaveBeenCalledTimes(2)
  })
})
