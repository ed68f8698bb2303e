import { describe, expect, it } from 'vitest'
import { ChaosBus } from '../../../js/testing/chaos-bus.ts'
import type { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { record, SharedTier } from './fixture.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** Two processes over one tier, on a bus that brings own messages back or does not. */
async function pair(echoes: boolean) {
  const shared = new SharedTier()
  const { clock } = shared
  const hub = inProcessHub({ echoes })
  const make = () => {
    const bus = new ChaosBus(hub.join(), { clock })
    return { bus, ...shared.process({ bus, circuit: { maxDelay: '1s' } }) }
  }
  const [a, b] = [make(), make()]
  await Promise.all([a.cache.ready(), b.cache.ready()])
  await clock.settle()
  return { a, b, clock }
}

/** Both hold `old` under `k`, for two hours, and nothing is under way. */
async function agreed(echoes: boolean) {
  const { a, b, clock } = await pair(echoes)
  await a.cache.set('live', 'k', 'old', { ttl: '2h' })
  expect(await b.cache.get('live', 'k')).toBe('old')
  await clock.advance(2 * SECOND)
  return { a, b, clock }
}

/** How often L2 was read. */
function reads({ driver }: { driver: ChaosDriver }): number {
  return driver.calls.filter((method) => method === 'getMany').length
}

describe.each([true, false])('the last message of a process (own messages come back: %s)', (echoes) => {
  it('that is lost is noticed a second later', async () => {
    const { a, b, clock } = await agreed(echoes)
    b.bus.breakOnce('message', 'drop')
    await a.cache.set('live', 'k', 'new')
    await clock.settle()
    expect(await b.cache.get('live', 'k')).toBe('old')
    await clock.advance(SECOND)
    expect(await b.cache.get('live', 'k')).toBe('new')
    expect(b.cache.metrics().bus?.gaps).toBe(1)
  })

  it('is noticed also by who never heard of that process before', async () => {
    const { a, b, clock } = await pair(echoes)
    await a.cache.get('live', 'k')
    await clock.advance(SECOND)
    await b.cache.set('live', 'k', 'old')
    b.bus.breakOnce('message', 'drop')
    await a.cache.set('live', 'k', 'new')
    await clock.advance(SECOND)
    expect(await b.cache.get('live', 'k')).toBe('new')
  })

  it('costs one more message where nothing follows it, and none where something does', async () => {
    const { a, clock } = await agreed(echoes)
    const before = a.bus.published
    for (let i = 0; i < 100; i++) {
      await a.cache.set('live', 'k', i)
      await clock.advance(100)
    }
    await clock.advance(2 * SECOND)
    expect(a.bus.published - before).toBe(101)
  })
})

describe('a bus on which nothing is heard', () => {
  it('is dead where what a reader asks does not come back: it trusts memory no longer, and connects anew', async () => {
    const { a, b, clock } = await agreed(true)
    const states = record(b.cache, 'bus')
    b.bus.break((moment) => (moment === 'message' ? 'drop' : undefined))
    await a.cache.set('live', 'k', 'new')
    let seen: unknown
    for (let second = 0; second < 30; second++) {
      await clock.advance(SECOND)
      seen = await b.cache.get('live', 'k')
      if (seen === 'new') break
      expect(second).toBeLessThan(13)
    }
    expect(seen).toBe('new')
    expect(b.bus.resets).toBe(1)
    expect(states.map(({ state }) => state).slice(0, 2)).toEqual(['down', 'up'])
    expect(states[0]?.cause).toMatchObject({ code: 'TIER_UNAVAILABLE' })
  })

  it('is dead where what a writer told does not come back', async () => {
    const { b, clock } = await agreed(true)
    b.bus.break((moment) => (moment === 'message' ? 'drop' : undefined))
    await b.cache.set('live', 'other', 1)
    await clock.advance(2_000)
    expect(b.bus.resets).toBe(0)
    await clock.advance(500)
    expect(b.bus.resets).toBe(1)
  })

  it('is only quiet where it does: memory serves without a look at L2', async () => {
    const { a, b, clock } = await agreed(true)
    const [before, readsBefore] = [a.bus.published + b.bus.published, reads(b)]
    for (let second = 0; second < 290; second++) {
      await clock.advance(SECOND)
      expect(await a.cache.get('live', 'k')).toBe('old')
      expect(await b.cache.get('live', 'k')).toBe('old')
    }
    expect(reads(b)).toBe(readsBefore)
    expect(a.bus.published + b.bus.published - before).toBeLessThan(60)
    expect(b.cache.status().bus.state).toBe('up')
  })

  it('costs an idle process no message', async () => {
    const { a, b, clock } = await agreed(true)
    await clock.advance(60 * SECOND)
    const before = a.bus.published + b.bus.published
    await clock.advance(HOUR)
    expect(a.bus.published + b.bus.published).toBe(before)
  })

  it('is not relied on after an idle hour, until it gives a sign of life', async () => {
    const { b, clock } = await agreed(true)
    await clock.advance(HOUR)
    const readsBefore = reads(b)
    expect(await b.cache.get('live', 'k')).toBe('old')
    expect(reads(b)).toBe(readsBefore + 1)
    await clock.advance(60)
    for (let second = 0; second < 60; second++) {
      await clock.advance(SECOND)
      expect(await b.cache.get('live', 'k')).toBe('old')
    }
    expect(reads(b)).toBe(readsBefore + 1)
  })

  it('that takes no messages either is not relied on, and not given up', async () => {
    const { a, b, clock } = await agreed(true)
    b.bus.break('fail')
    await a.cache.set('live', 'k', 'new')
    for (let second = 0; second < 45; second++) {
      await clock.advance(SECOND)
      await b.cache.get('live', 'k')
    }
    expect(await b.cache.get('live', 'k')).toBe('new')
    expect(b.bus.resets).toBe(0)
  })
})
