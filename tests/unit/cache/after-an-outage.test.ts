import { describe, expect, it } from 'vitest'
import { ChaosBus } from '../../../js/testing/chaos-bus.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { deferred, expectError, KIND_NAMES, SharedTier } from './fixture.ts'

/** Two processes that have begun, over one tier and one bus. */
async function pair() {
  const shared = new SharedTier()
  const hub = inProcessHub()
  const [one, two] = [shared.process({ bus: hub.join() }), shared.process({ bus: hub.join() })]
  await Promise.all([one.cache.ready(), two.cache.ready()])
  await shared.clock.settle()
  return { shared, one, two, clock: shared.clock }
}

/** How long it takes at the most until the circuit is closed and the journal is empty, in ms. */
const HEALED = 12_000

describe.each(KIND_NAMES)('after an outage, under a live bus, in a region that is %s', (region) => {
  it('memory gives up what L2 did not take because another process wrote later', async () => {
    const { one, two, clock } = await pair()
    one.driver.break('fail')
    await one.cache.set(region, 'k', 'cut off')
    await clock.advance(10)
    await two.cache.set(region, 'k', 'newer')
    await clock.settle()
    expect(await one.cache.get(region, 'k')).toBe('cut off')
    one.driver.heal()
    await clock.advance(HEALED)
    expect(await one.cache.get(region, 'k')).toBe('newer')
    expect(await two.cache.get(region, 'k')).toBe('newer')
  })

  it('memory gives up a value whose time was over before L2 was back', async () => {
    const { one, two, clock } = await pair()
    one.driver.break('fail')
    await one.cache.set(region, 'k', 'v', { ttl: '1s' })
    await clock.advance(2_000)
    one.driver.heal()
    await clock.advance(HEALED)
    expect([await one.cache.get(region, 'k'), await two.cache.get(region, 'k')]).toEqual([undefined, undefined])
  })

  it('memory gives up what was there before a commit that came to L2 after its time', async () => {
    const { shared, one, two, clock } = await pair()
    await one.cache.set(region, 'k', 'before')
    one.driver.break((method) => (method === 'commit' ? 'late' : undefined))
    const work = one.cache.transaction(region, (tx) => tx.set('k', 'after'))
    await expectError(shared.during(300, work), 'COMMIT_UNKNOWN')
    expect(await two.cache.get(region, 'k')).toBe('before')
    one.driver.heal()
    one.driver.release()
    await clock.advance(HEALED)
    expect([await one.cache.get(region, 'k'), await two.cache.get(region, 'k')]).toEqual(['after', 'after'])
  })

  it('memory gives it up too where the circuit stayed closed', async () => {
    const shared = new SharedTier()
    const hub = inProcessHub()
    const process = () => shared.process({ bus: hub.join(), circuit: { threshold: 3 } })
    const [one, two] = [process(), process()]
    await Promise.all([one.cache.ready(), two.cache.ready()])
    await one.cache.set(region, 'k', 'before')
    let sent = false
    one.driver.break((method) => {
      sent ||= method === 'commit'
      return sent ? 'late' : undefined
    })
    const work = one.cache.transaction(region, (tx) => tx.set('k', 'after'))
    await expectError(shared.during(300, work), 'COMMIT_UNKNOWN')
    expect(await two.cache.get(region, 'k')).toBe('before')
    one.driver.heal()
    one.driver.release()
    await shared.clock.advance(HEALED)
    expect([await one.cache.get(region, 'k'), await two.cache.get(region, 'k')]).toEqual(['after', 'after'])
  })

  it('memory does not keep what a read found in the journal while L2 was away again', async () => {
    const { shared, one, two, clock } = await pair()
    one.driver.break('fail')
    await one.cache.set(region, 'k', 'cut off')
    one.driver.heal()
    const exchange = one.driver.exchangeMany.bind(one.driver)
    const answer = deferred()
    let sent = false
    one.driver.exchangeMany = async (...args) => {
      const done = await exchange(...args)
      sent = true
      await answer.promise
      return done
    }
    while (!sent) await clock.advance(10)
    // L2 has it, and something newer since; but that answer is still on the way.
    await two.cache.set(region, 'k', 'newer')
    one.driver.break('hang')
    expect(await shared.during(300, one.cache.get(region, 'k'))).toBe('cut off')
    one.driver.heal()
    answer.resolve()
    await clock.advance(HEALED)
    expect(await one.cache.get(region, 'k')).toBe('newer')
  })
})

it('a bus that is back hastens the probe of L2', async () => {
  const shared = new SharedTier()
  const { clock } = shared
  const bus = new ChaosBus(inProcessHub().join(), { clock })
  const { cache, driver } = shared.process({ bus })
  await cache.ready()
  driver.break('fail')
  bus.disconnect()
  await cache.set('live', 'k', 'cut off')
  // Long enough for a pause of 5 s to have just begun.
  await clock.advance(6_400)
  driver.heal()
  await clock.advance(10)
  expect(cache.status().l2).toMatchObject({ state: 'open' })
  bus.heal()
  await clock.advance(1)
  expect(cache.status().l2).toMatchObject({ state: 'closed', journal: { length: 0 } })
})

describe.each(KIND_NAMES)('where others write a key again and again, in a region that is %s', (region) => {
  it('a write that is refused twice leaves memory', async () => {
    const shared = new SharedTier()
    const { clock } = shared
    const [one, two] = [shared.process(), shared.process()]
    await one.cache.ready()
    two.driver.time = () => clock.wall() + 60_000
    await two.cache.ready()
    const exchange = one.driver.exchangeMany.bind(one.driver)
    let rival = 0
    one.driver.exchangeMany = async (...args) => {
      await two.cache.set(region, 'k', ++rival)
      await clock.advance(1)
      return exchange(...args)
    }
    await one.cache.set(region, 'k', 'refused')
    await clock.settle()
    expect(rival).toBe(2)
    expect(await one.cache.get(region, 'k')).toBe(2)
  })
})

describe('tags whose tokens L2 has not confirmed', () => {
  it('have their entries read again: what is invalid for all others is not served on by its writer', async () => {
    const { one, two, clock, shared } = await pair()
    // Reads are answered, and writes are lost: the tokens that were made are not in L2.
    one.driver.break((method) => (method === 'exchangeMany' ? 'hang' : undefined))
    await shared.during(1_500, one.cache.set('live', 'k', 'v', { tags: ['x'] }))
    one.driver.heal()
    await two.cache.set('live', 'other', 'o', { tags: ['x'] })
    await clock.advance(HEALED)
    expect(await one.cache.get('live', 'k')).toEqual(await two.cache.get('live', 'k'))
  })
})

describe('a get whose tags are not known', () => {
  it('takes no longer than one operation may, though it asks L2 twice', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await one.cache.set('live', 'k', 'v', { tags: ['x'] })
    await one.cache.set('live', 'other', 'o', { tags: ['y'] })
    expect(await two.cache.get('live', 'other')).toBe('o')
    two.driver.break((method) => (method === 'getMany' ? 200 : undefined))
    let ended = false
    const read = two.cache.get('live', 'k').finally(() => {
      ended = true
    })
    await shared.clock.advance(250)
    expect(ended).toBe(true)
    expect(await read).toBeUndefined()
    // What was asked for is learnt all the same.
    await shared.clock.advance(200)
    two.driver.heal()
    const calls = two.driver.calls.length
    expect(await two.cache.get('live', 'k')).toBe('v')
    expect(two.driver.calls.length).toBe(calls + 1)
  })
})

describe.each(KIND_NAMES)('what is written with tags while L2 cannot be asked for their tokens: %s', (region) => {
  it('is valid for all after the outage, where nobody invalidated the tag; and so is what others wrote', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await Promise.all([one.cache.ready(), two.cache.ready()])
    one.driver.break('fail')
    await one.cache.set(region, 'cut off', 1, { tags: ['x'] })
    await two.cache.set(region, 'connected', 2, { tags: ['x'] })
    one.driver.heal()
    await shared.clock.advance(HEALED)
    for (const { cache } of [one, two, shared.process()]) {
      expect(await cache.getMany(region, ['cut off', 'connected'])).toEqual(
        new Map([
          ['cut off', 1],
          ['connected', 2],
        ]),
      )
    }
  })

  it('is valid for all where its process wrote with the tag before in the same outage', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await Promise.all([one.cache.ready(), two.cache.ready()])
    await two.cache.set(region, 'connected', 0, { tags: ['x'] })
    one.driver.break('fail')
    await one.cache.set(region, 'first', 1, { tags: ['x'] })
    await one.cache.set(region, 'second', 2, { tags: ['x'] })
    one.driver.heal()
    await shared.clock.advance(HEALED)
    expect(await two.cache.getMany(region, ['connected', 'first', 'second'])).toEqual(
      new Map([
        ['connected', 0],
        ['first', 1],
        ['second', 2],
      ]),
    )
  })

  it('is valid for all where L2 has lost everything meanwhile', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await one.cache.set(region, 'before', 0, { tags: ['x'] })
    await shared.clock.advance(10)
    one.driver.break('fail')
    await one.cache.set(region, 'cut off', 1, { tags: ['x'] })
    await shared.tier.deletePrefix('')
    one.driver.heal()
    await shared.clock.advance(HEALED)
    expect(await two.cache.getMany(region, ['before', 'cut off'])).toEqual(new Map([['cut off', 1]]))
  })

  it.each([false, '2h'] as const)(
    'is there where its life was changed before it was sent: slidingTtl %s',
    async (slidingTtl) => {
      const shared = new SharedTier()
      const regions = { [region]: { ttl: '1h', slidingTtl } } as const
      const [one, two] = [shared.process({ regions }), shared.process({ regions })]
      await two.cache.set(region, 'other', 0, { tags: ['x'] })
      await one.cache.ready()
      one.driver.break('fail')
      await one.cache.set(region, 'k', 1, { tags: ['x'] })
      await shared.clock.advance(10)
      if (slidingTtl) await one.cache.get(region, 'k')
      else expect(await one.cache.touch(region, 'k', '2h')).toBe(true)
      await shared.clock.advance(10)
      one.driver.heal()
      await shared.clock.advance(HEALED + 30_000)
      for (const { cache } of [one, two]) expect(await cache.get(region, 'k')).toBe(1)
    },
  )

  it('is gone where the tag was deleted after it', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await two.cache.set(region, 'other', 0, { tags: ['x'] })
    await one.cache.ready()
    one.driver.break('fail')
    await one.cache.set(region, 'before', 1, { tags: ['x'] })
    await shared.clock.advance(10)
    await two.cache.deleteByTag(region, 'x')
    one.driver.heal()
    await shared.clock.advance(HEALED + 30_000)
    for (const { cache } of [one, two, shared.process()]) {
      expect(await cache.getMany(region, ['before', 'other'])).toEqual(new Map())
    }
  })
})

describe.each(KIND_NAMES)('two reads of a key under way at a time, in a region that is %s', (region) => {
  it.each(['set', 'delete'] as const)('leave in memory what the later answer said: after a %s', async (change) => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await one.cache.set(region, 'k', 'older', { tags: ['x'] })
    await two.cache.get(region, 'another')
    await shared.clock.settle()
    let calls = 0
    // The first read is answered at once, and then waits for the tokens of the tags that it has found.
    two.driver.break((method) => (method === 'getMany' && ++calls === 2 ? 200 : undefined))
    const first = two.cache.get(region, 'k')
    await shared.clock.advance(10)
    expect(calls).toBe(2)
    if (change === 'set') await one.cache.set(region, 'k', 'newer')
    else await one.cache.delete(region, 'k')
    const newest = change === 'set' ? 'newer' : undefined
    expect(await two.cache.get(region, 'k')).toBe(newest)
    await shared.clock.advance(200)
    await first
    expect(await two.cache.get(region, 'k')).toBe(newest)
  })
})

describe.each(KIND_NAMES)('while a clear waits for L2, in a region that is %s', (region) => {
  it('memory keeps nothing that is older than what was read', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process(), shared.process()]
    await Promise.all([one.cache.ready(), two.cache.ready()])
    one.driver.break('refuse')
    await one.cache.clear(region)
    await one.cache.set(region, 'k', 'older')
    await shared.clock.advance(31_000)
    await two.cache.set(region, 'k', 'newer')
    expect(await one.cache.get(region, 'k')).toBe('newer')
    one.driver.break('fail')
    expect(await one.cache.get(region, 'k')).not.toBe('older')
  })
})
