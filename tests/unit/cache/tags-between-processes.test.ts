import { describe, expect, it } from 'vitest'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const REGIONS = Object.fromEntries(KIND_NAMES.map((name) => [name, {}]))
const TRUST = 30_000

describe.each(KIND_NAMES)('tags that processes share, in a region that is %s', (region) => {
  it('take entries from another process when it next looks', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process({ regions: REGIONS }), shared.process({ regions: REGIONS })]
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    expect(await two.cache.get(region, 'a')).toBe(1)
    await one.cache.deleteByTag(region, 'x')
    await shared.clock.advance(TRUST)
    expect(await two.cache.get(region, 'a')).toBeUndefined()
    await two.cache.set(region, 'a', 2, { tags: ['x'] })
    expect(await two.cache.get(region, 'a')).toBe(2)
    expect(await one.cache.get(region, 'a')).toBe(2)
  })

  it('are known to one that begins later', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: REGIONS })
    await cache.set(region, 'a', 1, { tags: ['x'] })
    await cache.set(region, 'b', 2, { tags: ['y'] })
    await cache.deleteByTag(region, 'x')
    const later = shared.process({ regions: REGIONS }).cache
    expect(await later.getMany(region, ['a', 'b'])).toEqual(new Map([['b', 2]]))
  })

  it('are read by a writer, so that nobody takes its value for an old one', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process({ regions: REGIONS }), shared.process({ regions: REGIONS })]
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    await two.cache.deleteByTag(region, 'x')
    await one.cache.set(region, 'b', 2, { tags: ['x'] })
    expect(await two.cache.get(region, 'b')).toBe(2)
  })

  it('changed during an outage are changed at once here, and for all when it is over', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process({ regions: REGIONS }), shared.process({ regions: REGIONS })]
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    await one.cache.set(region, 'b', 2, { tags: ['y'] })
    expect((await two.cache.getMany(region, ['a', 'b'])).size).toBe(2)
    one.driver.break('fail')
    await one.cache.deleteByTag(region, 'x')
    await one.cache.expireByTag(region, 'y')
    expect(await one.cache.getMany(region, ['a', 'b'])).toEqual(new Map())
    one.driver.heal()
    await shared.clock.advance(TRUST)
    expect(await one.cache.getMany(region, ['a', 'b'])).toEqual(new Map())
    expect(await two.cache.getMany(region, ['a', 'b'])).toEqual(new Map())
  })

  it('deleted by two, of whom one was cut off, are not undone by its return', async () => {
    const shared = new SharedTier()
    const [one, two] = [shared.process({ regions: REGIONS }), shared.process({ regions: REGIONS })]
    await one.cache.set(region, 'a', 1, { tags: ['x'] })
    one.driver.break('fail')
    await one.cache.deleteByTag(region, 'x')
    await shared.clock.advance(10)
    await two.cache.deleteByTag(region, 'x')
    await two.cache.set(region, 'b', 2, { tags: ['x'] })
    one.driver.heal()
    await shared.clock.advance(TRUST)
    const later = shared.process({ regions: REGIONS }).cache
    expect(await later.getMany(region, ['a', 'b'])).toEqual(new Map([['b', 2]]))
  })

  it('changed by one whose clock is behind are changed all the same', async () => {
    const shared = new SharedTier()
    const ahead = shared.process({ regions: REGIONS })
    ahead.driver.time = () => shared.clock.wall() + 600_000
    await ahead.cache.deleteByTag(region, 'x')
    await ahead.cache.set(region, 'a', 1, { tags: ['x'] })
    const behind = shared.process({ regions: REGIONS }).cache
    await behind.deleteByTag(region, 'x')
    expect(await behind.get(region, 'a')).toBeUndefined()
    expect(await shared.process({ regions: REGIONS }).cache.get(region, 'a')).toBeUndefined()
  })

  it('that the tier has lost make every entry with tags a miss, and bring nothing back', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: REGIONS })
    await cache.set(region, 'a', 1, { tags: ['x'] })
    await cache.set(region, 'b', 2)
    await shared.tier.deletePrefix('')
    expect(await cache.get(region, 'c')).toBeUndefined()
    expect(await cache.get(region, 'a')).toBeUndefined()
    expect(await cache.get(region, 'b')).toBe(2)
    await cache.set(region, 'a', 3, { tags: ['x'] })
    expect(await shared.process({ regions: REGIONS }).cache.get(region, 'a')).toBe(3)
  })
})

describe('the tier', () => {
  it('is asked once for an entry without tags, and for one whose tokens are known', async () => {
    const shared = new SharedTier()
    const writer = shared.process().cache
    await writer.set('live', 'plain', 1)
    await writer.set('live', 'first', 2, { tags: ['x', 'y'] })
    await writer.set('live', 'second', 3, { tags: ['y', 'x'] })
    const { cache, driver } = shared.process()
    await cache.get('live', 'nothing')
    const calls = async (key: string) => {
      const before = driver.calls.length
      expect(await cache.get('live', key)).toBeDefined()
      return driver.calls.length - before
    }
    expect(await calls('plain')).toBe(1)
    await cache.get('live', 'first')
    expect(await calls('second')).toBe(1)
    expect(await calls('second')).toBe(0)
  })

  it('holds nothing of an encrypted region from which a tag could be read', async () => {
    const clock = new SharedTier().clock
    const seen: string[] = []
    const tier = memoryDriver({ clock, shared: true })
    const exchange = tier.exchangeMany.bind(tier)
    tier.exchangeMany = (entries, ...rest) => {
      for (const { key, value } of entries) seen.push(key, Buffer.from(value).toString('latin1'))
      return exchange(entries, ...rest)
    }
    const { cache } = makeCache({ l2: tier, clock, encryption: { keys: KEY } })
    await cache.set('encrypted', 'a', 1, { tags: ['patient:ada'] })
    await cache.deleteByTag('encrypted', 'patient:ada')
    expect(seen.length).toBeGreaterThan(6)
    expect(seen.some((text) => text.includes(':tags:'))).toBe(true)
    expect(seen.filter((text) => text.includes('ada'))).toEqual([])
    expect(await cache.get('encrypted', 'a')).toBeUndefined()
  })

  it('keeps a token for as long as an entry that holds it, and no longer than need be', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process()
    const day = 86_400_000
    await cache.set('live', 'a', 1, { tags: ['x'], ttl: 5 * day })
    await shared.clock.advance(4 * day)
    await cache.set('live', 'b', 2, { tags: ['x'], ttl: 9 * day })
    await shared.clock.advance(8.5 * day)
    const later = shared.process().cache
    expect(await later.get('live', 'b')).toBe(2)
    await shared.clock.advance(30 * day)
    expect(await shared.tier.getMany(await keysOf(shared, 'live'))).toEqual([undefined, undefined])
  })
})

/** The keys under which both halves of the token of tag x lie. */
async function keysOf(shared: SharedTier, region: string): Promise<string[]> {
  const [meta] = await shared.tier.getMany([`omnicache:${region}:tags:generation`])
  const token = new TextDecoder().decode(meta?.subarray(24, 40))
  expect(token).toMatch(/^[0-9a-f]{16}$/)
  return ['dx', 'ex'].map((key) => `omnicache:${region}:tags:${token}:${key}`)
}
