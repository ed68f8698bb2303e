import { describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const REGIONS = Object.fromEntries(KIND_NAMES.map((name) => [name, {}]))

type Call = (cache: CacheManager, region: string) => Promise<unknown>

/** What may come after a write that still waits for its tags, and what is there in the end. */
const LATER: Record<string, [Call, unknown]> = {
  'a set with the same tag': [(cache, region) => cache.set(region, 'k', 'new', { tags: ['slow'] }), 'new'],
  'a set with a tag that is known': [(cache, region) => cache.set(region, 'k', 'new', { tags: ['known'] }), 'new'],
  'a set without tags': [(cache, region) => cache.set(region, 'k', 'new'), 'new'],
  'a setMany': [(cache, region) => cache.setMany(region, { k: 'new' }), 'new'],
  'a delete': [(cache, region) => cache.delete(region, 'k'), undefined],
  'a clear': [(cache, region) => cache.clear(region), undefined],
  'a transaction': [(cache, region) => cache.transaction(region, (tx) => tx.set('k', 'new')), 'new'],
}

const PLACES = {
  'memory alone': () => {
    const { cache } = makeCache({ encryption: { keys: KEY } })
    return { cache, others: [cache] }
  },
  'a shared tier': () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: REGIONS })
    return { cache, others: [cache, shared.process({ regions: REGIONS }).cache] }
  },
}

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])(
  'of writes that nobody awaits the last one wins, with %s',
  (place) => {
    describe.each(KIND_NAMES)('in a region that is %s', (region) => {
      it.each(Object.keys(LATER))('a set that waits for its tags, then %s', async (name) => {
        const { cache, others } = PLACES[place]()
        await cache.set(region, 'other', 1, { tags: ['known'] })
        const [call, expected] = LATER[name] as [Call, unknown]
        const first = cache.set(region, 'k', 'old', { tags: ['slow'] })
        await Promise.all([first, call(cache, region)])
        for (const each of others) expect(await each.get(region, 'k')).toEqual(expected)
      })

      it('a wrong tag is refused, and stands in nobody’s way', async () => {
        const { cache, others } = PLACES[place]()
        await expect(cache.set(region, 'k', 'old', { tags: [''] })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
        await cache.set(region, 'k', 'new', { tags: ['slow'] })
        for (const each of others) expect(await each.get(region, 'k')).toBe('new')
      })
    })
  },
)
