import { describe, expect, it } from 'vitest'
import type { RegionOptions } from '../../../../js/config/types.ts'
import { KIND_NAMES, KINDS, makeCache, SharedTier } from '../fixture.ts'
import { ENTRIES } from './entry-scenarios.ts'
import { FACTORY } from './factory-scenarios.ts'
import { Origin, type Stage } from './scenario.ts'
import { STALE } from './stale-scenarios.ts'

/** A region with these options, of one kind of store, over an L2 or not. */
function stage(kind: string, tier: boolean, options: RegionOptions = {}): Stage {
  const regions = { [kind]: { ...KINDS[kind], ...options } }
  const shared = new SharedTier()
  const { cache } = tier ? shared.process({ regions }) : makeCache({ clock: shared.clock, regions })
  return { cache, region: cache.region(kind), clock: shared.clock, origin: new Origin(shared.clock) }
}

describe.each(KIND_NAMES)('the read path of a region that is %s', (kind) => {
  describe.each([
    ['memory alone', false],
    ['over an L2', true],
  ])('%s', (_, tier) => {
    it.each([...STALE, ...FACTORY, ...ENTRIES])('$name', async ({ run, options }) => {
      const made = stage(kind, tier, options)
      await run(made)
      await made.clock.advance(10 * 3_600_000)
      expect(made.cache.metrics().totals.corrupt).toBe(0)
    })
  })
})
