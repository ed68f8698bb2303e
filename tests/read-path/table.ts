import { ENTRIES } from './scenarios/entries.ts'
import { FACTORY } from './scenarios/factory.ts'
import { LIFETIMES } from './scenarios/lifetimes.ts'
import { REFUSALS } from './scenarios/refusals.ts'
import { STALE } from './scenarios/stale.ts'
import type { Scenario } from './stage.ts'

/**
 * What `docs/read-path.md` promises, scenario by scenario. Each is played in a region of every kind of
 * store, in memory alone and over every tier: over one in memory (`memory.test.ts`), a real Redis
 * (`tests/redis/read-path`), and Chromium's IndexedDB (`tests/browser/read-path`).
 */
export const SCENARIOS: readonly Scenario[] = [...STALE, ...FACTORY, ...ENTRIES, ...LIFETIMES, ...REFUSALS]
