import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

/** A promise that never settles, as of a request that is gone. */
const gone = <T>(): Promise<T> => new Promise(() => undefined)

describe('a cache in a runtime where what a request begins ends with it', () => {
  let index: typeof import('../../../js/index.ts')
  let testing: typeof import('../../../js/testing/index.ts')

  beforeAll(async () => {
    vi.stubGlobal('WebSocketPair', class {})
    vi.resetModules()
    index = await import('../../../js/index.ts')
    testing = await import('../../../js/testing/index.ts')
  })
  afterAll(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  function setUp(options: import('../../../js/index.ts').ManagerOptions = {}) {
    const clock = new testing.FakeClock()
    return { clock, cache: new index.CacheManager({ clock, regions: { r: {} }, ...options }) }
  }

  /** Lets time pass in small steps, as it does. */
  async function pass(clock: InstanceType<typeof testing.FakeClock>, ms: number) {
    for (let passed = 0; passed < ms; passed += 10) await clock.advance(10)
  }

  it('runs a factory once for requests that come while it runs', async () => {
    const { clock, cache } = setUp()
    const factory = vi.fn(() => new Promise<string>((resolve) => clock.after(300, () => resolve('made'))))
    const calls = [cache.getOrSet('r', 'key', factory), cache.getOrSet('r', 'key', factory)]
    await pass(clock, 500)
    expect(await Promise.all(calls)).toEqual(['made', 'made'])
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('hands the error of that run to those who wait for it', async () => {
    const { clock, cache } = setUp()
    const factory = () => new Promise<string>((_, reject) => clock.after(300, () => reject(new Error('no'))))
    const calls = [cache.getOrSet('r', 'key', factory), cache.getOrSet('r', 'key', factory)]
    const outcomes = Promise.allSettled(calls)
    await pass(clock, 500)
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('has one of those run its own factory who wait for a request that is gone', async () => {
    const { clock, cache } = setUp()
    void cache.getOrSet('r', 'key', () => gone<string>())
    await pass(clock, 1000)
    const factory = vi.fn(async () => 'made')
    const calls = [cache.getOrSet('r', 'key', factory), cache.getOrSet('r', 'key', factory)]
    await pass(clock, 3900)
    expect(factory).not.toHaveBeenCalled()
    await pass(clock, 300)
    expect(await Promise.all(calls)).toEqual(['made', 'made'])
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('lets a call leave that waits for another request', async () => {
    const { clock, cache } = setUp()
    void cache.getOrSet('r', 'key', () => gone<string>())
    const leaving = new AbortController()
    const left = cache.getOrSet('r', 'key', async () => 'made', { signal: leaving.signal }).catch((error) => error)
    await pass(clock, 100)
    leaving.abort(new Error('no more'))
    expect(await left).toEqual(new Error('no more'))
  })

  it('hands out what is stale at once, and makes it anew when the request is gone that was to', async () => {
    const { clock, cache } = setUp()
    await cache.set('r', 'key', 'old', { ttl: '1m', grace: '1h' })
    await pass(clock, 60_000)
    const options = { swr: '1h', grace: '1h' } as const
    expect(await cache.getOrSet('r', 'key', () => gone<string>(), options)).toBe('old')
    const factory = vi.fn(async () => 'new')
    expect(await cache.getOrSet('r', 'key', factory, options)).toBe('old')
    expect(factory).not.toHaveBeenCalled()
    await pass(clock, 5000)
    expect(await cache.getOrSet('r', 'key', factory, options)).toBe('old')
    await clock.settle()
    expect(await cache.getOrSet('r', 'key', factory, options)).toBe('new')
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('uses a tier again that was away, and brings it what it missed, without a timer of its own', async () => {
    const clock = new testing.FakeClock()
    const tier = testing.memoryDriver({ clock, shared: true })
    const driver = new testing.ChaosDriver(tier, { clock })
    const { cache } = setUp({ clock, l2: driver, bus: false })
    await cache.set('r', 'before', 1)
    driver.break('fail')
    await cache.set('r', 'during', 2)
    expect(cache.status().l2).toMatchObject({ state: 'open', journal: { length: 1 } })
    driver.heal()
    await clock.advance(10_000)
    expect(cache.status().l2.state).toBe('open')
    await cache.get('r', 'other')
    expect(cache.status().l2.state).toBe('closed')
    await clock.advance(1000)
    const other = new index.CacheManager({ clock, l2: tier, regions: { r: {} }, bus: false })
    expect(await other.get('r', 'during')).toBe(2)
  })

  it('sends what waits by a later request when the one that sent it is gone', async () => {
    const clock = new testing.FakeClock()
    let living = true
    /** Sets no timer for a request that will be gone. */
    const bound: import('../../../js/index.ts').Clock = {
      now: () => clock.now(),
      exact: () => clock.exact(),
      wall: () => clock.wall(),
      after: (ms, callback) => (living ? clock.after(ms, callback) : { cancel: () => undefined }),
    }
    const tier = testing.memoryDriver({ clock, shared: true })
    const driver = new testing.ChaosDriver(tier, { clock })
    const { cache } = setUp({ clock: bound, l2: driver, bus: false })
    await cache.set('r', 'before', 1)
    driver.break('fail')
    await cache.set('r', 'during', 2)
    driver.heal()
    await clock.advance(10_000)
    // The tier serves, but the replay that this read begins is never answered.
    driver.breakOnce('exchangeMany', 'hang')
    living = false
    await cache.get('r', 'other')
    await clock.settle()
    living = true
    await clock.advance(4000)
    await cache.get('r', 'another')
    await clock.settle()
    expect(cache.status().l2).toMatchObject({ state: 'closed', journal: { length: 1 } })
    await clock.advance(2000)
    await cache.get('r', 'one more')
    await clock.settle()
    expect(cache.status().l2).toMatchObject({ state: 'closed', journal: { length: 0 } })
  })

  it('gives all regions 32 MB, and says which of them get less than their size', () => {
    const info = vi.fn()
    const cache = new index.CacheManager({ logger: { info } })
    expect(cache.status().maxBytes).toBe(32 * 1024 ** 2)
    const sizes = Object.values(cache.metrics().regions).map(({ maxBytes }) => maxBytes)
    expect(Math.max(...sizes)).toBe(32 * 1024 ** 2)
    expect(info).toHaveBeenCalledTimes(1)
    expect(info.mock.calls[0]?.[0]).toMatch(/32 MB here.*article_content/)
    new index.CacheManager({ logger: { info }, maxBytes: '16MB' })
    expect(info).toHaveBeenCalledTimes(1)
  })

  it('refuses a Redis over TCP, and names what works', async () => {
    const cache = new index.CacheManager({ redis: 'redis://127.0.0.1:1', timeouts: { close: 20 } })
    expect(await cache.set('metrics', 'key', 1)).toBe(true)
    const refusal = async () => {
      await cache.get('metrics', 'another')
      return cache.status().l2
    }
    // On a busy machine it may take longer to load the tier than a call waits.
    await expect.poll(refusal, { timeout: 15_000 }).toMatchObject({
      lastError: { code: 'UNSUPPORTED_RUNTIME', message: expect.stringContaining('omnicache/upstash') },
    })
    await cache.close()
  })
})
