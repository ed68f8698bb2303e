import { describe, expect, it } from 'vitest'
import { CacheManager, type Driver } from '../../../js/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

/** A tier whose writes wait until they are let through; reads are answered at once. */
class SlowWrites {
  readonly clock = new FakeClock()
  readonly driver: Driver
  #waiting: (() => void)[] = []
  #slow = false

  constructor(shared: boolean) {
    const tier = memoryDriver({ clock: this.clock, shared })
    const slow =
      <Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        if (this.#slow) await new Promise<void>((resolve) => this.#waiting.push(resolve))
        return method(...args)
      }
    this.driver = {
      name: tier.name,
      shared: tier.shared,
      getMany: (keys) => tier.getMany(keys),
      setMany: slow((entries, guard) => tier.setMany(entries, guard)),
      exchangeMany: slow((entries, onlyNewer, guard) => tier.exchangeMany(entries, onlyNewer, guard)),
      setIfAbsent: (key, value) => tier.setIfAbsent(key, value),
      commit: slow((entries) => tier.commit(entries)),
      deleteMany: (keys) => tier.deleteMany(keys),
      deletePrefix: (prefix, signal) => tier.deletePrefix(prefix, signal),
      now: () => tier.now(),
      connect: () => tier.connect(),
      close: () => tier.close(),
    }
  }

  hold(): void {
    this.#slow = true
  }

  release(): void {
    this.#slow = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

async function world(shared: boolean) {
  const tier = new SlowWrites(shared)
  const cache = new CacheManager({
    clock: tier.clock,
    l2: tier.driver,
    regions: { s: { maxBytes: '64KB', ttl: '1h' } },
  })
  await cache.set('s', 'k', 'old')
  return { tier, cache }
}

describe.each([true, false])('while a removal is on its way to L2 (shared: %s)', (shared) => {
  it.each([
    ['delete', (cache: CacheManager) => cache.delete('s', 'k')],
    ['deleteMany', (cache: CacheManager) => cache.deleteMany('s', ['k'])],
    ['clear', (cache: CacheManager) => cache.clear('s')],
  ])('a read brings nothing back: %s', async (_, remove) => {
    const { tier, cache } = await world(shared)
    tier.hold()
    const removed = remove(cache)
    await tier.clock.settle()
    await cache.get('s', 'k')
    tier.release()
    await removed
    expect(await cache.get('s', 'k')).toBeUndefined()
  })

  it('a read brings nothing back of what a value too heavy for memory replaces', async () => {
    const { tier, cache } = await world(shared)
    tier.hold()
    const stored = cache.set('s', 'k', 'x'.repeat(100_000))
    await tier.clock.settle()
    await cache.get('s', 'k')
    tier.release()
    expect(await stored).toBe(true)
    expect(await cache.get('s', 'k')).toHaveLength(100_000)
  })
})

describe('closing with calls under way', () => {
  it.each([
    ['get', (cache: CacheManager) => cache.get('s', 'other')],
    ['getOrSet', (cache: CacheManager) => cache.getOrSet('s', 'other', async () => 'made')],
    ['set', (cache: CacheManager) => cache.set('s', 'other', 'value')],
    ['transaction', (cache: CacheManager) => cache.transaction('s', (tx) => tx.set('other', 1))],
  ])('lets %s end, and leaves no timer', async (_, call) => {
    const { tier, cache } = await world(true)
    tier.hold()
    const outcome = call(cache).then(
      () => 'ended',
      (error: { code?: string }) => error.code,
    )
    await tier.clock.settle()
    const closing = cache.close()
    tier.release()
    await tier.clock.advance(10_000)
    await closing
    expect(['ended', 'CLOSED']).toContain(await outcome)
    await tier.clock.advance(10_000)
    expect(tier.clock.pending).toBe(0)
  })

  it('refuses calls of a bound region from its first moment on', async () => {
    const { cache } = await world(true)
    const region = cache.region('s')
    const closing = cache.close()
    const calls = [
      region.get('k'),
      region.set('k', 1),
      region.has('k'),
      region.delete('k'),
      region.clear(),
      region.getMany([]),
      region.getOrSet('k', () => 1),
      region.transaction(() => 1),
    ]
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    }
    await closing
  })
})

describe('a listener', () => {
  it('that stores into the full region that it is told of neither recurses nor breaks anything', async () => {
    const cache = new CacheManager({ regions: { s: { maxEntries: 10 } } })
    let told = 0
    const off = cache.on('evict', () => {
      told++
      if (told < 200) void cache.set('s', `again${told}`, told)
      else off()
    })
    for (let i = 0; i < 30; i++) await cache.set('s', `k${i}`, i)
    expect(cache.metrics().regions.s?.entries).toBe(10)
    expect(await cache.set('s', 'after', 1)).toBe(true)
    await cache.close()
  })

  it.each([[undefined], [null], ['text']])('that is %j is refused at once', (listener) => {
    const cache = new CacheManager()
    expect(() => cache.on('hit', listener as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(() => cache.on('hits' as 'hit', () => undefined)).toThrow(/hits.*did you mean 'hit'/)
  })
})

describe('getOrSet', () => {
  it('with forceFresh makes a value of its own, whatever is under way', async () => {
    const { tier, cache } = await world(true)
    await tier.clock.advance(31_000)
    const plain = cache.getOrSet('s', 'k', () => 'made by the plain one')
    const forced = cache.getOrSet('s', 'k', () => 'fresh', { forceFresh: true })
    expect(await forced).toBe('fresh')
    expect(['old', 'fresh']).toContain(await plain)
  })

  it('counts every call as a hit or a miss, also where the factory fails', async () => {
    const cache = new CacheManager({ regions: { s: {} } })
    const fail = () => Promise.reject(new Error('origin'))
    await Promise.allSettled(Array.from({ length: 20 }, () => cache.getOrSet('s', 'k', fail)))
    expect(cache.metrics().regions.s).toMatchObject({ hits: 0, misses: 20 })
  })
})

describe('a process whose clock is wrong', () => {
  it.each([-60_000, 7_200_000])('(%i ms) writes what others see for as long as it was meant to live', async (skew) => {
    const clock = new FakeClock()
    const l2 = memoryDriver({ clock, shared: true })
    const regions = { s: { ttl: '1m' as const } }
    const wrong = new CacheManager({ clock: clock.skewed(skew), l2, regions })
    const right = new CacheManager({ clock, l2, regions })
    await wrong.set('s', 'k', 'value')
    expect(await right.get('s', 'k')).toBe('value')
    await clock.advance(60_000)
    expect(await right.get('s', 'k')).toBeUndefined()
    await wrong.clear('s')
    await right.set('s', 'k', 'after the clear')
    expect(await wrong.get('s', 'k')).toBe('after the clear')
  })
})

describe.each([true, false])('a transaction (with L2: %s)', (withL2) => {
  it('counts and tells of its deletes as of any other', async () => {
    const clock = new FakeClock()
    const tiers = withL2 ? { l2: memoryDriver({ clock, shared: true }) } : {}
    const cache = new CacheManager({ clock, ...tiers, regions: { s: {} } })
    const deleted: string[] = []
    cache.on('delete', ({ key }) => deleted.push(key))
    await cache.set('s', 'k', 1)
    await cache.transaction('s', (tx) => tx.delete('k'))
    expect(deleted).toEqual(['k'])
    expect(cache.metrics().regions.s?.deletes).toBe(1)
  })
})
