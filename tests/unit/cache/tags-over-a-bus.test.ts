import { describe, expect, it } from 'vitest'
import { MAX_TRUST } from '../../../js/flow/coherence/trust.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { KIND_NAMES, SharedTier } from './fixture.ts'

/** Two processes that have begun, over one tier and one bus. */
async function pair() {
  const shared = new SharedTier()
  const hub = inProcessHub()
  const [one, two] = [shared.process({ bus: hub.join() }), shared.process({ bus: hub.join() })]
  await Promise.all([one.cache.ready(), two.cache.ready()])
  await shared.clock.settle()
  return { shared, one, two }
}

describe.each(KIND_NAMES)('over a live bus, in a region that is %s', (region) => {
  it('a changed tag takes entries from the memory of others at once, and no other entries', async () => {
    const { shared, one, two } = await pair()
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    await one.cache.set(region, 'b', 2, { tags: ['y'] })
    await one.cache.set(region, 'c', 3, { tags: ['z'] })
    expect((await two.cache.getMany(region, ['a', 'b', 'c'])).size).toBe(3)
    await one.cache.deleteByTag(region, 'x')
    await one.cache.expireByTag(region, 'y')
    await shared.clock.settle()
    expect(await two.cache.getMany(region, ['a', 'b', 'c'])).toEqual(new Map([['c', 3]]))
  })

  it('entries with tags are served from memory without a look for some minutes while nothing is heard', async () => {
    const { shared, one, two } = await pair()
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    expect(await two.cache.get(region, 'a')).toBe(1)
    const calls = two.driver.calls.length
    await shared.clock.advance(MAX_TRUST - 1)
    expect(await two.cache.get(region, 'a')).toBe(1)
    expect(two.driver.calls.length).toBe(calls)
  })

  it('a set with known tags is one call of the tier, and a value begun before the message is not kept', async () => {
    const { shared, one, two } = await pair()
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    await one.cache.set(region, 'b', 2, { tags: ['x'] })
    const calls = one.driver.calls.length
    await one.cache.set(region, 'c', 3, { tags: ['x'] })
    expect(one.driver.calls.length).toBe(calls + 1)
    const load = async () => {
      await two.cache.deleteByTag(region, 'x')
      await shared.clock.settle()
      return 'old'
    }
    expect(await one.cache.getOrSet(region, 'd', load, { tags: ['x'] })).toBe('old')
    expect(await one.cache.get(region, 'd')).toBeUndefined()
    await one.cache.set(region, 'd', 'new', { tags: ['x'] })
    expect(await two.cache.get(region, 'd')).toBe('new')
  })
})
