import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../js/clock.ts'
import { CacheType } from '../../../js/config/presets.ts'
import { mergeRegionOptions, resolveManager, resolveRegion, unknownRegion } from '../../../js/config/resolve.ts'
import type { ManagerOptions, RegionOptions, ResolvedRegion } from '../../../js/config/types.ts'
import { DEFAULT_POLICY } from '../../../js/memory/store.ts'

const host = { maxBytes: 1024 ** 3, production: false }

function region(options: RegionOptions, manager: ManagerOptions = {}): ResolvedRegion {
  const resolved = resolveManager({ ...manager, regions: { r: options } }, host).regions.get('r')
  if (resolved === undefined) throw new Error('no region')
  return resolved
}

function problem(options: unknown): string {
  try {
    resolveManager(options as ManagerOptions, host)
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

const MB = 1024 ** 2
const HOUR = 3_600_000

describe('the presets', () => {
  const { regions } = resolveManager({}, host)

  test.each([
    [CacheType.GENERATION_STATUS, 'generation_status', HOUR, 'ttl', 100 * MB, 'deflate', false, 'packed'],
    [CacheType.EXPORT_CACHE, 'export_cache', 2 * HOUR, 'lru', 500 * MB, 'deflate', false, 'packed'],
    [CacheType.USER_PREFERENCES, 'user_preferences', 24 * HOUR, 'lru', 50 * MB, 'none', true, 'packed'],
    [CacheType.API_RESPONSES, 'api_responses', HOUR / 2, 'ttl', 200 * MB, 'deflate', false, 'packed'],
    [CacheType.METRICS, 'metrics', 300_000, 'fifo', 50 * MB, 'none', false, 'live'],
    [CacheType.ARTICLE_CONTENT, 'article_content', 4 * HOUR, 'lru', 1024 * MB, 'deflate', false, 'packed'],
    [CacheType.PROMPT_CACHE, 'prompt_cache', HOUR, 'lfu', 200 * MB, 'none', false, 'live'],
  ])('%s', (type, name, ttl, policy, maxBytes, compression, encryption, store) => {
    expect(type).toBe(name)
    expect(regions.get(name)).toMatchObject({ ttl, policy, maxBytes, compression, encryption, store })
  })

  test('are all the regions there are without configuration', () => {
    expect([...regions.keys()]).toEqual(Object.values(CacheType))
  })
})

describe('defaults', () => {
  test('of a region that sets nothing', () => {
    expect(region({})).toEqual({
      ttl: HOUR,
      grace: 0,
      graceBackoff: 10_000,
      swr: 0,
      eagerRefresh: 0,
      softTimeout: Infinity,
      hardTimeout: Infinity,
      lockTimeout: 0,
      jitter: 0,
      slidingTtl: 0,
      negativeTtl: 0,
      policy: DEFAULT_POLICY,
      favor: 'objects',
      maxBytes: 64 * MB,
      maxEntries: Infinity,
      compression: 'none',
      compressAbove: 1024,
      encryption: false,
      store: 'live',
      clone: false,
      version: '1',
      strict: true,
      serializer: undefined,
      schema: undefined,
      l1: { ttl: 30_000 },
      l2: { timeout: 250, skip: false },
    })
  })

  test('of a manager that sets nothing', () => {
    const { regions, logger, ...rest } = resolveManager({}, host)
    expect(regions.size).toBe(7)
    expect(logger.error('nobody hears this')).toBeUndefined()
    expect(rest).toEqual({
      redis: undefined,
      redisOptions: {
        maxConnections: 1,
        socketTimeout: 5_000,
        connectTimeout: 5_000,
        retryOnTimeout: false,
        readFrom: 'master',
      },
      l2: undefined,
      bus: 'auto',
      namespace: 'omnicache',
      metrics: true,
      encryption: undefined,
      maxBytes: host.maxBytes,
      strict: true,
      alerts: {
        window: 60_000,
        hitRatio: { raise: 0.8, clear: expect.closeTo(0.85), minSamples: 100 },
        errorRatio: { raise: 0.05, clear: expect.closeTo(0.01), minSamples: 20 },
        fill: { raise: 0.9, clear: expect.closeTo(0.85), minSamples: 0 },
        latency: { raise: 100, clear: 80, minSamples: 20 },
        corrupt: true,
        restart: true,
      },
      timeouts: { close: 5_000 },
      circuit: { threshold: 1, firstDelay: 100, maxDelay: 5_000 },
      journal: { maxEntries: 10_000, maxBytes: 16 * MB },
      clock: systemClock,
    })
  })

  test('are not strict in production', () => {
    const { strict, regions } = resolveManager({}, { ...host, production: true })
    expect([strict, regions.get('metrics')?.strict]).toEqual([false, false])
  })
})

describe('the stronger option counts', () => {
  test('a region beats its preset, which beats the defaults', () => {
    const options: ManagerOptions = { defaults: { ttl: '5s', maxEntries: 7 }, regions: { metrics: { policy: 'lfu' } } }
    expect(resolveManager(options, host).regions.get('metrics')).toMatchObject({
      policy: 'lfu',
      ttl: 300_000,
      maxEntries: 7,
    })
    expect(region({}, options)).toMatchObject({ ttl: 5_000, maxEntries: 7 })
  })

  test('nested options are put together one by one', () => {
    expect(region({ l2: { skip: true } }, { defaults: { l2: { timeout: '1s', skip: false } } }).l2).toEqual({
      timeout: 1_000,
      skip: true,
    })
  })

  test('undefined counts as not given', () => {
    const undef = { ttl: undefined, l2: undefined } as unknown as RegionOptions
    expect(region(undef, { defaults: { ttl: 5 } })).toMatchObject({ ttl: 5, l2: { timeout: 250 } })
  })

  test('compression of the manager switches presets and defaults off, not what a region says', () => {
    const regions = resolveManager(
      { compression: false, defaults: { compression: true }, regions: { metrics: { compression: true } } },
      host,
    ).regions
    expect(regions.get('article_content')).toMatchObject({ compression: 'none', store: 'live' })
    expect(regions.get('prompt_cache')?.compression).toBe('none')
    expect(regions.get('metrics')).toMatchObject({ compression: 'deflate', store: 'packed' })
  })

  test('strict of a region beats that of the manager, which beats production', () => {
    expect(region({}, { strict: false }).strict).toBe(false)
    expect(region({ strict: true }, { strict: false }).strict).toBe(true)
    expect(resolveManager({ strict: true }, { ...host, production: true }).regions.get('metrics')?.strict).toBe(true)
  })

  test('the ceiling of the manager beats that of the host', () => {
    expect(resolveManager({ maxBytes: '10MB' }, host).maxBytes).toBe(10 * MB)
  })
})

describe('the store', () => {
  test.each<[RegionOptions, string]>([
    [{}, 'live'],
    [{ compression: true }, 'packed'],
    [{ compression: 'auto' }, 'packed'],
    [{ compression: 'none' }, 'live'],
    [{ encryption: true }, 'packed'],
    [{ store: 'packed' }, 'packed'],
    [{ compression: true, store: 'live' }, 'live'],
  ])('of %j is %s', (options, store) => {
    expect(region(options).store).toBe(store)
  })

  test('of an encrypted region cannot be live', () => {
    expect(problem({ regions: { r: { encryption: true, store: 'live' } } })).toBe(
      "regions.r.store is 'live'; allowed: 'packed' where `encryption` is true: a live store would hold plaintext",
    )
  })
})

describe('a change at run time', () => {
  test('keeps what it does not name', () => {
    const own = mergeRegionOptions({ ttl: '5m', policy: 'lfu', l2: { timeout: 100 } }, {
      ttl: '1m',
      policy: undefined,
      l2: { skip: true },
    } as unknown as RegionOptions)
    expect(resolveRegion('metrics', own, {}, host)).toMatchObject({
      ttl: 60_000,
      policy: 'lfu',
      maxBytes: 50 * MB,
      l2: { timeout: 100, skip: true },
    })
  })

  test('is checked', () => {
    expect(() => resolveRegion('r', mergeRegionOptions({}, { ttl: 0 }), {}, host)).toThrow('regions.r.ttl is 0')
  })
})

describe('a region that there is not', () => {
  test('is told with what was probably meant', () => {
    expect(unknownRegion('metric', Object.values(CacheType))).toMatchObject({
      code: 'UNKNOWN_REGION',
      message: "There is no region 'metric'; did you mean 'metrics'?",
      context: { region: 'metric' },
    })
  })

  test('or with all that there are', () => {
    expect(unknownRegion('sessions', ['a', 'b']).message).toBe(
      "There is no region 'sessions'; add it to `regions`, or use one of: a, b",
    )
    expect(unknownRegion('user:1', ['users']).message).toBe(
      "There is no region 'user:1': a call names its region first, then keys or tags; regions: users",
    )
    expect(unknownRegion(5, ['a']).message).toContain('name of a region is missing: it is')
  })
})
