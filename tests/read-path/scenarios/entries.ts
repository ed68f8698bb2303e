import { expect } from 'vitest'
import { expectError } from '../../helpers/outcomes.ts'
import type { Scenario } from '../stage.ts'

/** The calls that look at an entry, change its times, or make many. */
export const ENTRIES: readonly Scenario[] = [
  {
    name: 'getEntry tells when an entry was made, until when it is fresh, and whether it is stale',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock }) {
      const none = { value: undefined, hit: false, stale: false, tier: undefined, tags: [] }
      expect(await region.getEntry('k')).toMatchObject(none)
      await region.set('k', 'v', { tags: ['t'] })
      const fresh = await region.getEntry('k')
      expect(fresh).toMatchObject({ value: 'v', hit: true, stale: false, tier: 'memory' })
      expect((fresh.expiresAt ?? 0) - (fresh.createdAt ?? 0)).toBeCloseTo(60_000, -2)
      expect(await region.ttl('k')).toBeCloseTo(60_000, -2)
      await clock.advance(60_000)
      expect(await region.getEntry('k')).toMatchObject({ value: 'v', hit: true, stale: true })
      expect(await region.ttl('k')).toBeUndefined()
    },
  },
  {
    name: 'expire makes an entry stale, here and in L2',
    options: { ttl: '1h', grace: '1h' },
    async run({ region, origin }) {
      expect(await region.expire('k')).toBe(false)
      await region.set('k', 'old')
      expect(await region.expire('k')).toBe(true)
      expect(await region.get('k')).toBeUndefined()
      expect(await region.getEntry('k')).toMatchObject({ value: 'old', stale: true })
      origin.failure = new Error('down')
      expect(await region.getOrSet('k', origin.load)).toBe('old')
    },
  },
  {
    name: 'touch lets a fresh entry live on, and wakes no stale one',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock }) {
      await region.set('k', 'v')
      await clock.advance(30_000)
      expect(await region.touch('k', '2m')).toBe(true)
      await clock.advance(119_000)
      expect(await region.get('k')).toBe('v')
      await clock.advance(1_100)
      expect(await region.get('k')).toBeUndefined()
      expect(await region.touch('k', '2m')).toBe(false)
      await expectError(region.touch('k', 0), 'INVALID_OPTION', /ttl is 0/)
    },
  },
  {
    name: 'slidingTtl lets an entry live on for as long as it is read',
    options: { ttl: '1m', slidingTtl: '1m' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      for (let read = 0; read < 5; read++) {
        await clock.advance(50_000)
        expect(await (read % 2 === 0 ? region.get('k') : region.getOrSet('k', origin.load))).toBe('v1')
      }
      await clock.advance(60_100)
      expect(await region.get('k')).toBeUndefined()
    },
  },
  {
    name: 'getOrSetMany makes what is missing in one call, and tells failures per key',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock }) {
      await region.set('a', 'kept')
      const calls: string[][] = []
      const load = async (missing: readonly string[]) => {
        calls.push([...missing])
        return new Map(missing.map((key) => [key, key === 'bad' ? new Error('no bad') : `made ${key}`]))
      }
      const made = await region.getOrSetMany(['b', 'a', 'bad', 'c', 'b'], load)
      expect([...made]).toEqual([
        ['b', 'made b'],
        ['a', 'kept'],
        ['c', 'made c'],
      ])
      expect([...made.errors.keys()]).toEqual(['bad'])
      expect(calls).toEqual([['b', 'bad', 'c']])
      await clock.advance(60_000)
      const failing = () => Promise.reject(new Error('down'))
      const stale = await region.getOrSetMany(['a', 'b', 'new'], failing)
      expect(Object.fromEntries(stale)).toEqual({ a: 'kept', b: 'made b' })
      expect([...stale.errors.keys()]).toEqual(['new'])
    },
  },
  {
    name: 'overlapping batches share their flights, also with getOrSet, and chunks bound a call',
    async run({ region }) {
      const asked: string[] = []
      const load = async (missing: readonly string[]) => {
        asked.push(missing.join(''))
        return Object.fromEntries(missing.map((key) => [key, key]))
      }
      const [first, second, one] = await Promise.all([
        region.getOrSetMany(['a', 'b', 'c'], load, { chunk: 2 }),
        region.getOrSetMany(['b', 'c', 'd'], load),
        region.getOrSet('a', () => 'alone'),
      ])
      expect([[...first.keys()], [...second.keys()], one]).toEqual([['a', 'b', 'c'], ['b', 'c', 'd'], 'a'])
      expect(asked.sort()).toEqual(['ab', 'c', 'd'])
    },
  },
  {
    name: 'tiers can be left out, and have lifetimes of their own',
    options: { ttl: '1h' },
    async run({ region, clock, origin, tiered }) {
      await region.getOrSet('short', origin.load, { l1: { ttl: '1s' } })
      await clock.advance(1_000)
      expect(await region.getOrSet('short', origin.load)).toBe(tiered ? 'v1' : 'v2')
      await region.set('here', 'only', { l2: { skip: true } })
      expect(await region.get('here')).toBe('only')
      await region.set('there', 'only', { l1: { skip: true } })
      expect(await region.get('there')).toBe(tiered ? 'only' : undefined)
    },
  },
]
