import { describe, it } from 'vitest'
import { memoryDriver } from '../../js/tiers/memory.ts'
import { KIND_NAMES } from '../helpers/kinds.ts'
import { play, type Tier } from './stage.ts'
import { SCENARIOS } from './table.ts'

const TIERS: readonly [string, Tier | undefined][] = [
  ['in memory alone', undefined],
  ['over a tier in memory', (clock) => memoryDriver({ clock, shared: true })],
]

describe.each(KIND_NAMES)('the read path of a region that is %s', (kind) => {
  describe.each(TIERS)('%s', (_, tier) => {
    for (const scenario of SCENARIOS) it(scenario.name, () => play(scenario, kind, tier))
  })
})
