import { CacheError } from '../errors.ts'
import type { DriverEntry, Exchange, Previous } from '../tiers/driver.ts'
import type { Generations } from './generations.ts'
import type { Attempt } from './link.ts'
import type { Reaper } from './reaper.ts'
import { isAfter, type StoredWrite } from './stored-bytes.ts'

/** What became of one write: what it replaced, 'newer' where something newer was kept, or 'cleared'. */
export type Stored = Previous | 'cleared'

/** What `storeMany` needs besides the tier. */
export interface StoreParts {
  readonly generations: Generations
  readonly reaper: Reaper
}

/** How often a write is repeated at most, because the generation had changed under it. */
const MAX_ROUNDS = 4

/**
 * Writes under the current generation of `region`, each only over something older, in one
 * round trip where nothing has changed. The meta key is read after the writes: where another
 * process has cleared the region before them, they lie in a dead generation; those that are
 * newer than the clear are written again under the new one, and 'cleared' are the others.
 *
 * Written 'blindly' each replaces what was there without a comparison, which is cheaper and
 * right where the tier belongs to this process alone; 'together', nobody sees some of the
 * writes without the others, if the tier can do that with these keys.
 */
export async function storeMany(
  attempt: Attempt,
  { generations, reaper }: StoreParts,
  region: string,
  writes: readonly StoredWrite[],
  how: 'each' | 'together' | 'blindly' = 'each',
): Promise<Stored[]> {
  const guard = generations.metaKey(region)
  const slots = writes.map((write) => ({ write, stored: 'cleared' as Stored }))
  let open = slots
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const used = await generations.current(attempt, region)
    const entries = underPrefix(
      generations.prefix(region, used.token),
      open.map(({ write }) => write),
    )
    const exchange = await EXCHANGES[how](attempt, entries, guard)
    const valid = generations.observe(region, exchange.guard) ?? (await generations.create(attempt, region))
    const survives = (write: StoredWrite) => isAfter(write.envelope, valid.cleared)
    if (valid.token === used.token) {
      for (const [i, slot] of open.entries()) if (survives(slot.write)) slot.stored = exchange.previous[i] ?? 'none'
      return slots.map(({ stored }) => stored)
    }
    reaper.remove(entries.map(({ key }) => key))
    open = open.filter(({ write }) => survives(write))
    if (open.length === 0) return slots.map(({ stored }) => stored)
  }
  throw new Error(`the generation of the region ${region} changed again and again`)
}

/** The entries of a driver for writes under one generation. */
export function underPrefix(prefix: string, writes: readonly StoredWrite[]): DriverEntry[] {
  return writes.map(({ key, envelope, ttl }) => ({ key: prefix + key, value: envelope, ttl }))
}

type Exchanges = (attempt: Attempt, entries: readonly DriverEntry[], guard: string) => Promise<Exchange>

const EXCHANGES: Readonly<Record<'each' | 'together' | 'blindly', Exchanges>> = {
  each: ({ driver }, entries, guard) => driver.exchangeMany(entries, true, guard),

  together: async (attempt, entries, guard) => {
    const { driver } = attempt
    try {
      return (await driver.exchangeTogether?.(entries, guard)) ?? (await driver.exchangeMany(entries, true, guard))
    } catch (error) {
      if (!(error instanceof CacheError) || error.code !== 'COMMIT_FAILED') throw error
      return attempt.driver.exchangeMany(entries, true, guard)
    }
  },

  blindly: async ({ driver }, entries, guardKey) => {
    const guard = await driver.setMany(entries, guardKey)
    return { previous: entries.map(() => 'none'), guard }
  },
}
