import { describe, expect, it } from 'vitest'
import type { WarmProgress } from '../../../js/cache/types.ts'
import { systemClock } from '../../../js/clock.ts'
import { expectError, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const pairs = (count: number) => Array.from({ length: count }, (_, i) => [`k${i}`, { i }] as const)

async function* later(count: number): AsyncGenerator<readonly [string, { i: number }]> {
  for (const pair of pairs(count)) {
    if (pair[1].i % 500 === 0) await new Promise(setImmediate)
    yield pair
  }
}

function* sooner(count: number): Generator<readonly [string, { i: number }]> {
  yield* pairs(count)
}

const FORMS = {
  object: () => Object.fromEntries(pairs(2_500)),
  Map: () => new Map(pairs(2_500)),
  array: () => pairs(2_500),
  iterable: () => sooner(2_500),
  'async iterable': () => later(2_500),
}
const SIZED = ['object', 'Map', 'array']

describe.each(KIND_NAMES)('warming a region that is %s', (kind) => {
  it.each(Object.entries(FORMS))('takes an %s, and tells how far it is', async (name, make) => {
    const { cache } = makeCache()
    const told: WarmProgress[] = []
    const total = SIZED.includes(name) ? 2_500 : undefined
    const result = await cache.warm(kind, make(), { onProgress: (progress) => told.push(progress) })
    expect(result).toEqual({ done: 2_500, total, stored: 2_500 })
    expect(told.length).toBeGreaterThan(1)
    expect(told.map(({ done }) => done)).toEqual([...told.map(({ done }) => done)].sort((a, b) => a - b))
    expect(told.at(-1)).toEqual(result)
    expect(cache.metrics().regions[kind]?.entries).toBe(2_500)
    expect(await cache.get(kind, 'k2499')).toEqual({ i: 2_499 })
  })

  it('lets others have their turn at least once in 1,000 entries', async () => {
    const { cache } = makeCache({ clock: systemClock })
    let turns = 0
    let running = true
    const count = () => {
      turns++
      if (running) setImmediate(count)
    }
    setImmediate(count)
    await cache.warm(kind, pairs(20_000))
    running = false
    expect(turns).toBeGreaterThanOrEqual(20)
  })

  it('gives way by time, where entries are heavy: a batch is no single piece of work', async () => {
    const { cache, clock } = makeCache()
    let ms = 0
    const busy = { now: () => clock.now(), exact: () => ms++, wall: () => clock.wall(), after: () => ({ cancel() {} }) }
    const { cache: slow } = makeCache({ clock: busy, metrics: false })
    let turns = 0
    let running = true
    const count = () => {
      turns++
      if (running) setImmediate(count)
    }
    setImmediate(count)
    await slow.setMany(kind, pairs(500))
    running = false
    expect(turns).toBeGreaterThan(500 / 20)
    await cache.close()
  })

  it('stops when it is told to, and keeps what is stored by then', async () => {
    const { cache } = makeCache()
    const controller = new AbortController()
    const result = await cache.warm(kind, later(5_000), {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 2_000) controller.abort()
      },
    })
    expect(result.done).toBeGreaterThanOrEqual(2_000)
    expect(result.done).toBeLessThan(5_000)
    expect(result.stored).toBe(result.done)
    expect(await cache.has(kind, 'k0')).toBe(true)
    expect(await cache.has(kind, 'k4999')).toBe(false)
  })

  it('closes an iterator that it leaves early', async () => {
    const { cache } = makeCache()
    let closed = false
    async function* endless(): AsyncGenerator<[string, number]> {
      try {
        for (let i = 0; ; i++) yield [`k${i}`, i]
      } finally {
        closed = true
      }
    }
    const controller = new AbortController()
    await cache.warm(kind, endless(), { signal: controller.signal, onProgress: () => controller.abort() })
    expect(closed).toBe(true)
  })

  it('passes on what its data throws, and keeps what is stored by then', async () => {
    const { cache } = makeCache()
    const error = new Error('the database went away')
    async function* broken(): AsyncGenerator<[string, number]> {
      yield* Array.from({ length: 1_500 }, (_, i): [string, number] => [`k${i}`, i])
      throw error
    }
    await expect(cache.warm(kind, broken())).rejects.toBe(error)
    expect(await cache.has(kind, 'k999')).toBe(true)
  })

  it('takes a lifetime for all', async () => {
    const { cache, clock } = makeCache()
    await cache.warm(kind, { k: 1 }, { ttl: '5s' })
    await clock.advance(4_999)
    expect(await cache.has(kind, 'k')).toBe(true)
    await clock.advance(1)
    expect(await cache.has(kind, 'k')).toBe(false)
  })

  it('takes nothing at all', async () => {
    const { cache } = makeCache()
    expect(await cache.warm(kind, {})).toEqual({ done: 0, total: 0, stored: 0 })
    expect(await cache.warm(kind, [])).toEqual({ done: 0, total: 0, stored: 0 })
  })
})

describe('warming', () => {
  it('tells what was stored from what was looked at', async () => {
    const { cache } = makeCache({ regions: { small: { maxBytes: '4KB' } } })
    const result = await cache.warm<unknown>('small', { a: 1, large: 'x'.repeat(10_000), b: 2 })
    expect(result).toEqual({ done: 3, total: 3, stored: 2 })
  })

  it('reaches L2, in few round trips', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    await cache.warm('live', pairs(2_000))
    expect(driver.calls.length).toBeLessThan(20)
    expect((await shared.process().cache.getMany('live', ['k0', 'k1999'])).size).toBe(2)
  })

  it('is not stopped by an L2 that is away', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    driver.break('fail')
    expect(await cache.warm('live', pairs(2_000))).toEqual({ done: 2_000, total: 2_000, stored: 2_000 })
    expect(await cache.get('live', 'k7')).toEqual({ i: 7 })
  })

  it('refuses a bad key with the region named', async () => {
    const { cache } = makeCache()
    await expectError(() => cache.warm('live', [['', 1] as const]), 'INVALID_KEY', /live/)
  })

  it.each(['live', 'packed', 'encrypted'])(
    'does not undo in L2 what was done meanwhile, in a region that is %s',
    async (kind) => {
      const shared = new SharedTier()
      const { cache, driver } = shared.process()
      await cache.set(kind, 'warm', 1)
      const newest = new Map([['k1', 'newer']])
      const keys = Array.from({ length: 100 }, (_, i) => `k${i}`)
      const hurry = async () => {
        await new Promise(setImmediate)
        await cache.delete(kind, 'k0')
        await cache.set(kind, 'k1', 'newer')
      }
      async function* slowly(): AsyncGenerator<[string, string]> {
        for (const key of keys) yield [key, 'warmed']
      }
      // Every look at the clock costs 1 ms: so that the work is done in many slices.
      let ms = shared.clock.now()
      shared.clock.exact = () => (ms += 1)
      await Promise.all([cache.warm(kind, slowly()), hurry()])
      expect(driver.calls).toContain('exchangeMany')
      expect(await cache.getMany(kind, ['k0', 'k1'])).toEqual(newest)
      expect(await shared.process().cache.getMany(kind, ['k0', 'k1'])).toEqual(newest)
    },
  )
})
