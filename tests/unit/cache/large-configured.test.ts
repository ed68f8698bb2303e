import { describe, expect, test } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import type { Serializer } from '../../../js/codec/serializer.ts'
import { KEY, makeCache, record, SharedTier } from './fixture.ts'

const LARGE = 'one and the same, again and again; '.repeat(1_500)

const OPTIONS = {
  encryption: { keys: KEY },
  regions: {
    squeezed: { compression: true },
    sealed: { encryption: true },
    both: { compression: true, encryption: true },
  },
} as const
const REGIONS = Object.keys(OPTIONS.regions)

/** JSON under an id of its own. */
function json(id: number): Serializer {
  return { id, serialize: JSON.stringify, deserialize: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) }
}

/** Lets so many steps of what is under way happen. */
async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined
}

/** Seals where it did not, and the other way. */
function turn(cache: CacheManager, region: string): void {
  cache.configure(region, { encryption: cache.config(region).encryption !== true })
}

describe.each(REGIONS)('while the options of a region that is %s change', (region) => {
  test('a large value is read from L2 all the same', async () => {
    const shared = new SharedTier()
    const { cache: writer } = shared.process(OPTIONS)
    await writer.set(region, 'k', LARGE, { tags: ['t'] })
    const { cache } = shared.process(OPTIONS)
    const corrupt = record(cache, 'corrupt')
    // More reads than are worked on at a time: some wait for their turn.
    for (let i = 0; i < 30; i++) {
      await cache.get(region, 'none')
      const reads = Array.from({ length: 8 }, () => cache.region(region).getMany(['k']))
      await steps(i)
      cache.configure(region, { compression: i % 2 === 0 ? 'lz4' : 'none' })
      for (const found of await Promise.all(reads)) expect(found.get('k')).toBe(LARGE)
      cache.configure(region, { version: `${i}` })
      cache.configure(region, { version: '1' })
    }
    expect(corrupt).toEqual([])
  })

  test.each([['small'], [LARGE]])('what has a tag of another name by then is not kept', async (value) => {
    for (let i = 0; i < 6; i++) {
      const { cache } = new SharedTier().process(OPTIONS)
      await cache.set(region, 'first', 1, { tags: ['t'] })
      const set = cache.set(region, 'k', value, { tags: ['t'] })
      await steps(i)
      turn(cache, region)
      await set
      await cache.deleteByTag(region, 't')
      expect(await cache.get(region, 'k'), `${i}`).toBeUndefined()
    }
  })
})

test('a large value that is being stored while the serializer changes is there', async () => {
  const { cache } = makeCache({ regions: { json: { compression: true, serializer: json(200) } } })
  const set = cache.set('json', 'k', { text: LARGE })
  cache.configure('json', { serializer: json(201) })
  expect(await set).toBe(true)
  expect(await cache.get('json', 'k')).toEqual({ text: LARGE })
})
