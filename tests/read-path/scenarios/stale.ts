import { expect } from 'vitest'
import { record } from '../../helpers/outcomes.ts'
import { type Scenario, until } from '../stage.ts'

const DOWN = new Error('origin is down')

/** When stale values are handed out, and what goes on meanwhile. */
export const STALE: readonly Scenario[] = [
  {
    name: 'without grace an error is thrown once the value has expired',
    options: { ttl: '1m' },
    async run({ region, clock, origin }) {
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await clock.advance(60_000)
      origin.failure = DOWN
      await expect(region.getOrSet('k', origin.load)).rejects.toBe(DOWN)
    },
  },
  {
    name: 'within grace a failed factory costs no call: the stale value is handed out, and told',
    options: { ttl: '1m', grace: '1h' },
    async run({ cache, region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.failure = DOWN
      const hits = record(cache, 'hit')
      const failures = record(cache, 'refresh-failed')
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      expect(hits).toMatchObject([{ stale: true }])
      expect(failures).toMatchObject([{ error: DOWN }])
      const { staleHits, errors } = cache.metrics().totals
      expect({ staleHits, errors }).toEqual({ staleHits: 1, errors: 1 })
      origin.failure = undefined
      await clock.advance(10_000)
      expect(await region.getOrSet('k', origin.load)).toBe('v3')
    },
  },
  {
    name: 'get, has and getMany know nothing of stale values',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(59_999)
      expect(await region.get('k')).toBe('v1')
      await clock.advance(1)
      expect(await region.get('k')).toBeUndefined()
      expect(await region.has('k')).toBe(false)
      expect((await region.getMany(['k'])).size).toBe(0)
    },
  },
  {
    name: 'when grace is over, errors are thrown again',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      origin.failure = DOWN
      await clock.advance(60_000 + 3_600_000 - 1)
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await clock.advance(1)
      await expect(region.getOrSet('k', origin.load)).rejects.toBe(DOWN)
    },
  },
  {
    name: 'the grace of a call bounds what it takes, however long the entry is kept',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      origin.failure = DOWN
      await clock.advance(60_000 + 5_000)
      await expect(region.getOrSet('k', origin.load, { grace: '5s' })).rejects.toBe(DOWN)
      await expect(region.getOrSet('k', origin.load, { grace: false })).rejects.toBe(DOWN)
      expect(await region.getOrSet('k', origin.load, { grace: '6s' })).toBe('v1')
    },
  },
  {
    name: 'after a failure the factory is left alone for graceBackoff',
    options: { ttl: '1m', grace: '1h', graceBackoff: '30s' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.failure = DOWN
      for (let call = 0; call < 5; call++) expect(await region.getOrSet('k', origin.load)).toBe('v1')
      expect(origin.runs).toBe(2)
      await clock.advance(29_999)
      await region.getOrSet('k', origin.load)
      expect(origin.runs).toBe(2)
      await clock.advance(1)
      origin.failure = undefined
      expect(await region.getOrSet('k', origin.load)).toBe('v3')
    },
  },
  {
    name: 'a call without grace does not profit from the back-off of others',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.failure = DOWN
      await region.getOrSet('k', origin.load)
      await expect(region.getOrSet('k', origin.load, { grace: false })).rejects.toBe(DOWN)
      expect(origin.runs).toBe(3)
    },
  },
  {
    name: 'stale-while-revalidate hands out the stale value at once, and the next call the new one',
    options: { ttl: '1m', swr: '30s' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.delay = 5_000
      const calls = Array.from({ length: 100 }, () => region.getOrSet('k', origin.load))
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['v1']))
      await origin.pass(2, 5_000)
      await until(async () => (await region.get('k')) === 'v2')
      expect(origin.runs).toBe(2)
    },
  },
  {
    name: 'beyond swr a call waits for the factory',
    options: { ttl: '1m', swr: '30s' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(90_000)
      expect(await region.getOrSet('k', origin.load)).toBe('v2')
    },
  },
  {
    name: 'a refresh that fails in the background is an event and a metric, nothing else',
    options: { ttl: '1m', swr: '1h' },
    async run({ cache, region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.failure = DOWN
      const failures = record(cache, 'refresh-failed')
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await until(() => failures.length === 1)
      expect(failures).toMatchObject([{ region: region.name, error: DOWN }])
      expect(cache.metrics().totals.errors).toBe(1)
    },
  },
  {
    name: 'softTimeout hands out the stale value, and what the factory makes later is stored',
    options: { ttl: '1m', grace: '1h', softTimeout: '200ms' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.delay = 1_000
      let answer: unknown
      const call = region.getOrSet('k', origin.load).then((value) => {
        answer = value
      })
      await origin.pass(2, 199)
      expect(answer).toBeUndefined()
      await clock.advance(1)
      await call
      expect(answer).toBe('v1')
      await clock.advance(800)
      await until(async () => (await region.get('k')) === 'v2')
    },
  },
  {
    name: 'softTimeout means nothing where there is no stale value',
    options: { ttl: '1m', grace: '1h', softTimeout: '200ms' },
    async run({ region, origin }) {
      origin.delay = 5_000
      const call = region.getOrSet('k', origin.load)
      await origin.pass(1, 5_000)
      expect(await call).toBe('v1')
    },
  },
  {
    name: 'an expired tag makes entries stale: grace serves them; a deleted one does not',
    options: { ttl: '1h', grace: '1h' },
    async run({ region, origin }) {
      for (const key of ['a', 'b']) await region.set(key, `old ${key}`, { tags: [`tag-${key}`] })
      await region.expireByTag('tag-a')
      await region.deleteByTag('tag-b')
      expect(await region.get('a')).toBeUndefined()
      origin.failure = DOWN
      expect(await region.getOrSet('a', origin.load)).toBe('old a')
      await expect(region.getOrSet('b', origin.load)).rejects.toBe(DOWN)
      origin.failure = undefined
      expect(await region.getOrSet('a', origin.load, { tags: ['tag-a'], grace: false })).toBe('v3')
      expect(await region.get('a')).toBe('v3')
    },
  },
  {
    name: 'eagerRefresh has one call run the factory ahead of time, and nobody wait',
    options: { ttl: '10s', eagerRefresh: 0.8 },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(7_999)
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      expect(origin.runs).toBe(1)
      await clock.advance(1)
      origin.delay = 1_000
      for (let call = 0; call < 10; call++) expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await origin.pass(2, 1_000)
      await until(async () => (await region.get('k')) === 'v2')
      expect(origin.runs).toBe(2)
    },
  },
  {
    name: 'forceFresh never takes what is stale',
    options: { ttl: '1m', grace: '1h', swr: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.failure = DOWN
      await expect(region.getOrSet('k', origin.load, { forceFresh: true })).rejects.toBe(DOWN)
      origin.failure = undefined
      expect(await region.getOrSet('k', origin.load, { forceFresh: true })).toBe('v3')
    },
  },
  {
    name: 'waitUntil is told at call time of what the call leaves behind',
    options: { ttl: '1m', swr: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      const works: Promise<unknown>[] = []
      origin.failure = DOWN
      const call = region.getOrSet('k', origin.load, { waitUntil: (work) => works.push(work) })
      expect(works).toHaveLength(1)
      expect(await call).toBe('v1')
      await expect(Promise.all(works)).resolves.toBeDefined()
      expect(origin.runs).toBe(2)
    },
  },
]
