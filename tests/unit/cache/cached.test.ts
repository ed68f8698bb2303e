import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cached } from '../../../js/cache/cached/cached.ts'
import type { RegionSource } from '../../../js/cache/cached/cached-call.ts'
import { cacheDelete, cacheGet, cacheSet, getCacheManager } from '../../../js/cache/global.ts'
import { CacheManager } from '../../../js/cache/manager.ts'
import { expectError, makeCache } from './fixture.ts'

describe('cached', () => {
  it('runs a function once per arguments, with the types kept', async () => {
    const { cache, clock } = makeCache()
    let runs = 0
    const add = cached(async (a: number, b: number) => a + b + runs++ * 0, {
      region: 'live',
      name: 'add',
      ttl: '5s',
      cache,
    })
    const sum: number = await add(1, 2)
    expect([sum, await add(1, 2), await add(2, 1)]).toEqual([3, 3, 3])
    expect(runs).toBe(2)
    await clock.advance(5_000)
    await add(1, 2)
    expect(runs).toBe(3)
  })

  it('shares one run among concurrent calls, and throws errors without keeping them', async () => {
    const { cache } = makeCache()
    let runs = 0
    const load = cached(
      async (id: string) => {
        if (++runs === 1) throw new Error('down')
        return `loaded ${id}`
      },
      { region: 'packed', name: 'load', cache },
    )
    const first = await Promise.allSettled([load('a'), load('a')])
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(runs).toBe(1)
    expect(await load('a')).toBe('loaded a')
  })

  it('forgets a result, makes one anew, and looks at one without a run', async () => {
    const { cache } = makeCache()
    let runs = 0
    const load = cached(async (user: { id: string; role: string }) => `${user.id} ${++runs}`, {
      region: 'packed',
      name: 'load',
      cache,
    })
    expect(await load.peek({ id: 'a', role: 'x' })).toBeUndefined()
    expect(runs).toBe(0)
    expect(await load({ id: 'a', role: 'x' })).toBe('a 1')
    expect(await load.peek({ role: 'x', id: 'a' })).toBe('a 1')
    expect(await load.fresh({ role: 'x', id: 'a' })).toBe('a 2')
    expect(await load({ id: 'a', role: 'x' })).toBe('a 2')
    expect(await load.invalidate({ role: 'x', id: 'a' })).toBe(true)
    expect(await load.invalidate({ id: 'a', role: 'x' })).toBe(false)
    expect(await load.peek({ id: 'a', role: 'x' })).toBeUndefined()
    expect(await load({ id: 'b', role: 'x' })).toBe('b 3')
    expect(await load({ id: 'a', role: 'x' })).toBe('a 4')
    expect(await load.peek({ id: 'b', role: 'x' })).toBe('b 3')
  })

  it('has tags that are made of arguments, or of the result too', async () => {
    const { cache } = makeCache()
    let runs = 0
    const options = { region: 'packed', cache } as const
    const byArguments = cached(async (id: string) => `${id} ${++runs}`, {
      ...options,
      name: 'arguments',
      tags: ([id]) => [`id:${id}`],
    })
    const byResult = cached(async (id: string) => ({ id, owner: `owner of ${id}`, run: ++runs }), {
      ...options,
      name: 'result',
      tags: ([id], { owner }) => [`id:${id}`, owner],
    })
    await Promise.all([byArguments('a'), byArguments('b'), byResult('a'), byResult('b')])
    await cache.deleteByTag('packed', 'owner of a')
    expect(await Promise.all([byResult.peek('a'), byArguments.peek('a')])).toEqual([undefined, expect.any(String)])
    await cache.deleteByTag('packed', 'id:b')
    expect(await Promise.all([byResult.peek('b'), byArguments.peek('b')])).toEqual([undefined, undefined])
    expect(runs).toBe(4)
  })

  it('keeps no result whose tag was deleted while it was made, where the tag follows from the arguments', async () => {
    const { cache } = makeCache()
    const load = cached(
      async (id: string) => {
        await cache.deleteByTag('live', `id:${id}`)
        return id
      },
      { region: 'live', name: 'load', cache, tags: ([id]) => [`id:${id}`] },
    )
    expect(await load('a')).toBe('a')
    expect(await load.peek('a')).toBeUndefined()
  })

  it('rejects, and does not throw, for arguments that can be no key, whatever is asked of it', async () => {
    const { cache } = makeCache()
    const load = cached((of: unknown) => of, { region: 'live', name: 'load', cache })
    for (const ask of [load, load.fresh, load.invalidate, load.peek]) {
      await expectError(ask(Symbol('s')), 'INVALID_KEY', /argument 1 is a symbol/)
    }
  })

  it('takes a key function, and a name that keeps functions apart', async () => {
    const { cache } = makeCache()
    const byId = cached((user: { id: string; seen: number }) => user.seen, {
      region: 'live',
      key: ({ id }) => `user:${id}`,
      cache,
    })
    expect(await byId({ id: 'a', seen: 1 })).toBe(1)
    expect(await byId({ id: 'a', seen: 2 })).toBe(1)
    expect(await cache.get('live', 'user:a')).toBe(1)
    const one = cached((n: number) => `one ${n}`, { region: 'live', name: 'one', cache })
    const two = cached((n: number) => `two ${n}`, { region: 'live', name: 'two', cache })
    expect([await one(1), await two(1)]).toEqual(['one 1', 'two 1'])
    await expectError(() => cached((n: number) => n, { region: 'live', cache }), 'INVALID_OPTION', /name/, /key/)
  })

  it('passes on what is wrong with region or key, as a rejection', async () => {
    const { cache } = makeCache()
    await expectError(
      () => cached((n: number) => n, { region: 'nowhere', name: 'f', cache }),
      'UNKNOWN_REGION',
      /nowhere/,
    )
    const later = { region: cache.region.bind(cache) as RegionSource['region'] }
    await expectError(cached((n: number) => n, { region: 'nowhere', name: 'f', cache: later })(1), 'UNKNOWN_REGION')
    await expectError(cached((n: number) => n, { region: 'live', key: () => '', cache })(1), 'INVALID_KEY')
    await expectError(
      cached((f: () => void) => String(f), { region: 'live', name: 'f', cache })(() => {}),
      'INVALID_KEY',
      /argument 1/,
      /key/,
    )
  })
})

describe('the key of arguments', () => {
  class Point {
    x = 1
  }
  const keyOf = async (...args: unknown[]) => {
    let key = ''
    const seen = new CacheManager({ regions: { probe: { strict: false } } })
    seen.on('miss', (event) => {
      key = event.key
    })
    await cached((..._: unknown[]) => 1, { region: 'probe', name: 'f', cache: seen })(...args)
    await seen.close()
    return key
  }

  it('is the same for equal arguments, in whatever order fields were added', async () => {
    expect(await keyOf({ a: 1, b: [2, { c: 3 }] })).toBe(await keyOf({ b: [2, { c: 3 }], a: 1 }))
    expect(
      await keyOf(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toBe(
      await keyOf(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    )
    expect(await keyOf(new Set([1, 2]))).toBe(await keyOf(new Set([2, 1])))
    expect(await keyOf(0)).toBe(await keyOf(-0))
  })

  it('differs for arguments that differ', async () => {
    const different: unknown[][] = [
      [],
      [1],
      ['1'],
      [1n],
      [true],
      ['true'],
      [null],
      ['null'],
      [undefined],
      ['undefined'],
      [1, 2],
      ['1,2'],
      [[1, 2]],
      [[1], 2],
      [[]],
      [{}],
      [{ a: 1 }],
      [{ a: '1' }],
      [{ b: 1 }],
      [{ a: undefined }],
      [new Date(0)],
      [new Date(1)],
      [0],
      [Number.NaN],
      [new Map([['a', 1]])],
      [new Set(['a'])],
      [new Set()],
      [new Map()],
      [Uint8Array.of(1)],
      [Int8Array.of(1)],
      [new URL('https://a.example/')],
      ['https://a.example/'],
      ['a', 'b'],
      ['a,b'],
      ['"a","b"'],
      [{ 'a":1,"b': 1 }],
      [{ a: 1, b: 1 }],
      [new Map([['a', [1, 2]]])],
      [new Map<unknown, unknown>([[['a', 1], 2]])],
      [[undefined]],
      [[null]],
      [Number.POSITIVE_INFINITY],
    ]
    const keys = await Promise.all(different.map((args) => keyOf(...args)))
    for (const [i, key] of keys.entries()) expect(keys.indexOf(key), `${i} is as ${keys.indexOf(key)}: ${key}`).toBe(i)
  })

  it('is refused for what has no value to compare', async () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    for (const bad of [() => 1, Symbol('s'), new Point(), cycle, { deep: [new Point()] }, new WeakMap()]) {
      await expectError(keyOf(bad), 'INVALID_KEY', /argument 1/)
    }
    await expectError(keyOf({ [Symbol('s')]: 1 }), 'INVALID_KEY', /a key that is a symbol/)
    await expectError(keyOf(Object.create({ inherited: 1 })), 'INVALID_KEY')
    await expectError(keyOf(1, { list: [1, () => 1] }), 'INVALID_KEY', /argument 2\.list\[1\] is a function/)
  })

  it('is made of plain objects of other realms too', async () => {
    expect(await keyOf(runInNewContext('({ b: 1, a: 2 })'))).toBe(await keyOf({ a: 2, b: 1 }))
    await expectError(keyOf(runInNewContext('new (class Point { x = 1 })()')), 'INVALID_KEY', /Point/)
  })
})

describe('the cache of the process', () => {
  const NAMES = [
    'REDIS_URL',
    'CACHE_METRICS_TTL',
    'CACHE_PROMPT_CACHE_STRATEGY',
    'CACHE_METRICS_MAX_SIZE',
    'CACHE_API_RESPONSES_COMPRESSION',
    'CACHE_METRIX_TTL',
    'CACHE_ENABLE_METRICS',
  ]
  const before = new Map(NAMES.map((name) => [name, process.env[name]]))
  beforeEach(() => {
    for (const name of NAMES) delete process.env[name]
  })
  afterEach(async () => {
    for (const name of NAMES) delete process.env[name]
    await getCacheManager().close()
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value
  })

  it('is one, found under a registered symbol, memory alone without REDIS_URL', async () => {
    const cache = getCacheManager()
    expect(getCacheManager()).toBe(cache)
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('omnicache.manager')]).toBe(cache)
    expect(cache.status().l2).toEqual({ state: 'none' })
    expect(await cacheSet('metrics', 'k', 1)).toBe(true)
    expect(await cacheGet('metrics', 'k')).toBe(1)
    expect(await cache.get('metrics', 'k')).toBe(1)
    expect(await cacheDelete('metrics', 'k')).toBe(true)
    expect(await cached((n: number) => n * 2, { region: 'metrics', name: 'double' })(21)).toBe(42)
    expect(await cache.get('metrics', 'double(21)')).toBe(42)
  })

  it('is a new one after it was closed', async () => {
    const cache = getCacheManager()
    await cache.close()
    expect(getCacheManager()).not.toBe(cache)
    expect(await cacheSet('metrics', 'k', 1)).toBe(true)
  })

  it('is what the environment says', () => {
    Object.assign(process.env, {
      CACHE_METRICS_TTL: '90',
      CACHE_METRICS_MAX_SIZE: '7',
      CACHE_PROMPT_CACHE_STRATEGY: 'FIFO',
      CACHE_API_RESPONSES_COMPRESSION: 'off',
    })
    const cache = getCacheManager()
    expect(cache.config('metrics')).toMatchObject({ ttl: 90_000, maxBytes: 7 * 1024 ** 2 })
    expect(cache.config('prompt_cache').policy).toBe('fifo')
    expect(cache.config('api_responses').compression).toBe('none')
  })

  it('does not start with a wrong environment, and says which variable, what it is and what is allowed', async () => {
    process.env.CACHE_METRICS_TTL = 'soon'
    const error = await expectError(
      () => getCacheManager(),
      'INVALID_ENVIRONMENT',
      /CACHE_METRICS_TTL/,
      /'soon'/,
      /seconds/,
    )
    expect(error.context.variable).toBe('CACHE_METRICS_TTL')
    await expectError(() => cacheGet('metrics', 'k'), 'INVALID_ENVIRONMENT')
    delete process.env.CACHE_METRICS_TTL
    expect(await cacheSet('metrics', 'k', 1)).toBe(true)
  })

  it('asks back where a name is close to a real one', () => {
    process.env.CACHE_METRIX_TTL = '5'
    const warnings: string[] = []
    CacheManager.fromEnv({ logger: { warn: (message: string) => warnings.push(message) } })
    expect(warnings).toEqual([expect.stringMatching(/CACHE_METRIX_TTL.*did you mean CACHE_METRICS_TTL/)])
  })

  it('counts for what an option leaves undefined', async () => {
    process.env.CACHE_ENABLE_METRICS = 'no'
    const cache = CacheManager.fromEnv({ metrics: undefined })
    await cache.get('metrics', 'k')
    expect(cache.metrics().totals.operations.get.count).toBe(0)
    await cache.close()
  })
})
