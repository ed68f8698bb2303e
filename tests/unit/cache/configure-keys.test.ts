import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../../js/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { record, SharedTier } from './fixture.ts'

function world() {
  const clock = new FakeClock()
  const l2 = memoryDriver({ clock, shared: true })
  const encryption = { keys: '0f'.repeat(32) }
  const make = (encrypted: boolean) =>
    new CacheManager({ clock, l2, encryption, regions: { notes: { encryption: encrypted, ttl: '1h' } } })
  return { clock, make }
}

describe.each([true, false])('a region whose encryption becomes %s at run time', (encrypted) => {
  it('has its entries in L2 under their new keys, with what is left of their lives', async () => {
    const { clock, make } = world()
    const cache = make(!encrypted)
    await cache.set('notes', 'a', 'one')
    await cache.set('notes', 'b', 'two', { ttl: '10m' })
    cache.configure('notes', { encryption: encrypted })
    await clock.settle()
    const other = make(encrypted)
    expect(await other.getMany('notes', ['a', 'b'])).toEqual(
      new Map([
        ['a', 'one'],
        ['b', 'two'],
      ]),
    )
    await clock.advance(10 * 60_000)
    expect(await make(encrypted).get('notes', 'b')).toBeUndefined()
  })

  it('serves them on when it looks at L2 again', async () => {
    const { clock, make } = world()
    const cache = make(!encrypted)
    await cache.set('notes', 'a', 'one')
    cache.configure('notes', { encryption: encrypted })
    await clock.advance(60_000)
    expect(await cache.get('notes', 'a')).toBe('one')
  })
})

it.each([
  ['plain', 'encrypted', false],
  ['encrypted', 'plain', true],
])('a region that was %s when a read of L2 began, and is %s at its answer, is asked again', async (_, __, before) => {
  const shared = new SharedTier()
  const { cache: other } = shared.process({ regions: { notes: { encryption: before } } })
  const { cache, driver } = shared.process({ regions: { notes: { encryption: before } } })
  const [one, two] = [record(cache, 'corrupt'), record(cache, 'alert')]
  await other.setMany('notes', { a: 'one', b: 'two' })
  driver.break('late')
  const reads = [cache.get('notes', 'a'), cache.getMany('notes', ['a', 'b'])]
  await shared.clock.settle()
  cache.configure('notes', { encryption: !before })
  driver.heal()
  driver.release()
  // Under the keys of now there is nothing.
  expect(await Promise.all(reads)).toEqual([undefined, new Map()])
  expect([one, two, cache.metrics().totals.corrupt]).toEqual([[], [], 0])
  const { cache: third } = shared.process({ regions: { notes: { encryption: !before } } })
  await third.set('notes', 'a', 'anew')
  expect(await cache.get('notes', 'a')).toBe('anew')
})

it('a region whose version changes at run time starts anew, in memory and in L2', async () => {
  const { make } = world()
  const cache = make(false)
  await cache.set('notes', 'a', 'old shape')
  cache.configure('notes', { version: 2 })
  expect(await cache.get('notes', 'a')).toBeUndefined()
  await cache.set('notes', 'a', 'new shape')
  expect(await make(false).get('notes', 'a')).toBe('old shape')
  expect(await cache.get('notes', 'a')).toBe('new shape')
})

describe('a region that encrypts, over an L2 and without a configured key', () => {
  it('says at its first use, once, that it stays in memory', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => warnings.push(message) }
    const cache = new CacheManager({ l2: memoryDriver({ shared: true }), logger })
    await cache.set('api_responses', 'k', 1)
    expect(warnings).toEqual([])
    await cache.set('user_preferences', 'k', 1)
    await cache.set('user_preferences', 'k', 2)
    expect(warnings).toEqual([expect.stringMatching(/'user_preferences' stays in memory.*CACHE_ENCRYPTION_KEY/)])
    await cache.close()
  })
})
