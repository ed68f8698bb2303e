import { expect } from 'vitest'
import type { FactoryContext } from '../../../js/cache/types.ts'
import { expectError } from '../../helpers/outcomes.ts'
import { type Scenario, until } from '../stage.ts'

/** What a factory can say and ask, and what limits it. */
export const FACTORY: readonly Scenario[] = [
  {
    name: 'hardTimeout ends the wait, aborts the signal, and nothing is stored of what comes later',
    options: { ttl: '1m', hardTimeout: '2s' },
    async run({ region, clock }) {
      let signal: AbortSignal | undefined
      let finish: (value: string) => void = () => undefined
      const call = region.getOrSet('k', (context) => {
        signal = context.signal
        return new Promise<string>((resolve) => {
          finish = resolve
        })
      })
      const refused = expectError(call, 'TIMEOUT', /hardTimeout of 2000 ms/)
      await until(() => signal !== undefined)
      await clock.advance(1_999)
      expect(signal?.aborted).toBe(false)
      await clock.advance(1)
      await refused
      expect(signal?.aborted).toBe(true)
      finish('late')
      await clock.settle()
      expect(await region.get('k')).toBeUndefined()
    },
  },
  {
    name: 'after hardTimeout a stale value within grace is handed out',
    options: { ttl: '1m', grace: '1h', hardTimeout: '2s' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.delay = 10_000
      const call = region.getOrSet('k', origin.load)
      await origin.pass(2, 2_000)
      expect(await call).toBe('v1')
    },
  },
  {
    name: 'negativeTtl remembers for its own time that there is nothing',
    options: { ttl: '1h', negativeTtl: '10s' },
    async run({ region, clock }) {
      for (const nothing of [undefined, null]) {
        let runs = 0
        const load = () => {
          runs++
          return nothing
        }
        const key = String(nothing)
        for (let call = 0; call < 3; call++) expect(await region.getOrSet(key, load)).toBe(nothing)
        expect(runs).toBe(1)
        expect(await region.has(key)).toBe(nothing === null)
        expect(await region.get(key)).toBe(nothing)
        await clock.advance(10_000)
        expect(await region.getOrSet(key, load)).toBe(nothing)
        expect(runs).toBe(2)
      }
    },
  },
  {
    name: 'skip hands out a value that is not stored',
    async run({ region }) {
      expect(await region.getOrSet('k', ({ skip }) => skip('only now'))).toBe('only now')
      expect(await region.has('k')).toBe(false)
    },
  },
  {
    name: 'fail throws what it is given, as an error with a code where it is none, and grace applies',
    options: { ttl: '1m', grace: '1h', graceBackoff: false },
    async run({ region, clock }) {
      const cause = new Error('503')
      await expect(region.getOrSet('k', ({ fail }) => fail(cause))).rejects.toBe(cause)
      await expectError(
        region.getOrSet('k', ({ fail }) => fail('no rows')),
        'FACTORY_FAILED',
        /no rows/,
      )
      await region.set('k', 'old')
      await clock.advance(60_000)
      expect(await region.getOrSet('k', ({ fail }) => fail('no rows'))).toBe('old')
    },
  },
  {
    name: 'setOptions changes what is stored, and refuses what is no option',
    options: { ttl: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', ({ setOptions }) => {
        setOptions({ ttl: '5s', grace: '1m', tags: ['late'] })
        return 'short'
      })
      expect(await region.get('k')).toBe('short')
      await clock.advance(5_000)
      expect(await region.get('k')).toBeUndefined()
      origin.failure = new Error('down')
      expect(await region.getOrSet('k', origin.load, { grace: '1m' })).toBe('short')
      await region.deleteByTag('late')
      await expect(region.getOrSet('k', origin.load, { grace: '1m' })).rejects.toThrow('down')
      const wrong = (context: FactoryContext) => context.setOptions({ forceFresh: true } as never)
      await expectError(region.getOrSet('k', wrong), 'INVALID_OPTION', /forceFresh/)
    },
  },
  {
    name: 'a conditional refresh keeps value and etag, for another whole TTL',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock }) {
      const asked: (string | undefined)[] = []
      let now = 'v1'
      const load = (context: FactoryContext<unknown>) => {
        asked.push(context.etag)
        if (context.etag === now) return context.notModified()
        context.etag = now
        return `body of ${now}`
      }
      expect(await region.getOrSet('k', load)).toBe('body of v1')
      await clock.advance(60_000)
      expect(await region.getOrSet('k', load)).toBe('body of v1')
      await clock.advance(59_999)
      expect(await region.get('k')).toBe('body of v1')
      now = 'v2'
      await clock.advance(1)
      expect(await region.getOrSet('k', load)).toBe('body of v2')
      expect(asked).toEqual([undefined, 'v1', 'v1'])
    },
  },
  {
    name: 'notModified needs a stale value',
    async run({ region }) {
      await expectError(
        region.getOrSet('k', ({ notModified }) => notModified()),
        'INVALID_OPTION',
        /stale/,
      )
    },
  },
  {
    name: 'everything may stand in one object',
    options: { ttl: '1m' },
    async run({ region, clock, origin }) {
      expect(await region.getOrSet({ key: 'k', factory: origin.load, ttl: '1s' })).toBe('v1')
      expect(await region.getOrSet({ key: 'k', factory: origin.load, ttl: '1s' })).toBe('v1')
      await clock.advance(1_000)
      expect(await region.getOrSet({ key: 'k', factory: origin.load })).toBe('v2')
    },
  },
  {
    name: '10,000 callers of an expired key share one run',
    options: { ttl: '1m', grace: '1h' },
    async run({ region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      origin.delay = 100
      const calls = Array.from({ length: 10_000 }, () => region.getOrSet('k', origin.load))
      await origin.pass(2, 100)
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['v2']))
      expect(origin.runs).toBe(2)
    },
  },
  {
    name: 'a caller that aborts leaves alone; the last one aborts the run, unless it goes on for a stale answer',
    options: { ttl: '1m', grace: '1h', softTimeout: '100ms' },
    async run({ region, clock }) {
      const signals: AbortSignal[] = []
      const load = ({ signal }: FactoryContext) => {
        signals.push(signal)
        return new Promise<string>((resolve) => clock.after(1_000, () => resolve('made')))
      }
      const leaving = new AbortController()
      const calls = [1, 2].map(() => region.getOrSet('cold', load, { signal: leaving.signal }))
      const left = Promise.allSettled(calls)
      await until(() => signals.length === 1)
      leaving.abort(new Error('gone'))
      expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(signals[0]?.aborted).toBe(true)
      await region.set('old', 'stale')
      await clock.advance(60_000)
      const first = region.getOrSet('old', load)
      await until(() => signals.length === 2)
      await clock.advance(100)
      expect(await first).toBe('stale')
      const second = new AbortController()
      const call = region.getOrSet('old', load, { signal: second.signal, softTimeout: '10m' })
      const refused = expect(call).rejects.toThrow('gone')
      await clock.settle()
      second.abort(new Error('gone'))
      await refused
      expect(signals[1]?.aborted).toBe(false)
      await clock.advance(900)
      await until(async () => (await region.get('old')) === 'made')
    },
  },
]
