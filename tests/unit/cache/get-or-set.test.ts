import { describe, expect, it } from 'vitest'
import { deferred, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

describe.each(KIND_NAMES)('getOrSet in a region that is %s', (kind) => {
  it('runs the factory once for 10,000 concurrent calls on a cold key', async () => {
    const { cache } = makeCache()
    let runs = 0
    const factory = async () => {
      runs++
      await new Promise(setImmediate)
      return { made: runs }
    }
    const values = await Promise.all(Array.from({ length: 10_000 }, () => cache.getOrSet(kind, 'cold', factory)))
    expect(runs).toBe(1)
    expect(values.every((value) => value.made === 1)).toBe(true)
    expect(await cache.getOrSet(kind, 'cold', factory)).toEqual({ made: 1 })
    expect(runs).toBe(1)
  })

  it('stores what the factory made, with its key told', async () => {
    const { cache } = makeCache()
    expect(await cache.getOrSet(kind, 'k', ({ key }) => `made for ${key}`)).toBe('made for k')
    expect(await cache.get(kind, 'k')).toBe('made for k')
  })

  it('takes a request in one object, by a region and by its name', async () => {
    const { cache, clock } = makeCache()
    const request = { key: 'k', factory: ({ key }: { key: string }) => `made ${key}`, ttl: '1s' } as const
    expect(await cache.getOrSet(kind, request)).toBe('made k')
    expect(await cache.get(kind, 'k')).toBe('made k')
    await clock.advance(1000)
    expect(await cache.get(kind, 'k')).toBeUndefined()
    expect(await cache.region(kind).getOrSet(request)).toBe('made k')
  })

  it('throws the very error of a factory to all who wait, and does not keep it', async () => {
    const { cache } = makeCache()
    const error = new Error('origin is down')
    let runs = 0
    const factory = async (): Promise<string> => {
      runs++
      if (runs === 1) throw error
      return 'up again'
    }
    const waiting = await Promise.allSettled([1, 2, 3].map(() => cache.getOrSet(kind, 'k', factory)))
    expect(waiting).toEqual(Array.from({ length: 3 }, () => ({ status: 'rejected', reason: error })))
    for (const result of waiting) expect(result.status === 'rejected' && result.reason === error).toBe(true)
    expect(await cache.has(kind, 'k')).toBe(false)
    expect(await cache.getOrSet(kind, 'k', factory)).toBe('up again')
    expect(runs).toBe(2)
  })

  it('shares an error that is thrown at once, too', async () => {
    const { cache } = makeCache()
    const thrower = (): never => {
      throw new TypeError('bad')
    }
    await expect(cache.getOrSet(kind, 'k', thrower)).rejects.toThrow(TypeError)
  })

  it('hands out undefined and does not store it', async () => {
    const { cache } = makeCache()
    let runs = 0
    const nothing = () => {
      runs++
      return undefined
    }
    expect(await cache.getOrSet<unknown>(kind, 'k', nothing)).toBeUndefined()
    expect(await cache.has(kind, 'k')).toBe(false)
    await cache.getOrSet<unknown>(kind, 'k', nothing)
    expect(runs).toBe(2)
  })

  it('runs the factory although there is a value, where it is told to', async () => {
    const { cache } = makeCache()
    await cache.set(kind, 'k', 'old')
    expect(await cache.getOrSet(kind, 'k', () => 'new', { forceFresh: true })).toBe('new')
    expect(await cache.get(kind, 'k')).toBe('new')
  })

  it('runs the factory anew when the value has expired', async () => {
    const { cache, clock } = makeCache()
    let runs = 0
    const factory = () => ++runs
    await cache.getOrSet(kind, 'k', factory, { ttl: '1s' })
    await clock.advance(999)
    expect(await cache.getOrSet(kind, 'k', factory, { ttl: '1s' })).toBe(1)
    await clock.advance(1)
    expect(await cache.getOrSet(kind, 'k', factory, { ttl: '1s' })).toBe(2)
  })

  it('lets a caller leave alone, who disturbs nobody', async () => {
    const { cache } = makeCache()
    const work = deferred<string>()
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const factory = (context: { signal: AbortSignal }) => {
      signal = context.signal
      return work.promise
    }
    const leaves = cache.getOrSet(kind, 'k', factory, { signal: controller.signal })
    const stays = cache.getOrSet(kind, 'k', factory)
    await new Promise(setImmediate)
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(leaves).rejects.toBe(reason)
    expect(signal?.aborted).toBe(false)
    work.resolve('made')
    expect(await stays).toBe('made')
    expect(await cache.get(kind, 'k')).toBe('made')
  })

  it('aborts the factory when all have left, stores nothing of it, and begins anew', async () => {
    const { cache } = makeCache()
    const late = deferred<string>()
    const controllers = [new AbortController(), new AbortController()]
    let signal: AbortSignal | undefined
    const calls = controllers.map((controller) =>
      cache.getOrSet(
        kind,
        'k',
        (context) => {
          signal = context.signal
          return late.promise
        },
        { signal: controller.signal },
      ),
    )
    const settled = Promise.allSettled(calls)
    await new Promise(setImmediate)
    controllers[0]?.abort()
    expect(signal?.aborted).toBe(false)
    controllers[1]?.abort()
    expect(signal?.aborted).toBe(true)
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await cache.getOrSet(kind, 'k', () => 'second')).toBe('second')
    late.resolve('first')
    await new Promise(setImmediate)
    expect(await cache.get(kind, 'k')).toBe('second')
  })

  it('rejects a caller whose signal has aborted already, and runs nothing', async () => {
    const { cache } = makeCache()
    let runs = 0
    const call = cache.getOrSet(kind, 'k', () => ++runs, { signal: AbortSignal.abort(new Error('too late')) })
    await expect(call).rejects.toThrow('too late')
    expect(runs).toBe(0)
  })
})

describe.each(KIND_NAMES)('what happens to a key of a region that is %s while its factory runs', (kind) => {
  const changes = {
    set: (cache: ReturnType<typeof makeCache>['cache']) => cache.set(kind, 'k', 'newer'),
    setMany: (cache: ReturnType<typeof makeCache>['cache']) => cache.setMany(kind, { k: 'newer' }),
    transaction: (cache: ReturnType<typeof makeCache>['cache']) =>
      cache.transaction(kind, (tx) => tx.set('k', 'newer')),
    delete: (cache: ReturnType<typeof makeCache>['cache']) => cache.delete(kind, 'k'),
    deleteMany: (cache: ReturnType<typeof makeCache>['cache']) => cache.deleteMany(kind, ['k']),
    clear: (cache: ReturnType<typeof makeCache>['cache']) => cache.clear(kind),
    'clear of all': (cache: ReturnType<typeof makeCache>['cache']) => cache.clear(),
  }

  it.each(Object.entries(changes))('%s: the result is handed out and not stored', async (name, change) => {
    for (const tier of [false, true]) {
      const shared = new SharedTier()
      const { cache } = tier ? shared.process() : makeCache()
      const work = deferred<string>()
      const call = cache.getOrSet(kind, 'k', () => work.promise)
      await new Promise(setImmediate)
      await change(cache)
      work.resolve('stale')
      expect(await call).toBe('stale')
      const expected = name.startsWith('clear') || name.startsWith('delete') ? undefined : 'newer'
      expect(await cache.get(kind, 'k')).toBe(expected)
      if (tier) expect(await shared.process().cache.get(kind, 'k')).toBe(expected)
    }
  })

  it.each(Object.entries(changes))('%s while L2 is read: what it answers is not kept', async (name, change) => {
    const shared = new SharedTier()
    await shared.process().cache.set(kind, 'k', 'stale')
    const { cache, driver } = shared.process()
    await cache.get(kind, 'other')
    driver.break((method) => (method === 'getMany' ? 40 : undefined))
    const read = cache.get(kind, 'k')
    await new Promise(setImmediate)
    const changed = change(cache)
    driver.heal()
    await shared.clock.advance(300)
    await Promise.all([read, changed])
    const expected = name.startsWith('clear') || name.startsWith('delete') ? undefined : 'newer'
    expect(await cache.get(kind, 'k')).toBe(expected)
    await shared.clock.advance(31_000)
    expect(await cache.get(kind, 'k')).toBe(expected)
  })
})

describe('another key', () => {
  it('does not outdate a factory by being written', async () => {
    const { cache } = makeCache()
    const work = deferred<string>()
    const call = cache.getOrSet('live', 'k', () => work.promise)
    await new Promise(setImmediate)
    await cache.set('live', 'j', 1)
    await cache.delete('live', 'i')
    await cache.clear('packed')
    work.resolve('made')
    await call
    expect(await cache.get('live', 'k')).toBe('made')
  })
})
