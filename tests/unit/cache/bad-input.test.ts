import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import type { ManagerOptions, RegionOptions } from '../../../js/config/types.ts'
import { expectError, KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

type Cache = CacheManager
type Call = (cache: Cache, region: string, key: string) => Promise<unknown>

const KEYED: Record<string, Call> = {
  get: (cache, region, key) => cache.get(region, key),
  set: (cache, region, key) => cache.set(region, key, 1),
  has: (cache, region, key) => cache.has(region, key),
  delete: (cache, region, key) => cache.delete(region, key),
  getMany: (cache, region, key) => cache.getMany(region, ['k', key]),
  setMany: (cache, region, key) => cache.setMany(region, [[key, 1]]),
  deleteMany: (cache, region, key) => cache.deleteMany(region, ['k', key]),
  getOrSet: (cache, region, key) => cache.getOrSet(region, key, () => 1),
  warm: (cache, region, key) => cache.warm(region, [[key, 1]]),
}

const CALLS: Record<string, Call> = {
  ...KEYED,
  clear: (cache, region) => cache.clear(region),
  transaction: (cache, region) => cache.transaction(region, () => 1),
  'region()': async (cache, region) => cache.region(region),
  'config()': async (cache, region) => cache.config(region),
  'configure()': async (cache, region) => cache.configure(region, { ttl: 1 }),
}

describe.each(Object.entries(CALLS))('%s', (_, call) => {
  it('rejects for a region that there is not, and names it, those that are, or the one meant', async () => {
    const { cache } = makeCache()
    const error = await expectError(
      () => call(cache, 'nowhere', 'k'),
      'UNKNOWN_REGION',
      /'nowhere'/,
      /generation_status/,
    )
    expect(error.context.region).toBe('nowhere')
    await expectError(() => call(cache, 'user_preference', 'k'), 'UNKNOWN_REGION', /user_preferences/)
    for (const name of ['', '__proto__', 'constructor', null, 7, {}]) {
      await expectError(() => call(cache, name as string, 'k'), 'UNKNOWN_REGION')
    }
  })

  it('rejects once the cache was closed', async () => {
    const { cache } = makeCache()
    await cache.set('live', 'k', 1)
    await cache.close()
    await expectError(() => call(cache, 'live', 'k'), 'CLOSED', /closed/)
  })
})

describe.each(Object.entries(KEYED))('%s', (_, call) => {
  it.each(KIND_NAMES)(
    'rejects for a key that cannot be one, in a region that is %s, and loses nothing',
    async (kind) => {
      const { cache } = makeCache()
      await cache.set(kind, 'k', 'stays')
      // What some of the bad ones would be if they were cut or mended.
      await cache.setMany(kind, { ['x'.repeat(65_536)]: 1, '\ufffd': 1 })
      const bad: [unknown, RegExp][] = [
        ['', /empty/],
        ['x'.repeat(65_537), /64 KB/],
        ['ü'.repeat(32_769), /64 KB/],
        ['\ud800', /surrogate/],
        ['a\udc00b', /surrogate/],
        [7, /number/],
        [undefined, /undefined/],
        [null, /null/],
        [{ toString: () => 'k' }, /object/],
        [Symbol('k'), /symbol/],
      ]
      for (const [key, says] of bad) {
        const error = await expectError(
          () => call(cache, kind, key as string),
          'INVALID_KEY',
          says,
          kind,
          /non-empty string/,
        )
        expect(error.context.region).toBe(kind)
        expect(error.message.length).toBeLessThan(300)
      }
      expect(await cache.get(kind, 'k')).toBe('stays')
      expect(cache.metrics().regions[kind]?.entries).toBe(3)
    },
  )
})

describe.each(KIND_NAMES)('a value that cannot be serialized, for a region that is %s', (kind) => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  const bad: [string, unknown][] = [
    ['a function', { deep: [{ call: () => 1 }] }],
    ['a symbol', { s: Symbol('s') }],
    ['a cycle', cycle],
    ['a promise', { p: Promise.resolve(1) }],
    ['an instance of a class', { user: new (class User {})() }],
    ['a WeakMap', new WeakMap()],
    [
      'something that throws when it is read',
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('mine')
        },
      }),
    ],
  ]

  it.each(bad)('%s: is one clear error that names region and key, and the old value stays', async (_, value) => {
    const { cache } = makeCache({ strict: true })
    await cache.set(kind, 'my-key', 'stays')
    const calls = [
      () => cache.set(kind, 'my-key', value),
      () => cache.setMany(kind, { 'my-key': value }),
      () => cache.getOrSet(kind, 'my-key', () => value, { forceFresh: true }),
    ]
    for (const call of calls) {
      const error = await expectError(call, 'UNSERIALIZABLE_VALUE', kind)
      if (kind === 'encrypted') expect(JSON.stringify([error.message, error.context])).not.toMatch('my-key')
      else expect(error.message).toMatch('my-key')
    }
    expect(await cache.get(kind, 'my-key')).toBe('stays')
  })

  it('says where inside of the value it is', async () => {
    const { cache } = makeCache({ strict: true })
    const value = { list: [1, { callback: () => 1 }] }
    await expectError(() => cache.set(kind, 'k', value), 'UNSERIALIZABLE_VALUE', /list/, /callback/, /function/)
  })

  it('is one for both sides: with L2 and without', async () => {
    if (kind === 'cloned') return
    const { cache } = new SharedTier().process()
    await expectError(() => cache.set(kind, 'k', { f: () => 1 }), 'UNSERIALIZABLE_VALUE', kind)
    expect(await cache.has(kind, 'k')).toBe(false)
  })
})

describe('strict', () => {
  const value = { f: () => 1 }

  it('is off where it is told so, for live regions without L2 only', async () => {
    const { cache } = makeCache({ strict: false })
    expect(await cache.set('live', 'k', value)).toBe(true)
    expect(await cache.get('live', 'k')).toBe(value)
    await expectError(() => cache.set('packed', 'k', value), 'UNSERIALIZABLE_VALUE')
    await expectError(
      () => new SharedTier().process({ strict: false }).cache.set('live', 'k', value),
      'UNSERIALIZABLE_VALUE',
    )
  })

  it('is off in production by default, on elsewhere', async () => {
    const before = process.env.NODE_ENV
    try {
      process.env.NODE_ENV = 'production'
      expect(await makeCache().cache.set('live', 'k', value)).toBe(true)
      process.env.NODE_ENV = 'development'
      await expectError(() => makeCache().cache.set('live', 'k', value), 'UNSERIALIZABLE_VALUE')
    } finally {
      process.env.NODE_ENV = before
    }
  })
})

describe('a wrong option', () => {
  const wrong: [ManagerOptions | Record<string, unknown>, RegExp, RegExp][] = [
    [{ regions: { sessions: { policy: 'random' } } }, /regions\.sessions\.policy is 'random'/, /'lru', 'lfu'/],
    [{ regions: { sessions: { ttl: 0 } } }, /regions\.sessions\.ttl is 0/, /positive|'5m'/],
    [{ regions: { sessions: { ttl: '5 parsecs' } } }, /regions\.sessions\.ttl/, /'5m'/],
    [{ regions: { sessions: { maxBytes: '10 apples' } } }, /regions\.sessions\.maxBytes/, /'64KB'/],
    [{ regions: { sessions: { maxBytes: -1 } } }, /regions\.sessions\.maxBytes/, /bytes/],
    [{ regions: { sessions: { maxEntries: 0 } } }, /regions\.sessions\.maxEntries is 0/, /from 1/],
    [{ regions: { sessions: { tll: '5m' } } }, /tll/, /ttl/],
    [{ regions: { sessions: { store: 'heap' } } }, /store is 'heap'/, /live.*packed/],
    [{ regions: { sessions: { encryption: true, store: 'live' } } }, /store is 'live'/, /packed/],
    [{ regions: { 'my sessions': {} } }, /my sessions/, /letters, digits/],
    [{ regions: { sessions: 5 } }, /sessions is 5/, /object|options/],
    [{ regions: [] }, /regions/, /object/],
    [{ redis: 'http://localhost' }, /redis/, /redis:\/\//],
    [{ redis: 42 }, /redis is 42/, /URL/],
    [{ redis: {} }, /redis/, /client/],
    [{ redis: [] }, /redis/, /nodes/],
    [{ l2: {} }, /l2/, /driver/],
    [{ redi: 'redis://localhost' }, /redi\b/, /redis/],
    [{ namespace: 'a:b' }, /namespace/, /letters, digits/],
    [{ maxBytes: 0 }, /maxBytes is 0/, /'64KB'/],
    [{ logger: {} }, /logger/, /warn/],
    [{ alerts: { hitRatio: { raise: 2 } } }, /alerts\.hitRatio\.raise is 2/, /0.*1/],
    [{ alerts: { fill: { raise: 0.5, clear: 0.6 } } }, /alerts\.fill\.clear/, /raise/],
    [{ metrics: 'yes' }, /metrics is 'yes'/, /true/],
    [{ timeouts: { close: -5 } }, /timeouts\.close is -5/, /positive|'5m'/],
    [{ circuit: { firstDelay: '10s', maxDelay: '1s' } }, /circuit\.maxDelay/, /firstDelay/],
    [{ journal: { maxEntries: 1.5 } }, /journal\.maxEntries is 1\.5/, /whole/],
    [{ clock: {} }, /clock/, /Clock/],
    [{ defaults: { clone: 1 } }, /defaults\.clone is 1/, /true/],
  ]

  it.each(wrong)('%o: names it, its value and what is allowed', async (options, what, allowed) => {
    const make = () => new CacheManager(options as ManagerOptions)
    await expectError(make, 'INVALID_OPTION', what, allowed)
  })

  it('is told at run time, too, and changes nothing', async () => {
    const { cache } = makeCache()
    await cache.set('live', 'k', 'stays')
    const before = cache.config('live')
    const changes = [{ ttl: '1m', policy: 'none' }, { maxBytes: 0 }, { ttk: 1 }, { encryption: true, store: 'live' }]
    for (const change of changes) {
      await expectError(
        () => cache.configure('live', change as RegionOptions),
        'INVALID_OPTION',
        /regions\.live|allowed/,
      )
      expect(cache.config('live')).toEqual(before)
    }
    expect(await cache.get('live', 'k')).toBe('stays')
  })

  it.each([
    ['x'.repeat(32), /43 or 44|64 hex/],
    [new Uint8Array(16), /16 bytes/],
    ['', /32 bytes/],
    [{ current: 'b', ring: { a: KEY } }, /current/],
    [{ current: 'a', ring: { a: KEY, b: 'short' } }, /'b'/],
    [{ current: 'a', ring: { 'a b': KEY } }, /id/],
    [7, /key/],
  ])('tells of a wrong key, %o, at start, and repeats no part of it', async (keys, says) => {
    const options = { encryption: { keys } } as unknown as ManagerOptions
    const error = await expectError(() => new CacheManager(options), 'INVALID_ENCRYPTION_KEY', says)
    expect(error.message).not.toMatch(/xxxx|7e7e|short\b/)
  })
})

describe('many pairs with a bad one among them', () => {
  it.each(['live', 'packed', 'encrypted'])('leave memory and L2 of one mind, in a region that is %s', async (kind) => {
    const shared = new SharedTier()
    const { cache } = shared.process()
    await expectError(
      () =>
        cache.setMany(kind, [
          ['a', 1],
          ['b', 2],
          ['', 3],
          ['c', 4],
        ]),
      'INVALID_KEY',
    )
    await expectError(() => cache.setMany<unknown>(kind, { d: 1, e: () => 1 }), 'UNSERIALIZABLE_VALUE')
    const other = shared.process().cache
    const keys = ['a', 'b', 'c', 'd', 'e']
    expect(await other.getMany(kind, keys)).toEqual(await cache.getMany(kind, keys))
  })
})

describe('arguments in another order', () => {
  it('are refused with the right one', async () => {
    const { cache } = makeCache()
    const swapped = () => cache.getOrSet('live', 'k', { ttl: 5 } as never, (() => 1) as never)
    await expectError(swapped, 'INVALID_OPTION', /factory is an object; allowed: a function; options come after it/)
    await expectError(() => cache.get('user:1', undefined as never), 'UNKNOWN_REGION', /names its region first/)
  })

  it('pairs that are keys alone are refused', async () => {
    const { cache } = makeCache()
    await expectError(() => cache.setMany('live', ['ab', 'cd'] as never), 'INVALID_OPTION', /a pair is 'ab'/)
    expect(await cache.get('live', 'a')).toBeUndefined()
  })
})
