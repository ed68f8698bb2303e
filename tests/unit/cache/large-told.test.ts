import { describe, expect, test } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import type { CacheEventName } from '../../../js/observe/events.ts'
import { KEY, makeCache, SharedTier } from './fixture.ts'

/** Values of one region, of which the host seals the large ones off the thread. */
const VALUES = { small: 'small', large: 'one and the same, again and again; '.repeat(1_500) } as const

const OPTIONS = {
  encryption: { keys: KEY },
  regions: { both: { compression: true, encryption: true, eagerRefresh: 0.5, ttl: '10s' } },
} as const

const NAMES: readonly CacheEventName[] = ['set', 'delete', 'clear', 'refused']

/** All that the cache is to tell of its region. */
function listen(cache: CacheManager): string[] {
  const told: string[] = []
  for (const name of NAMES) cache.on(name, () => told.push(name))
  return told
}

const figures = (cache: CacheManager) => cache.metrics().regions.both

describe.each(['small', 'large'] as const)('of a %s value', (size) => {
  const value = VALUES[size]

  describe.each(['memory alone', 'memory and L2'])(
    'on %s, what is called after a set that nobody waits for',
    (place) => {
      /** One whose tier knows the time already. */
      const ready = async () => {
        const { cache } = place === 'memory alone' ? makeCache(OPTIONS) : new SharedTier().process(OPTIONS)
        await cache.delete('both', 'none')
        return { cache, told: listen(cache) }
      }

      test('deletes it, and says so', async () => {
        const { cache, told } = await ready()
        const calls = [cache.set('both', 'k', value), cache.delete('both', 'k'), cache.delete('both', 'k')]
        expect((await Promise.all(calls)).slice(0, 2)).toEqual([true, true])
        expect(told).toEqual(['set', 'delete', 'delete'])
        expect(figures(cache)).toMatchObject({ sets: 1, entries: 0 })
        expect(await cache.delete('both', 'k')).toBe(false)
      })

      test('clears it, and counts it', async () => {
        const { cache, told } = await ready()
        const calls = [cache.set('both', 'k', value), cache.clear('both'), cache.clear('both')] as const
        expect(await Promise.all(calls)).toEqual([true, 1, 0])
        expect(told).toEqual(['set', 'clear', 'clear'])
        expect(figures(cache)).toMatchObject({ sets: 1, entries: 0 })
      })

      test('takes its place', async () => {
        const { cache, told } = await ready()
        expect(await Promise.all([cache.set('both', 'k', value), cache.set('both', 'k', 'last')])).toEqual([true, true])
        expect(told).toEqual(['set', 'set'])
        expect(figures(cache)).toMatchObject({ sets: 2, entries: 1 })
        expect(await cache.get('both', 'k')).toBe('last')
      })
    },
  )

  test('that is too heavy it tells once', async () => {
    const { cache } = makeCache({ ...OPTIONS, regions: { both: { encryption: true, maxBytes: '64B' } } })
    const told = listen(cache)
    expect(await cache.set('both', 'k', `${value}${'.'.repeat(64)}`)).toBe(false)
    expect(told.sort()).toEqual(['refused', 'set'])
    expect(figures(cache)).toMatchObject({ sets: 1, entries: 0 })
  })

  test('the factory runs ahead of time', async () => {
    const { cache, clock } = makeCache(OPTIONS)
    const made: string[] = []
    const get = () => cache.getOrSet('both', 'k', () => `${made.push('again')} ${value}`)
    await get()
    await clock.advance(6_000)
    expect(await get()).toBe(`1 ${value}`)
    await expect.poll(() => made).toHaveLength(2)
    await expect.poll(get).toBe(`2 ${value}`)
  })
})
