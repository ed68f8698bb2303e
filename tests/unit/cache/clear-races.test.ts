import { describe, expect, it } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'
import { deferred, KIND_NAMES, SharedTier } from './fixture.ts'

const READS = {
  get: (cache: CacheManager, region: string) => cache.get(region, 'k'),
  getMany: (cache: CacheManager, region: string) => cache.getMany(region, ['k']),
  getOrSet: (cache: CacheManager, region: string) => cache.getOrSet(region, 'k', () => 'made'),
}

describe.each(KIND_NAMES)('what came to L2 before a clear goes with it, whatever its stamp: %s', (region) => {
  it.each(['get', 'getMany', 'getOrSet'] as const)('what a %s brings that was under way', async (method) => {
    const shared = new SharedTier()
    const hub = inProcessHub()
    const [clears, writes, reads] = [1, 2, 3].map(() => shared.process({ bus: hub.join() }))
    if (clears === undefined || writes === undefined || reads === undefined) throw new Error('three processes')
    await Promise.all([clears, writes, reads].map(({ cache }) => cache.ready()))
    await Promise.all([clears, writes, reads].map(({ cache }) => cache.get(region, 'other')))

    clears.driver.break('late')
    const clearing = clears.cache.clear(region)
    await shared.clock.advance(1)
    await writes.cache.set(region, 'k', 'newer than the clear')
    const answer = deferred()
    const getMany = reads.driver.getMany.bind(reads.driver)
    reads.driver.getMany = async (...args) => {
      const found = await getMany(...args)
      await answer.promise
      return found
    }
    const reading = READS[method](reads.cache, region)
    await shared.clock.settle()
    clears.driver.heal()
    clears.driver.release()
    await clearing
    await shared.clock.settle()
    answer.resolve()
    await reading
    expect(await reads.cache.get(region, 'k')).toBeUndefined()
    expect(await writes.cache.get(region, 'k')).toBeUndefined()
  })
})
