import { expect } from 'vitest'
import { expectError, record } from '../../helpers/outcomes.ts'
import type { Scenario } from '../stage.ts'

/** What becomes of values that cannot be stored. */
export const REFUSALS: readonly Scenario[] = [
  {
    name: 'a value that would not come back as it is fails the call, and the next one runs the factory again',
    options: { ttl: '1m' },
    async run({ cache, region, origin }) {
      const made = { call: () => 1 }
      await expectError(
        region.getOrSet('k', () => made),
        'UNSERIALIZABLE_VALUE',
        /call/,
      )
      expect(cache.metrics().totals.errors).toBe(1)
      expect(await region.has('k')).toBe(false)
      expect(await region.getOrSet('k', origin.load)).toBe('v1')
    },
  },
  {
    name: 'where it fails a refresh, the stale value is handed out within grace, and told',
    options: { ttl: '1m', grace: '1h' },
    async run({ cache, region, clock, origin }) {
      await region.getOrSet('k', origin.load)
      await clock.advance(60_000)
      const failures = record(cache, 'refresh-failed')
      expect(await region.getOrSet('k', () => ({ call: () => 1 }))).toBe('v1')
      expect(failures).toMatchObject([{ error: { code: 'UNSERIALIZABLE_VALUE' } }])
    },
  },
  {
    name: 'a value that may not be stored is handed out all the same where the factory skips it',
    async run({ region }) {
      const made = { call: () => 1 }
      expect(await region.getOrSet('k', ({ skip }) => skip(made))).toBe(made)
      expect(await region.has('k')).toBe(false)
    },
  },
  {
    name: 'a value that is too large for the memory of its region is handed out, told, and kept in L2 alone',
    options: { ttl: '1m', maxBytes: '64KB' },
    async run({ cache, region, elsewhere, clock, origin, tiered }) {
      const value = incompressible(300_000)
      const refused = record(cache, 'refused')
      expect(await region.getOrSet('k', () => value)).toBe(value)
      expect(refused).toMatchObject([{ region: region.name }])
      expect(cache.metrics().regions[region.name]).toMatchObject({ refused: 1, entries: 0 })
      expect(await region.getOrSet('k', origin.load)).toBe(tiered ? value : 'v1')
      expect(await elsewhere.get('k')).toBe(tiered ? value : 'v1')
      await clock.advance(60_000)
      expect(await elsewhere.get('k')).toBeUndefined()
    },
  },
]

/** Text of which compression makes little: the digits of a simple generator (Lehmer, 1951). */
function incompressible(length: number): string {
  let text = ''
  for (let seed = 1; text.length < length; ) {
    seed = (seed * 48_271) % 2_147_483_647
    text += seed.toString(36)
  }
  return text.slice(0, length)
}
