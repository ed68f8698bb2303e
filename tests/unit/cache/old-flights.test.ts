import { describe, expect, it } from 'vitest'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { deferred, makeCache, SharedTier } from './fixture.ts'

type Strings = ReturnType<ReturnType<typeof makeCache>['cache']['region']>

const REMOVALS: Record<string, (region: Strings) => Promise<unknown>> = {
  delete: (region) => region.delete('k'),
  clear: (region) => region.clear(),
  deleteByTag: (region) => region.deleteByTag('t'),
}

describe.each(Object.entries(REMOVALS))('after %s', (_, remove) => {
  it.each([
    ['swr', { swr: '1h' }],
    ['softTimeout', { grace: '1h', softTimeout: 10 }],
  ] as const)('nothing stale is handed out by %s that a run from before has found', async (_mode, options) => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, ...options } } })
    const region = cache.region('s')
    const slow = deferred<string>()
    await region.set('k', 'old', { tags: ['t'] })
    await clock.advance(1_001)
    const first = region.getOrSet('k', () => slow.promise)
    await clock.advance(20)
    expect(await first).toBe('old')
    await remove(region)
    const second = region.getOrSet('k', () => 'new')
    await clock.advance(20)
    slow.resolve('made for those of before')
    expect(await second).toBe('new')
    await clock.settle()
    expect(await region.get('k')).toBe('new')
  })

  it('a factory that fails is not answered for by a run from before', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, grace: '1h', eagerRefresh: 0.5 } } })
    const region = cache.region('s')
    const slow = deferred<string>()
    await region.set('k', 'old', { tags: ['t'] })
    await clock.advance(600)
    expect(await region.getOrSet('k', () => slow.promise)).toBe('old')
    await remove(region)
    const failed = expect(region.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    slow.reject(new Error('down too'))
    await failed
  })
})

describe('a call after a removal', () => {
  it('runs its own factory, and those of before get what was made for them', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000 } } })
    const region = cache.region('s')
    const slow = deferred<string>()
    const first = region.getOrSet('k', () => slow.promise)
    await clock.settle()
    await region.delete('k')
    const second = region.getOrSet('k', () => 'new')
    slow.resolve('old')
    expect(await first).toBe('old')
    expect(await second).toBe('new')
    expect(await region.get('k')).toBe('new')
  })

  it('of another process, once it was heard of, does so too', async () => {
    const shared = new SharedTier()
    const hub = inProcessHub()
    const options = { regions: { s: { ttl: 1_000, grace: '1h', softTimeout: 10 } } } as const
    const here = shared.process({ ...options, bus: hub.join() }).cache.region('s')
    const there = shared.process({ ...options, bus: hub.join() }).cache.region('s')
    const slow = deferred<string>()
    const { clock } = shared
    await here.set('k', 'old')
    await clock.advance(1_001)
    const first = here.getOrSet('k', () => slow.promise)
    await clock.advance(20)
    expect(await first).toBe('old')
    await there.delete('k')
    await clock.settle()
    const second = here.getOrSet('k', () => 'new')
    await clock.advance(20)
    slow.resolve('made for those of before')
    expect(await second).toBe('new')
  })

  it('still shares one run with others that come after it', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000 } } })
    const region = cache.region('s')
    const [before, after] = [deferred<string>(), deferred<string>()]
    let runs = 0
    const first = region.getOrSet('k', () => before.promise)
    await clock.settle()
    await region.delete('k')
    const calls = Array.from({ length: 10 }, () =>
      region.getOrSet('k', () => {
        runs++
        return after.promise
      }),
    )
    await clock.settle()
    after.resolve('new')
    before.resolve('old')
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['new']))
    expect(await first).toBe('old')
    expect(runs).toBe(1)
  })
})

it('a forced value is kept though an ordinary run from before ends first', async () => {
  const { cache, clock } = makeCache({ regions: { s: { ttl: '1m' } } })
  const region = cache.region('s')
  const [ordinary, forced] = [deferred<string>(), deferred<string>()]
  const older = region.getOrSet('k', () => ordinary.promise)
  await clock.settle()
  const newer = region.getOrSet('k', () => forced.promise, { forceFresh: true })
  await clock.settle()
  ordinary.resolve('old')
  expect(await older).toBe('old')
  forced.resolve('new')
  expect(await newer).toBe('new')
  expect(await region.get('k')).toBe('new')
})

it('a factory is not run for a caller who left while L2 was read', async () => {
  const shared = new SharedTier()
  const { cache, driver } = shared.process({ regions: { s: {} }, bus: false })
  const region = cache.region('s')
  await region.get('other')
  driver.breakOnce('getMany', 50)
  const controller = new AbortController()
  let runs = 0
  const call = region.getOrSet('k', () => ++runs, { signal: controller.signal })
  const left = expect(call).rejects.toThrow()
  await shared.clock.advance(10)
  controller.abort()
  await left
  await shared.clock.advance(100)
  expect(runs).toBe(0)
  expect(cache.metrics().totals.errors).toBe(0)
})

it('a back-off is for the entry that was there: a newer one has none', async () => {
  const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, grace: '30d', graceBackoff: Infinity } } })
  const region = cache.region('s')
  const fail = () => Promise.reject(new Error('down'))
  await region.set('k', 'one')
  await clock.advance(1_001)
  expect(await region.getOrSet('k', fail)).toBe('one')
  expect(await region.getOrSet('k', () => 'not tried')).toBe('one')
  await region.set('k', 'two')
  await clock.advance(1_001)
  expect(await region.getOrSet('k', () => 'three')).toBe('three')
})

it.each([
  [{ signal: 5 }, 'signal is 5; allowed: an AbortSignal'],
  [{ signal: {} }, 'signal is an object; allowed: an AbortSignal'],
  [{ waitUntil: 5 }, 'waitUntil is 5; allowed: a function'],
])('the options %j are refused before anything is run', async (options, message) => {
  const { cache } = makeCache({ regions: { s: {} } })
  let runs = 0
  const call = cache.region('s').getOrSet('k', () => ++runs, options as never)
  await expect(call).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
  expect(runs).toBe(0)
})
