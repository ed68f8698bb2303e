import { expect } from 'vitest'
import { expectError } from '../../helpers/outcomes.ts'
import { type Scenario, until } from '../stage.ts'

const DAY = 86_400_000
const DOWN = new Error('origin is down')

/** How long entries live: by chance, in all tiers and processes, for months, and for ever. */
export const LIFETIMES: readonly Scenario[] = [
  {
    name: 'jitter takes no more off a TTL than its part, and adds nothing',
    options: { ttl: '100s', jitter: 0.2 },
    async run({ region, origin }) {
      const left = async (draw: number, store: (key: string) => Promise<unknown>) => {
        const key = String(draw)
        await region.delete(key)
        await drawing(draw, () => store(key))
        return region.ttl(key)
      }
      for (const store of [(key: string) => region.set(key, 'v'), (key: string) => region.getOrSet(key, origin.load)]) {
        expect(await left(0, store)).toBeCloseTo(100_000, -0.5)
        expect(await left(0.5, store)).toBeCloseTo(90_000, -0.5)
        expect(await left(1 - 2 ** -53, store)).toBeCloseTo(80_000, -0.5)
      }
      const keys = Array.from({ length: 200 }, (_, i) => `k${i}`)
      await region.setMany(keys.map((key): [string, string] => [key, 'v']))
      const lives = (await Promise.all(keys.map((key) => region.ttl(key)))) as number[]
      expect(Math.min(...lives)).toBeGreaterThanOrEqual(79_999)
      expect(Math.max(...lives)).toBeLessThanOrEqual(100_000)
      expect(new Set(lives.map(Math.round)).size).toBeGreaterThan(100)
    },
  },
  {
    name: 'grace begins where jitter has ended the TTL, and is none the shorter',
    options: { ttl: '100s', jitter: 0.5, grace: '10s' },
    async run({ region, clock, origin }) {
      await drawing(0.5, () => region.getOrSet('k', origin.load))
      await clock.advance(74_999)
      expect(await region.get('k')).toBe('v1')
      await clock.advance(1)
      expect(await region.get('k')).toBeUndefined()
      origin.failure = DOWN
      await clock.advance(9_999)
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await clock.advance(1)
      await expect(region.getOrSet('k', origin.load)).rejects.toBe(DOWN)
    },
  },
  {
    name: 'another process takes over what is left of a life, and of its grace',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, elsewhere, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(40_000)
      expect(await elsewhere.get('k')).toBe('v1')
      expect(await elsewhere.ttl('k')).toBeCloseTo(20_000, -0.5)
      await clock.advance(20_000)
      expect(await elsewhere.get('k')).toBeUndefined()
      origin.failure = DOWN
      await clock.sleep(3_600_000 - 1)
      expect(await elsewhere.getOrSet('k', origin.load)).toBe('v1')
      await clock.advance(1)
      await expect(elsewhere.getOrSet('k', origin.load)).rejects.toBe(DOWN)
    },
  },
  {
    name: 'another process knows what a factory found missing, and the etag of what it made',
    options: { ttl: '1m', grace: '1h', negativeTtl: '10s' },
    async run({ region, elsewhere, clock, origin }) {
      await region.getOrSet('nothing', () => undefined)
      expect(await elsewhere.getOrSet('nothing', origin.load)).toBeUndefined()
      await clock.advance(10_000)
      expect(await elsewhere.getOrSet('nothing', origin.load)).toBe('v1')
      await region.getOrSet('k', (context) => {
        context.etag = 'e1'
        return 'body'
      })
      await clock.advance(60_000)
      const asked = await elsewhere.getOrSet('k', ({ etag, notModified }) => (etag === 'e1' ? notModified() : 'other'))
      expect(asked).toBe('body')
    },
  },
  {
    name: 'l2.ttl ends an entry in L2, whatever its TTL is here',
    options: { ttl: '20s' },
    async run({ region, elsewhere, clock, tiered }) {
      await region.getOrSet('k', () => 'v', { l2: { ttl: '10s' } })
      await clock.advance(9_999)
      expect(await elsewhere.ttl('k')).toBeCloseTo(tiered ? 1 : 10_001, -0.5)
      await clock.advance(1)
      expect(await region.get('k')).toBe('v')
      expect(await elsewhere.get('k')).toBe(tiered ? undefined : 'v')
      await clock.advance(10_000)
      expect(await region.get('k')).toBeUndefined()
    },
  },
  {
    name: 'spans of more than 24.8 days are kept like all others',
    options: { ttl: '60d', grace: '90d', graceBackoff: '30d', softTimeout: '26d', hardTimeout: '40d' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.sleep(60 * DAY - 1)
      expect(await region.get('k')).toBe('v1')
      await clock.sleep(1)
      expect(await region.get('k')).toBeUndefined()
      origin.failure = DOWN
      for (const days of [0, 30 * DAY - 1]) {
        await clock.sleep(days)
        expect(await region.getOrSet('k', origin.load)).toBe('v1')
        expect(origin.runs).toBe(2)
      }
      await clock.sleep(1)
      origin.failure = undefined
      origin.delay = 27 * DAY
      let answer: unknown
      const call = region.getOrSet('k', origin.load).then((value) => {
        answer = value
      })
      await until(() => origin.runs === 3)
      await clock.sleep(26 * DAY - 1)
      expect(answer).toBeUndefined()
      await clock.sleep(1)
      await call
      expect(answer).toBe('v1')
      await clock.sleep(DAY)
      await until(async () => (await region.get('k')) === 'v3')
    },
  },
  {
    name: 'a hardTimeout of more than 24.8 days ends a factory then, and not before',
    options: { ttl: '1m', hardTimeout: '40d' },
    async run({ region, clock, origin }) {
      origin.delay = 50 * DAY
      let failed = false
      const call = expectError(region.getOrSet('k', origin.load), 'TIMEOUT').then(() => {
        failed = true
      })
      await until(() => origin.runs === 1)
      await clock.sleep(40 * DAY - 1)
      expect(failed).toBe(false)
      await clock.sleep(1)
      await call
      await clock.sleep(10 * DAY)
    },
  },
  {
    name: 'what lives for ever has no age at which it would be refreshed ahead of time',
    options: { ttl: Number.POSITIVE_INFINITY, eagerRefresh: 0.5, jitter: 0.5 },
    async run({ region, elsewhere, clock, origin }) {
      await region.getOrSet('k', origin.load)
      for (const days of [0, 40_000]) {
        await clock.sleep(days * DAY)
        for (const place of [region, elsewhere]) {
          expect(await place.getOrSet('k', origin.load)).toBe('v1')
          await clock.settle()
          expect(await place.getOrSet('k', origin.load)).toBe('v1')
          expect(await place.ttl('k')).toBe(Number.POSITIVE_INFINITY)
          expect(await place.getEntry('k')).toMatchObject({ expiresAt: Number.POSITIVE_INFINITY })
        }
      }
      expect(origin.runs).toBe(1)
      expect(await elsewhere.touch('k', '1m')).toBe(true)
      await clock.sleep(60_000)
      expect(await region.get('k')).toBeUndefined()
    },
  },
  {
    name: 'a process that waits for a lock takes what the other one made to live for ever',
    options: { ttl: Number.POSITIVE_INFINITY, grace: '1h', lockTimeout: '20s' },
    async run({ region, elsewhere, origin }) {
      await region.set('k', 'old')
      await region.expire('k')
      origin.delay = 1_000
      const calls = [region, elsewhere].map((place) => place.getOrSet('k', origin.load))
      await origin.pass(1, 15_000)
      expect(await Promise.all(calls)).toEqual(['v1', 'v1'])
      expect(origin.runs).toBe(1)
    },
  },
  {
    name: 'stale for ever, left alone for ever, waited for without limit: Infinity is what it says',
    options: {
      ttl: '1m',
      grace: Number.POSITIVE_INFINITY,
      graceBackoff: Number.POSITIVE_INFINITY,
      softTimeout: Number.POSITIVE_INFINITY,
      hardTimeout: Number.POSITIVE_INFINITY,
    },
    async run({ region, clock, origin }) {
      origin.delay = 100 * DAY
      const call = region.getOrSet('k', origin.load)
      await until(() => origin.runs === 1)
      await clock.sleep(100 * DAY)
      expect(await call).toBe('v1')
      origin.delay = 0
      origin.failure = DOWN
      for (let year = 0; year < 3; year++) {
        await clock.sleep(365 * DAY)
        expect(await region.getOrSet('k', origin.load)).toBe('v1')
      }
      expect(origin.runs).toBe(2)
      expect(await region.touch('k', Number.POSITIVE_INFINITY)).toBe(false)
      expect(await region.getOrSet('k', () => 'new', { forceFresh: true })).toBe('new')
    },
  },
  {
    name: 'swr, slidingTtl and negativeTtl may be for ever too',
    options: { ttl: '1m', swr: Number.POSITIVE_INFINITY, negativeTtl: Number.POSITIVE_INFINITY },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await region.getOrSet('nothing', () => undefined)
      await region.getOrSet('slides', () => 'v', { ttl: '1h' })
      await region.getOrSet('slides', origin.load, { slidingTtl: Number.POSITIVE_INFINITY })
      await clock.sleep(400 * DAY)
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
      await until(async () => (await region.get('k')) === 'v2')
      expect(await region.getOrSet('nothing', origin.load)).toBeUndefined()
      expect(await region.get('slides')).toBe('v')
      expect(origin.runs).toBe(2)
    },
  },
]

/** Runs `work` while chance always draws `draw`. */
async function drawing(draw: number, work: () => Promise<unknown>): Promise<void> {
  const { random } = Math
  Math.random = () => draw
  try {
    await work()
  } finally {
    Math.random = random
  }
}
