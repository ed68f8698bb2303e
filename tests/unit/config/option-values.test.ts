import { describe, expect, test, vi } from 'vitest'
import { jsonSerializer } from '../../../js/codec/serializer.ts'
import { managerOptions } from '../../../js/config/manager-options.ts'
import { regionOptions } from '../../../js/config/region-options.ts'
import { resolveManager } from '../../../js/config/resolve.ts'
import { optionRows } from '../../../js/config/schema.ts'
import type { ManagerOptions, RegionOptions, ResolvedRegion } from '../../../js/config/types.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

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

const _MB = 1024 ** 2
const _HOUR = 3_600_000

describe('what an option may be', () => {
  const serializer = { id: 128, serialize: () => '', deserialize: () => 1 }
  const schema = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }

  test.each<[RegionOptions, Partial<ResolvedRegion>]>([
    [{ ttl: Infinity }, { ttl: Infinity }],
    [{ policy: 'fifo' }, { policy: 'fifo' }],
    [{ favor: 'bytes' }, { favor: 'bytes' }],
    [{ maxEntries: 1 }, { maxEntries: 1 }],
    [{ maxEntries: Infinity }, { maxEntries: Infinity }],
    [{ compression: 'deflate' }, { compression: 'deflate' }],
    [{ compression: 'lz4' }, { compression: 'lz4' }],
    [{ compression: 'auto' }, { compression: 'deflate' }],
    [{ compressAbove: '2KB' }, { compressAbove: 2048 }],
    [
      { dictionary: new Uint8Array([1]) },
      { dictionary: { current: new Uint8Array([1]), others: [] }, compression: 'deflate', store: 'packed' },
    ],
    [
      { dictionary: { others: [new Uint8Array([2])] } },
      { dictionary: { current: undefined, others: [new Uint8Array([2])] }, compression: 'none' },
    ],
    [{ dictionary: {} }, { dictionary: { current: undefined, others: [] } }],
    [{ clone: true }, { clone: true }],
    [{ version: 2 }, { version: '2' }],
    [{ version: 'x'.repeat(64) }, { version: 'x'.repeat(64) }],
    [{ serializer: jsonSerializer }, { serializer: jsonSerializer }],
    [{ serializer }, { serializer }],
    [{ serializer: { ...serializer, id: 255 } }, {}],
    [{ schema }, { schema }],
    [{ l1: { ttl: '1s' } }, { l1: { ttl: 1_000 } }],
  ])('of a region: case %#', (options, expected) => {
    expect(region(options)).toMatchObject(expected)
  })

  test.each<[object, string]>([
    [{ ttl: 0 }, 'ttl is 0'],
    [{ policy: 'mru' }, "policy is 'mru'; allowed: 'lru', 'lfu', 'fifo', 'ttl', 'sieve'"],
    [{ favor: 'speed' }, "favor is 'speed'; allowed: 'objects', 'bytes'"],
    [{ maxBytes: Infinity }, 'maxBytes is Infinity'],
    [{ maxEntries: 0 }, 'maxEntries is 0; allowed: a whole number from 1 up, or Infinity'],
    [{ maxEntries: 1.5 }, 'maxEntries is 1.5'],
    [{ compression: 'gzip' }, "compression is 'gzip'; allowed: true, false, 'auto', 'deflate', 'lz4', 'none'"],
    [
      { dictionary: 'users' },
      "dictionary is 'users'; allowed: a Uint8Array of 1 to 32,768 bytes, or { current, others }",
    ],
    [{ dictionary: new Uint8Array(0) }, 'dictionary is an object; allowed: a Uint8Array of 1 to 32,768 bytes'],
    [{ dictionary: { current: new Uint8Array(32_769) } }, 'dictionary.current is an object'],
    [{ dictionary: { others: [new Uint8Array(1), 'x'] } }, "dictionary.others[1] is 'x'"],
    [{ dictionary: { curent: new Uint8Array(1) } }, 'dictionary is an object'],
    [{ dictionary: null }, 'dictionary is null'],
    [{ encryption: 'true' }, "encryption is 'true'; allowed: true, false"],
    [{ store: 'heap' }, "store is 'heap'; allowed: 'live', 'packed'"],
    [{ version: '' }, "version is ''"],
    [{ version: 'x'.repeat(65) }, 'version is'],
    [{ version: Number.NaN }, 'version is NaN'],
    [{ serializer: { ...serializer, id: 127 } }, 'serializer is an object'],
    [{ serializer: { ...serializer, id: 256 } }, 'serializer is an object'],
    [{ serializer: { ...serializer, id: 128.5 } }, 'serializer is an object'],
    [{ serializer: { id: 128 } }, 'serializer is an object'],
    [{ serializer: null }, 'serializer is null'],
    [{ schema: {} }, 'schema is an object; allowed: a Standard Schema'],
    [{ schema: { '~standard': { version: 2, validate: () => 1 } } }, 'schema is an object'],
    [{ schema: null }, 'schema is null'],
    [{ l1: 5 }, 'l1 is 5; allowed: an object of options'],
    [{ l2: { timeout: '0s' } }, "l2.timeout is '0s'"],
    [{ l2: { timeuot: 5 } }, "l2.timeuot is not an option; did you mean 'timeout'?"],
    [{ tll: 5 }, "tll is not an option; did you mean 'ttl'?"],
    [
      { policy: 'LRU' },
      "policy is 'LRU'; allowed: 'lru', 'lfu', 'fifo', 'ttl', 'sieve', 's3fifo', 'tinylfu', 'auto'; did you mean 'lru'?",
    ],
    [{ elephants: 5 }, 'elephants is not an option; allowed: ttl, grace, graceBackoff, swr,'],
  ])('of a region it is not: case %#, %s', (options, message) => {
    expect(problem({ regions: { r: options } })).toContain(`regions.r.${message}`)
    expect(problem({ defaults: options })).toContain(`defaults.${message}`)
  })

  test('a flag in words is not answered by the same words', () => {
    expect(problem({ metrics: 'true' })).toBe("metrics is 'true'; allowed: true, false")
  })

  test.each<[object, string]>([
    [{ redis: 'localhost' }, 'redis'],
    [{ redis: 5 }, 'redis is 5'],
    [{ redis: [] }, 'redis is an array'],
    [{ redis: null }, 'redis is null'],
    [{ redisOptions: { maxConnections: 0 } }, 'redisOptions.maxConnections is 0'],
    [{ redis: { host: 'db.local', port: 7000 } }, "as a URL that is 'redis://db.local:7000'; allowed: a URL such as"],
    [{ redis: { host: 'db.local', password: 'secret' } }, "that is 'redis://db.local:6379'; allowed: a URL"],
    [{ redis: Promise.resolve() }, 'redis is an object, a promise: `await` it first; allowed'],
    [{ redis: [] }, 'redis is an array without nodes; allowed'],
    [
      { redis: { sentinels: [{ host: 'a' }] } },
      'redis is an object that lacks a sentinel, or the name of the master; ',
    ],
    [{ redis: { sentinels: [], name: 'm' } }, 'redis is an object that lacks a sentinel, or the name of the master; '],
    [{ ttl: '5m' }, 'ttl is an option of regions: give it in `defaults: { ttl }` for all of them, or in `regions: {'],
    [{ grace: '5m' }, 'grace is an option of regions'],
    [{ l2: {} }, 'l2 is an object without getMany, setMany, exchangeMany, setIfAbsent,'],
    [{ l2: 'redis' }, "l2 is 'redis'; allowed: a driver, such as sqliteDriver('./cache.db') or indexedDbDriver()"],
    [{ l2: memoryDriver(), redis: 'redis://localhost' }, 'l2 is an object; allowed: one of `redis` and `l2`'],
    [{ namespace: '' }, "namespace is ''"],
    [{ namespace: 'a:b' }, "namespace is 'a:b'; allowed: 1 to 64 letters, digits, '_' or '-'"],
    [{ namespace: 'x'.repeat(65) }, 'namespace is'],
    [{ regions: [] }, 'regions is an array'],
    [{ regions: null }, 'regions is null'],
    [{ regions: { 'a b': {} } }, "a name in regions is 'a b'"],
    [{ regions: { r: null } }, 'regions.r is null; allowed: an object of options'],
    [{ defaults: 5 }, 'defaults is 5; allowed: an object of options'],
    [{ metrics: 1 }, 'metrics is 1; allowed: true, false'],
    [{ encryption: 'key' }, "encryption is a string; did you mean { keys: '…' }?"],
    [{ encryption: null }, 'encryption is null; allowed: { keys, indexSecret? }'],
    [{ redis: 'localhost:6379' }, 'did you mean redis://localhost:6379?'],
    [{ redis: 'cache' }, 'did you mean redis://cache?'],
    [{ logger: {} }, 'logger is an object'],
    [{ logger: null }, 'logger is null'],
    [{ clock: { now: () => 1 } }, 'clock is an object without exact, wall, after; allowed: a Clock'],
    [{ circuit: { firstDelay: 200, maxDelay: 199 } }, 'circuit.maxDelay is 199; allowed: from firstDelay (200) up'],
    [{ journal: { maxEntries: 0 } }, 'journal.maxEntries is 0'],
    [{ alerts: 5 }, 'alerts is 5; allowed: an object of options'],
    [{ alerts: { hitRatio: { raise: 0 } } }, 'alerts.hitRatio.raise is 0; allowed: a number above 0 and up to 1'],
    [{ alerts: { hitRatio: { raise: 1.1 } } }, 'alerts.hitRatio.raise is 1.1'],
    [
      { alerts: { hitRatio: { clear: 0.79 } } },
      'alerts.hitRatio.clear is 0.79; allowed: a value not below `raise`, which is 0.8',
    ],
    [
      { alerts: { latency: { clear: 101 } } },
      'alerts.latency.clear is 101; allowed: a value not above `raise`, which is 100',
    ],
    [{ region: {} }, "region is not an option; did you mean 'regions'?"],
  ])('of a manager it is not: case %#, %s', (options, message) => {
    expect(problem(options)).toContain(message)
  })

  test.each([null, [], 5])('options are not %j', (options) => {
    expect(problem(options)).toContain('options is')
  })

  test('of a manager: what it holds is passed on as it is', () => {
    const [l2, clock, warn] = [memoryDriver(), new FakeClock(), vi.fn()]
    const resolved = resolveManager(
      { l2, clock, logger: { warn }, namespace: 'x'.repeat(64), redisOptions: { maxConnections: 1 } },
      host,
    )
    expect([resolved.l2, resolved.clock]).toEqual([l2, clock])
    resolved.logger.warn('hello')
    expect(warn).toHaveBeenCalledWith('hello')
  })

  test.each([['redis://localhost:6379/0'], [['redis://a:1', { host: 'b' }]], [{ call() {} }]])(
    'redis may be %j',
    (redis) => {
      expect(resolveManager({ redis } as ManagerOptions, host).redis).toBe(redis)
    },
  )

  test('a wrong address of Redis is told without its password', () => {
    expect(problem({ redis: 'http://user:hunter2@host' })).not.toContain('hunter2')
  })

  test('a wrong default is told, also where every region hides it', () => {
    expect(problem({ defaults: { policy: 'best' }, regions: { metrics: { policy: 'lru' } } })).toContain(
      'defaults.policy',
    )
  })
})

describe('alerts', () => {
  const alerts = (options: ManagerOptions['alerts']) =>
    resolveManager(options === undefined ? {} : { alerts: options }, host).alerts

  test('are switched off as a whole, and one by one', () => {
    expect(alerts(false)).toBe(false)
    expect(alerts(true)).toEqual(alerts(undefined))
    expect(alerts({ hitRatio: false, latency: true })).toMatchObject({ hitRatio: false, latency: { raise: 100 } })
  })

  test('are resolved a little on the good side by default', () => {
    expect(
      alerts({
        hitRatio: { raise: 0.98 },
        fill: { raise: 0.06 },
        latency: { raise: '1s' },
        errorRatio: { raise: 0.5 },
      }),
    ).toMatchObject({
      hitRatio: { clear: 1 },
      fill: { clear: 0.03 },
      latency: { clear: 800 },
      errorRatio: { clear: 0.1 },
    })
  })

  test('may be resolved where they are raised', () => {
    expect(alerts({ hitRatio: { raise: 0.8, clear: 0.8 }, fill: { raise: 1, clear: 1 } })).toMatchObject({
      hitRatio: { clear: 0.8 },
      fill: { clear: 1 },
    })
  })
})

describe('the reference', () => {
  test.each([regionOptions, managerOptions])('says of every option what it means and may be', (options) => {
    for (const row of optionRows(options)) {
      for (const text of Object.values(row)) expect(text, row.option).not.toBe('')
    }
  })

  test('has a row for nested options too', () => {
    expect(optionRows(regionOptions)).toContainEqual({
      option: 'l2.timeout',
      doc: 'The limit of one operation in L2',
      allowed: expect.stringContaining("'30s'"),
      fallback: '250ms',
    })
  })
})
