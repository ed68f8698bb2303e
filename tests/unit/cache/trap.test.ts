import { describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { Core } from '../../../js/core/core.ts'
import { MemoryCache } from '../../../js/memory/memory-cache.ts'
import { DEFAULT_POLICY } from '../../../js/memory/store.ts'
import { makeCache, record, SharedTier } from './fixture.ts'

/** An address outside of linear memory: what lies there cannot be read. */
const NOWHERE = 0xffff_fff0

/**
 * Lets the next call of a method of the core trap, as a bug in it would: it runs on an object that lies outside of
 * memory, so the engine ends it with a trap of its own, and the instance stays in the middle of a call.
 */
function trapOnce(name: 'LiveCore' | 'PackedCore' | 'CodecCore' | 'MetricsCore', method: string): () => boolean {
  const prototype = Core.shared().glue[name].prototype as unknown as Record<string, (...args: unknown[]) => unknown>
  const original = prototype[method] as (...args: unknown[]) => unknown
  let trapped = false
  prototype[method] = function (this: { __wbg_ptr: number }, ...args) {
    prototype[method] = original
    const pointer = this.__wbg_ptr
    this.__wbg_ptr = NOWHERE
    try {
      return original.apply(this, args)
    } catch (error) {
      trapped = error instanceof WebAssembly.RuntimeError
      throw error
    } finally {
      this.__wbg_ptr = pointer
    }
  }
  return () => trapped
}

/** Small packed regions share one instance of the core with all others; large ones have their own. */
const SHARING = {
  packed: { store: 'packed', maxBytes: '32MB' },
  encrypted: { encryption: true, maxBytes: '32MB' },
} as const
const makeSharing = () => makeCache({ regions: SHARING })

/** Some of them are timed. */
async function manyReads(cache: CacheManager): Promise<void> {
  for (let i = 0; i < 200; i++) await cache.get('live', `missing ${i}`)
}

describe('a trap of the core', () => {
  const CASES = [
    ['live', 'LiveCore', 'insert', 'set of a new key'],
    ['live', 'LiveCore', 'replace', 'set of an old key'],
    ['live', 'LiveCore', 'remove', 'delete'],
    ['packed', 'PackedCore', 'get', 'get'],
    ['packed', 'PackedCore', 'set', 'set of a new key'],
    ['packed', 'PackedCore', 'remove', 'delete'],
  ] as const

  const DO = {
    get: (cache: ReturnType<typeof makeCache>['cache'], region: string) => cache.get(region, 'k1'),
    'set of a new key': (cache: ReturnType<typeof makeCache>['cache'], region: string) => cache.set(region, 'new', 1),
    'set of an old key': (cache: ReturnType<typeof makeCache>['cache'], region: string) => cache.set(region, 'k1', 2),
    delete: (cache: ReturnType<typeof makeCache>['cache'], region: string) => cache.delete(region, 'k1'),
  }

  it.each(CASES)(
    'in region %s (%s.%s) on %s: live regions keep their entries, packed ones start empty',
    async (region, name, method, what) => {
      const { cache, clock } = makeSharing()
      const pairs = Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const)
      await cache.setMany('live', pairs, { ttl: '10s' })
      await cache.setMany('metrics', pairs)
      await cache.setMany('packed', pairs)
      const restarts = record(cache, 'restart')
      const alerts = record(cache, 'alert')
      const trapped = trapOnce(name, method)
      await DO[what](cache, region)
      expect(trapped()).toBe(true)
      expect(restarts).toEqual([{ cause: expect.objectContaining({ code: 'CORE_RESTARTED' }) }])

      const expected = new Map<string, number>(pairs)
      expect(await cache.getMany('metrics', expected.keys())).toEqual(expected)
      if (region === 'live') {
        if (what === 'delete') expected.delete('k1')
        if (what === 'set of an old key') expected.set('k1', 2)
        if (what === 'set of a new key') expect(await cache.get('live', 'new')).toBe(1)
      }
      expect(await cache.getMany('live', expected.keys())).toEqual(expected)
      const left = await cache.getMany('packed', [...pairs.map(([key]) => key), 'new'])
      expect(left).toEqual(new Map(region === 'packed' && what === 'set of a new key' ? [['new', 1]] : []))

      for (const other of ['live', 'packed', 'compressed', 'encrypted', 'metrics']) {
        expect(await cache.set(other, 'after', { fine: true })).toBe(true)
        expect(await cache.get(other, 'after')).toEqual({ fine: true })
      }
      expect(restarts).toHaveLength(1)
      expect(cache.metrics().totals.entries).toBeGreaterThan(100)
      await clock.advance(10_000)
      expect(alerts.filter(({ kind }) => kind === 'restart')).toEqual([
        expect.objectContaining({ kind: 'restart', state: 'raised', value: 1 }),
      ])
      expect(await cache.has('live', 'k2')).toBe(false)
      expect(await cache.has('metrics', 'k2')).toBe(true)
      await clock.advance(70_000)
      await cache.get('live', 'nothing')
      await clock.advance(10_000)
      expect(alerts.filter(({ kind }) => kind === 'restart').map(({ state }) => state)).toEqual(['raised', 'resolved'])
    },
  )

  it('in the sweep does not end the process', async () => {
    const { cache, clock } = makeSharing()
    await cache.setMany('live', { a: 1, b: 2 }, { ttl: '5s' })
    await cache.set('live', 'stays', 3, { ttl: '1h' })
    const trapped = trapOnce('LiveCore', 'expire')
    await clock.advance(6_000)
    expect(trapped()).toBe(true)
    expect(await cache.getMany('live', ['a', 'b', 'stays'])).toEqual(new Map([['stays', 3]]))
    expect(cache.metrics().regions.live?.entries).toBe(1)
  })

  it.each([
    ['snapshot', (cache: CacheManager) => cache.metrics()],
    ['text', (cache: CacheManager) => cache.metricsText()],
    ['recordRegion', manyReads],
  ])('in the figures (%s) costs durations, and nothing else', async (method, call) => {
    const { cache } = makeSharing()
    await cache.set('live', 'k', 1)
    const restarts = record(cache, 'restart')
    const trapped = trapOnce('MetricsCore', method)
    await call(cache)
    expect(trapped()).toBe(true)
    expect(await cache.get('live', 'k')).toBe(1)
    expect(await cache.set('live', 'k', 2)).toBe(true)
    expect(cache.metrics().regions.live).toMatchObject({ hits: 1, policy: DEFAULT_POLICY })
    expect(cache.metricsText()).toMatch(/region="live"/)
    expect(restarts).toHaveLength(1)
  })

  it.each(['encode', 'decode', 'storedKey', 'encodeTombstone'])(
    'on the way to L2 (%s) is no error of the call',
    async (method) => {
      const shared = new SharedTier()
      await shared.process({ regions: SHARING }).cache.set('encrypted', 'theirs', 1)
      const { cache } = shared.process({ regions: SHARING })
      await cache.set('live', 'k', 1)
      await cache.set('encrypted', 'k', 1)
      const trapped = trapOnce('CodecCore', method)
      // A text: the envelope of a small object is made without the core.
      expect(await cache.set('live', 'k', 'text')).toBe(true)
      expect(await cache.get('encrypted', 'theirs')).toBe(1)
      expect(await cache.delete('encrypted', 'theirs')).toBe(true)
      expect(trapped()).toBe(true)
      expect(await cache.get('live', 'k')).toBe('text')
      const { cache: other } = shared.process({ regions: SHARING })
      expect(await other.get('live', 'k')).toBe('text')
      expect(await other.get('encrypted', 'theirs')).toBeUndefined()
    },
  )

  it('in the codec is no error of the call', async () => {
    const { cache } = makeSharing()
    await cache.set('encrypted', 'k', 1)
    const trapped = trapOnce('PackedCore', 'get')
    expect(await cache.get('encrypted', 'k')).toBeUndefined()
    expect(trapped()).toBe(true)
    expect(await cache.getOrSet('encrypted', 'k', () => 2)).toBe(2)
    expect(await cache.get('encrypted', 'k')).toBe(2)
  })

  it('leaves what was taken before at work: handles of regions, and caches with an instance of their own', async () => {
    const { cache } = makeSharing()
    const [live, packed] = [cache.region('live'), cache.region('packed')]
    await cache.setMany('live', { a: 1, b: 2 })
    await packed.set('a', 1)
    const memory = new MemoryCache<number>({ max: 100, store: 'packed' })
    for (let i = 0; i < 10; i++) memory.set(`k${i}`, i)
    const iterator = memory.entries()
    iterator.next()
    const trapped = trapOnce('PackedCore', 'get')
    expect(await packed.get('a')).toBeUndefined()
    expect(trapped()).toBe(true)
    expect(await live.get('b')).toBe(2)
    expect(await packed.set('a', 3)).toBe(true)
    expect(await packed.get('a')).toBe(3)
    expect([...iterator]).toHaveLength(9)
    expect(memory.get('k9')).toBe(9)
  })

  it('leaves other caches of the process at work, which share the instance', async () => {
    const [one, two] = [makeSharing(), makeSharing()]
    await one.cache.set('live', 'k', 'one')
    await two.cache.set('live', 'k', 'two')
    await two.cache.set('packed', 'k', 'two')
    const trapped = trapOnce('LiveCore', 'insert')
    await one.cache.set('live', 'new', 1)
    expect(trapped()).toBe(true)
    expect(await two.cache.get('live', 'k')).toBe('two')
    expect(await two.cache.set('live', 'j', 1)).toBe(true)
    expect(await two.cache.set('packed', 'j', 1)).toBe(true)
    expect(await two.cache.get('packed', 'j')).toBe(1)
  })
})
