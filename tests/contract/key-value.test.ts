import { afterEach, describe, expect, it, vi } from 'vitest'
import { CacheManager } from '../../js/cache/manager.ts'
import { FakeClock } from '../../js/testing/index.ts'
import { cacheApiDriver } from '../../js/tiers/cache-api.ts'
import { cloudflareKvDriver } from '../../js/tiers/cloudflare-kv.ts'
import { unstorageDriver } from '../../js/tiers/unstorage.ts'
import { driverContract } from '../helpers/driver-contract.ts'
import { KvStandIn } from '../helpers/kv-stand-in.ts'
import { StorageStandIn } from '../helpers/storage-stand-in.ts'

const value = Uint8Array.of(1, 2, 3)
const entry = (key: string, ttl = Number.POSITIVE_INFINITY, bytes: Uint8Array = value) => ({ key, value: bytes, ttl })

driverContract('cloudflare-kv, a stand-in', async () => {
  const clock = new FakeClock()
  const namespace = new KvStandIn(clock)
  return {
    driver: cloudflareKvDriver(namespace, { clock }),
    elapse: (ms) => clock.advance(ms),
    another: async () => cloudflareKvDriver(namespace, { clock }),
  }
})

driverContract('unstorage, a stand-in', async () => {
  const clock = new FakeClock()
  const storage = new StorageStandIn()
  return {
    driver: unstorageDriver(storage, { clock }),
    elapse: (ms) => clock.advance(ms),
    another: async () => unstorageDriver(storage, { clock }),
  }
})

describe('Workers KV', () => {
  it('is handed no lifetime below a minute, and no key above 512 bytes', async () => {
    const clock = new FakeClock()
    const namespace = new KvStandIn(clock)
    const driver = cloudflareKvDriver(namespace, { clock })
    await driver.setMany([entry('short', 500), entry('long', 61_500), entry('ever')])
    expect(namespace.lifetimes()).toEqual([60, 62, undefined])
    const keys = ['п'.repeat(400), `${'п'.repeat(399)}р`]
    await driver.setMany(keys.map((key, i) => entry(key, 1000, Uint8Array.of(i))))
    expect(await driver.getMany(keys)).toEqual([Uint8Array.of(0), Uint8Array.of(1)])
    await clock.advance(1000)
    expect(await driver.getMany(['short', ...keys])).toEqual([undefined, undefined, undefined])
  })

  it('lags, and refuses writes that come too fast', async () => {
    const namespace = new KvStandIn(new FakeClock())
    const driver = cloudflareKvDriver(namespace)
    expect(driver.lags).toBe(true)
    await driver.setMany([entry('a')])
    namespace.fault = new Error('KV PUT failed: 429 Too Many Requests')
    await expect(driver.setMany([entry('a')])).rejects.toMatchObject({ code: 'WRITE_REFUSED' })
    namespace.fault = new Error('Network connection lost.')
    await expect(driver.setMany([entry('a')])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
  })

  it('a call of it that never ends holds its key for a while only', async () => {
    const clock = new FakeClock()
    const namespace = new KvStandIn(clock)
    const driver = cloudflareKvDriver(namespace, { clock })
    await driver.setMany([entry('k')])
    const put = vi.spyOn(namespace, 'put').mockReturnValueOnce(new Promise(() => undefined))
    void driver.setMany([entry('k', 1000, Uint8Array.of(4))])
    await clock.settle()
    const read = driver.getMany(['k'])
    const written = driver.setMany([entry('k', 1000, Uint8Array.of(5))])
    await clock.advance(100)
    expect(await read).toEqual([value])
    await clock.advance(1_000)
    await written
    expect(put).toHaveBeenCalledTimes(2)
    expect(await driver.getMany(['k'])).toEqual([Uint8Array.of(5)])
    put.mockRestore()
  })

  it('takes a few keys at a time, and so a batch has as many limits as it has rounds, eight at the most', async () => {
    const clock = new FakeClock()
    const namespace = new KvStandIn(clock)
    const cache = () => new CacheManager({ l2: cloudflareKvDriver(namespace, { clock }), clock })
    const writer = cache()
    const pairs = Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const)
    await writer.get('metrics', 'k')
    namespace.latency = 30
    const written = writer.setMany('metrics', pairs)
    await clock.advance(5_000)
    expect(await written).toBe(100)
    expect(writer.status().l2).toMatchObject({ state: 'closed', journal: { length: 0 } })
    const reader = cache()
    const read = reader.getMany(
      'metrics',
      pairs.map(([key]) => key),
    )
    await clock.advance(5_000)
    expect(await read).toEqual(new Map(pairs))
    namespace.latency = 10_000
    const asked = clock.now()
    const hung = reader.getMany(
      'metrics',
      pairs.map(([key]) => `other:${key}`),
    )
    const over = hung.then(() => clock.now() - asked)
    await clock.advance(20_000)
    expect(await over).toBe(8 * 250)
    expect(reader.status().l2.state).not.toBe('closed')
    await Promise.all([writer.close(), reader.close(), clock.advance(20_000)])
  })

  it('is not asked for names that begin with more than a name can hold', async () => {
    const namespace = new KvStandIn(new FakeClock())
    const driver = cloudflareKvDriver(namespace)
    await driver.setMany([entry('x'.repeat(600))])
    expect(await driver.deletePrefix('x'.repeat(512))).toBe(0)
    expect(await driver.deletePrefix('x'.repeat(300))).toBe(1)
  })

  it('cannot be told from a key that was cut to the same name', async () => {
    const namespace = new KvStandIn(new FakeClock())
    const driver = cloudflareKvDriver(namespace)
    const long = 'x'.repeat(600)
    await driver.setMany([entry(long)])
    const [name = ''] = namespace.names()
    expect(name).toHaveLength(512)
    expect(await driver.getMany([name.slice(1)])).toEqual([undefined])
    expect(await driver.getMany([long])).toEqual([value])
  })
})

describe('what is no store', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is refused', () => {
    for (const none of [undefined, null, {}, { get: () => null }]) {
      expect(() => cloudflareKvDriver(none as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
      expect(() => unstorageDriver(none as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    }
    expect(() => unstorageDriver(new StorageStandIn(), { base: 'a::b' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })

  it('such as the Cache API of a runtime that has none, is told with what there is instead', () => {
    vi.stubGlobal('caches', undefined)
    Reflect.deleteProperty(globalThis, 'caches')
    expect(() => cacheApiDriver()).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME', message: expect.stringContaining('omnicache/sqlite') }),
    )
  })
})
