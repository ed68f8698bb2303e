import { describe, expect, it } from 'vitest'
import type { KeyRingOptions } from '../../../js/config/encryption-keys.ts'
import type { RekeyProgress } from '../../../js/index.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { expectError, KEY, makeCache, OTHER_KEY, record, SharedTier } from './fixture.ts'

const BEFORE: KeyRingOptions = { keys: { current: 'k1', ring: { k1: KEY } }, indexSecret: KEY }
const BOTH: KeyRingOptions = { keys: { current: 'k2', ring: { k1: KEY, k2: OTHER_KEY } }, indexSecret: KEY }
const AFTER: KeyRingOptions = { keys: { current: 'k2', ring: { k2: OTHER_KEY } }, indexSecret: KEY }

/** What is left to do in the background: the pause before entries are sealed again. */
const SOON = 1_000

/** A tier with entries that were written under the first key. */
async function written(count: number): Promise<SharedTier> {
  const shared = new SharedTier()
  const { cache } = shared.process({ encryption: BEFORE })
  await cache.setMany('encrypted', new Map(Array.from({ length: count }, (_, i) => [`key-${i}`, { value: i }])))
  return shared
}

/** How many entries of the region are sealed under each key, by its id; what is not sealed counts as ''. */
async function sealedUnder({ tier }: SharedTier): Promise<Record<string, number>> {
  const { keys } = (await tier.scan?.('omnicache:encrypted:')) ?? { keys: [] }
  const counts: Record<string, number> = {}
  const entries = keys.filter((key) => /:[0-9a-f]{16}:[\w-]{43}$/.test(key))
  for (const bytes of await tier.getMany(entries)) {
    if (bytes === undefined) continue
    const id = Buffer.from(bytes.subarray(46, 46 + (bytes[7] ?? 0)) ?? []).toString()
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}

describe('rotation of keys', () => {
  it('reads with any key of the ring, and writes with the current one', async () => {
    const shared = await written(2)
    const { cache } = shared.process({ encryption: BOTH })
    expect(await cache.get('encrypted', 'key-0')).toEqual({ value: 0 })
    await cache.set('encrypted', 'new', 'value')
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k1: 1, k2: 2 })
    const { cache: later } = shared.process({ encryption: AFTER })
    expect(await later.get('encrypted', 'new')).toBe('value')
  })

  it.each<[string, (cache: ReturnType<SharedTier['process']>['cache']) => Promise<unknown>]>([
    ['get', (cache) => cache.get('encrypted', 'key-0')],
    ['getMany', (cache) => cache.getMany('encrypted', ['key-0'])],
    ['getOrSet', (cache) => cache.getOrSet('encrypted', 'key-0', () => 'another')],
    ['has', (cache) => cache.has('encrypted', 'key-0')],
    ['touch', (cache) => cache.touch('encrypted', 'key-0', '2h')],
    ['a read that leaves memory out', (cache) => cache.getOrSet('encrypted', 'key-0', () => 1, { l1: { skip: true } })],
  ])('seals an entry again that %s touches, and leaves the others', async (_, touch) => {
    const shared = await written(3)
    const { cache } = shared.process({ encryption: BOTH })
    await touch(cache)
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k1: 2, k2: 1 })
    const { cache: later } = shared.process({ encryption: AFTER })
    expect(await later.get('encrypted', 'key-0')).toEqual({ value: 0 })
    expect(await later.get('encrypted', 'key-1')).toBeUndefined()
  })

  it('leaves the rest of an entry as it was: its times, its tags, its etag', async () => {
    const shared = new SharedTier()
    const { cache: writer } = shared.process({ encryption: BEFORE })
    await writer.getOrSet(
      'encrypted',
      'k',
      (context) => {
        context.etag = 'v7'
        return 'value'
      },
      { ttl: '10m', grace: '5m', tags: ['team'] },
    )
    await shared.clock.advance(60_000)
    await shared.process({ encryption: BOTH }).cache.get('encrypted', 'k')
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k2: 1 })
    const { cache } = shared.process({ encryption: AFTER })
    expect(await cache.ttl('encrypted', 'k')).toBe(9 * 60_000 - SOON)
    await shared.clock.advance(10 * 60_000)
    const etags: unknown[] = []
    await cache.getOrSet('encrypted', 'k', (context) => {
      etags.push(context.stale, context.etag)
      return context.notModified()
    })
    expect(etags).toEqual(['value', 'v7'])
  })

  it('leaves an entry with its tags, and with the lifetime that L2 gave it', async () => {
    const shared = new SharedTier()
    const { cache: writer } = shared.process({ encryption: BEFORE })
    await writer.set('encrypted', 'tagged', 'value', { ttl: '1h', tags: ['team'] })
    await writer.set('encrypted', 'short', 'value', { ttl: '10m' })
    await shared.process({ encryption: BOTH }).cache.getMany('encrypted', ['tagged', 'short'])
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k2: 2 })
    await shared.clock.advance(10 * 60_000)
    expect(await sealedUnder(shared)).toEqual({ k2: 1 })
    const { cache } = shared.process({ encryption: AFTER })
    expect(await cache.get('encrypted', 'tagged')).toBe('value')
    await writer.deleteByTag('encrypted', 'team')
    expect(await shared.process({ encryption: AFTER }).cache.get('encrypted', 'tagged')).toBeUndefined()
  })

  it('never undoes what was written meanwhile: by this process or another one, or deleted', async () => {
    const shared = await written(3)
    const { cache, driver } = shared.process({ encryption: BOTH })
    const { cache: other } = shared.process({ encryption: BEFORE })
    driver.breakOnce('replaceMany', 'late')
    await cache.getMany('encrypted', ['key-0', 'key-1', 'key-2'])
    await shared.clock.advance(SOON)
    await other.set('encrypted', 'key-0', 'newer')
    await other.delete('encrypted', 'key-1')
    await cache.set('encrypted', 'key-2', 'mine')
    driver.release()
    await shared.clock.advance(SOON)
    const { cache: third } = shared.process({ encryption: BOTH })
    expect(await third.getMany('encrypted', ['key-0', 'key-1', 'key-2'])).toEqual(
      new Map([
        ['key-0', 'newer'],
        ['key-2', 'mine'],
      ]),
    )
  })

  it('goes at a limited rate, and is over when all is done', async () => {
    const shared = await written(400)
    const { cache, driver } = shared.process({ encryption: BOTH })
    const keys = Array.from({ length: 400 }, (_, i) => `key-${i}`)
    await cache.getMany('encrypted', keys)
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k1: 336, k2: 64 })
    expect(driver.calls.filter((name) => name === 'replaceMany')).toHaveLength(1)
    expect(cache.metrics().regions.encrypted?.sealing).toEqual({ resealed: 64, keyMissing: 0 })
  })

  it('costs calls nothing where L2 does not take it', async () => {
    const shared = await written(1)
    const { cache, driver } = shared.process({ encryption: BOTH })
    driver.breakOnce('replaceMany', 'refuse')
    expect(await cache.get('encrypted', 'key-0')).toEqual({ value: 0 })
    await shared.clock.advance(SOON)
    expect(await sealedUnder(shared)).toEqual({ k1: 1 })
    expect(await cache.get('encrypted', 'key-0')).toEqual({ value: 0 })
  })

  it('is not begun for entries under the current key', async () => {
    const shared = await written(1)
    const { cache, driver } = shared.process({ encryption: BEFORE })
    await cache.get('encrypted', 'key-0')
    await shared.clock.advance(SOON)
    expect(driver.calls).not.toContain('replaceMany')
  })
})

describe('rekey', () => {
  it('seals all of a region under the current key, in batches, and tells how far it is', async () => {
    const shared = await written(300)
    const { cache } = shared.process({ encryption: BOTH })
    await cache.set('encrypted', 'mine', 1)
    const steps: RekeyProgress[] = []
    const done = await shared.during(60_000, cache.rekey('encrypted', { onProgress: (step) => steps.push(step) }))
    expect(done).toEqual({ done: 301, resealed: 300, current: 1, gone: 0, unreadable: 0 })
    expect(steps.length).toBeGreaterThan(3)
    expect(steps.at(-1)).toEqual(done)
    expect(await sealedUnder(shared)).toEqual({ k2: 301 })
    const { cache: later } = shared.process({ encryption: AFTER })
    expect(
      (
        await later.getMany(
          'encrypted',
          Array.from({ length: 300 }, (_, i) => `key-${i}`),
        )
      ).size,
    ).toBe(300)
  })

  it('can be stopped and called again: what is done is found so', async () => {
    const shared = await written(100)
    const { cache } = shared.process({ encryption: BOTH })
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const first = await shared.during(60_000, cache.rekey('encrypted', { onProgress, signal: controller.signal }))
    expect(first).toMatchObject({ resealed: 1, done: 1 })
    const second = await shared.during(60_000, cache.rekey('encrypted'))
    expect(second).toEqual({ done: 100, resealed: 99, current: 1, gone: 0, unreadable: 0 })
    expect(await shared.during(60_000, cache.rekey('encrypted'))).toMatchObject({ resealed: 0, current: 100 })
  })

  it('counts what it cannot open, and leaves it', async () => {
    const shared = await written(2)
    const { cache } = shared.process({ encryption: AFTER })
    expect(await shared.during(60_000, cache.rekey('encrypted'))).toEqual({
      done: 2,
      resealed: 0,
      current: 0,
      gone: 0,
      unreadable: 2,
    })
    expect(await sealedUnder(shared)).toEqual({ k1: 2 })
  })

  it('leaves what was deleted or written meanwhile', async () => {
    const shared = await written(3)
    const { cache, driver } = shared.process({ encryption: BOTH })
    const { cache: other } = shared.process({ encryption: BEFORE })
    driver.breakOnce('replaceMany', 100)
    const rekeying = cache.rekey('encrypted')
    await shared.clock.advance(50)
    await other.set('encrypted', 'key-0', 'newer')
    await other.delete('encrypted', 'key-1')
    expect(await shared.during(60_000, rekeying)).toEqual({ done: 3, resealed: 1, current: 0, gone: 2, unreadable: 0 })
    const { cache: reader } = shared.process({ encryption: BOTH })
    expect(await reader.get('encrypted', 'key-0')).toBe('newer')
    expect(await reader.get('encrypted', 'key-1')).toBeUndefined()
  })

  it('counts what was deleted as gone, whichever key its mark is under', async () => {
    const shared = await written(4)
    await shared.process({ encryption: BEFORE }).cache.delete('encrypted', 'key-0')
    const { cache } = shared.process({ encryption: BOTH })
    await cache.delete('encrypted', 'key-1')
    const done = await shared.during(60_000, cache.rekey('encrypted'))
    expect(done).toEqual({ done: 4, resealed: 2, current: 0, gone: 2, unreadable: 0 })
  })

  it('takes few large values at a time', async () => {
    const shared = new SharedTier()
    const { cache: writer } = shared.process({ encryption: BEFORE })
    const value = crypto.getRandomValues(new Uint8Array(60_000))
    const large = new Map(Array.from({ length: 60 }, (_, i) => [`key-${i}`, value]))
    await writer.setMany('encrypted', large)
    const { cache, driver } = shared.process({ encryption: BOTH })
    const sizes: number[] = []
    const getMany = driver.getMany.bind(driver)
    driver.getMany = async (keys, current) => {
      const values = await getMany(keys, current)
      sizes.push(values.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0))
      return values
    }
    expect(await shared.during(60_000, cache.rekey('encrypted'))).toMatchObject({ resealed: 60 })
    expect(Math.max(...sizes)).toBeGreaterThan(500_000)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20)
  })

  it('takes fewer where a tier is too slow for many, and is no reason to give the tier up', async () => {
    const shared = await written(50)
    const { cache, driver } = shared.process({ encryption: BOTH })
    const circuit = record(cache, 'circuit')
    const getMany = driver.getMany.bind(driver)
    driver.getMany = (keys, current) => (keys.length > 5 ? new Promise(() => undefined) : getMany(keys, current))
    const done = await shared.during(120_000, cache.rekey('encrypted'))
    expect(done).toEqual({ done: 50, resealed: 50, current: 0, gone: 0, unreadable: 0 })
    expect(circuit).toEqual([])
  })

  it('goes on after an outage', async () => {
    const shared = await written(100)
    const { cache, driver } = shared.process({ encryption: BOTH })
    let batches = 0
    const onProgress = () => {
      if (++batches !== 1) return
      driver.break('fail')
      shared.clock.after(3_000, () => driver.heal())
    }
    const done = await shared.during(120_000, cache.rekey('encrypted', { onProgress }))
    expect(done).toMatchObject({ resealed: 100 })
  })

  it('counts an entry as sealed again where the answer to that was lost', async () => {
    const shared = await written(5)
    const { cache, driver } = shared.process({ encryption: BOTH })
    driver.breakOnce('replaceMany', 'lose')
    const done = await shared.during(60_000, cache.rekey('encrypted'))
    expect(done).toEqual({ done: 5, resealed: 5, current: 0, gone: 0, unreadable: 0 })
  })

  it('rejects where L2 stays away', async () => {
    const shared = await written(1)
    const { cache, driver } = shared.process({ encryption: BOTH })
    driver.break('fail')
    await expectError(shared.during(120_000, cache.rekey('encrypted')), 'TIER_UNAVAILABLE')
  })

  it('rejects for a region that does not encrypt, and for a tier that cannot tell its keys', async () => {
    const shared = await written(1)
    await expectError(shared.process().cache.rekey('live'), 'INVALID_OPTION', /does not encrypt/)
    const { scan: _, replaceMany: __, ...less } = methodsOf(memoryDriver({ clock: shared.clock, shared: true }))
    const { cache } = makeCache({ l2: less as never, clock: shared.clock, encryption: { keys: KEY } })
    await expectError(cache.rekey('encrypted'), 'INVALID_OPTION', /no `scan` and no `replaceMany`/)
  })

  it('has nothing to do without an L2: memory holds what it sealed itself', async () => {
    const { cache } = makeCache()
    await cache.set('encrypted', 'k', 1)
    expect(await cache.rekey('encrypted')).toEqual({ done: 0, resealed: 0, current: 0, gone: 0, unreadable: 0 })
  })
})

/** A driver as a plain object. */
function methodsOf(driver: ReturnType<typeof memoryDriver>): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(driver)).filter((name) => name !== 'constructor')
  const own = names.map((name) => {
    const value: unknown = Reflect.get(driver, name)
    return [name, typeof value === 'function' ? value.bind(driver) : value]
  })
  return { ...Object.fromEntries(own), name: driver.name, shared: driver.shared }
}
