import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../js/cache/manager.ts'
import type { Region } from '../../js/cache/region/region.ts'
import type { GetOrSetOptions, SetOptions } from '../../js/cache/types.ts'
import { FakeClock } from '../../js/testing/fake-clock.ts'
import { expectError } from '../helpers/outcomes.ts'

const DAY = 86_400_000

/** The durations of `docs/read-path.md`, and whether `false` switches them off. */
const SPANS = ['grace', 'graceBackoff', 'swr', 'lockTimeout', 'slidingTtl', 'negativeTtl']
const OTHERS = ['ttl', 'softTimeout', 'hardTimeout', 'l1.ttl', 'l2.timeout']
const OF_REGIONS = [...SPANS, ...OTHERS]
const OF_CALLS = [...OF_REGIONS, 'l2.ttl']

/** What no duration may be, and what each may. */
const REFUSED = [
  0,
  -0,
  -1,
  Number.NaN,
  -Infinity,
  36_500 * DAY + 1,
  '0s',
  '-1s',
  '36501d',
  '5',
  '',
  'Infinity',
  true,
  null,
]
const ALLOWED = [0.5, 1, '1ms', 2 ** 31, '60d', '36500d', Infinity]

/** An option by its path: 'l1.ttl' is { l1: { ttl } }. */
function given(path: string, value: unknown): Record<string, unknown> {
  const [first = '', second] = path.split('.')
  return { [first]: second === undefined ? value : { [second]: value } }
}

/** Every place where a call takes durations, and those it takes. */
const CALLS: readonly [string, readonly string[], (region: Region<unknown>, options: object) => Promise<unknown>][] = [
  ['getOrSet', OF_CALLS, (region, options) => region.getOrSet('k', () => 'v', options as GetOrSetOptions)],
  ['getOrSetMany', OF_CALLS, (region, options) => region.getOrSetMany(['k'], () => ({ k: 'v' }), options)],
  ['set', ['ttl', 'grace', 'l1.ttl', 'l2.ttl'], (region, options) => region.set('k', 'v', options as SetOptions)],
  ['setMany', ['ttl', 'grace'], (region, options) => region.setMany({ k: 'v' }, options as SetOptions)],
  [
    'setOptions of a factory',
    ['ttl', 'grace'],
    (region, options) =>
      region.getOrSet('k', ({ setOptions }) => {
        setOptions(options)
        return 'v'
      }),
  ],
  ['touch', ['ttl'], (region, { ttl }: { ttl?: unknown }) => region.touch('k', ttl as number)],
]

describe('a duration of a region', () => {
  const make = (option: string, value: unknown) => new CacheManager({ regions: { r: given(option, value) } })

  it.each(OF_REGIONS)('%s: is a positive number of ms, a text with a unit, or Infinity', async (option) => {
    for (const value of REFUSED)
      await expectError(() => make(option, value), 'INVALID_OPTION', `regions.r.${option} is `)
    for (const value of ALLOWED) await make(option, value).close()
  })

  it('can be switched off by false where it is a span, and only there', async () => {
    for (const option of SPANS) await make(option, false).close()
    for (const option of OTHERS) await expectError(() => make(option, false), 'INVALID_OPTION', option)
  })
})

describe.each(CALLS)('a duration of a call of %s', (_, options, call) => {
  it.each(options)('%s: is a positive number of ms, a text with a unit, or Infinity', async (option) => {
    const cache = new CacheManager({ clock: new FakeClock(), regions: { r: {} } })
    const region = cache.region<unknown>('r')
    for (const value of REFUSED) {
      await expectError(() => call(region, given(option, value)), 'INVALID_OPTION', `${option} is `)
      expect(await region.has('k')).toBe(false)
    }
    for (const value of ALLOWED) {
      await call(region, given(option, value))
      await region.delete('k')
    }
    await cache.close()
  })
})
