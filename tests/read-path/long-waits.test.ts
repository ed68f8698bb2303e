import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CacheManager } from '../../js/cache/manager.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'
import { expectError } from '../helpers/outcomes.ts'

const DAY = 86_400_000

/** The longest delay that a runtime's own timers know: a longer one is over at once. */
const LONGEST = 2 ** 31 - 1

describe('a wait of more than 24.8 days, by the clock of the runtime', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each(['60d', Number.POSITIVE_INFINITY] as const)('asks for no timer that is too long: %s', async (span) => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const waits = { grace: span, graceBackoff: span, negativeTtl: span, slidingTtl: span, lockTimeout: span }
    const limits = { softTimeout: span, hardTimeout: span, l1: { ttl: span }, l2: { timeout: span } }
    const cache = new CacheManager({
      l2: memoryDriver({ shared: true }),
      regions: { r: { ttl: '1m', ...waits, ...limits } },
    })
    const region = cache.region<string>('r')
    await region.set('k', 'old')
    await region.expire('k')
    expect(await region.getOrSet('k', () => Promise.reject(new Error('down')))).toBe('old')
    let finish: (value: string) => void = () => undefined
    let signal: AbortSignal | undefined
    const call = region.getOrSet('cold', (context) => {
      signal = context.signal
      return new Promise<string>((resolve) => {
        finish = resolve
      })
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(signal?.aborted).toBe(false)
    finish('made')
    expect(await call).toBe('made')
    await cache.close()
    const delays = timers.mock.calls.map(([, ms]) => ms ?? 0)
    expect(delays.filter((ms) => !(ms <= LONGEST))).toEqual([])
    if (span === '60d') expect(delays).toContain(LONGEST)
  })

  it('is over after so many days, and not before', async () => {
    const cache = new CacheManager({ regions: { r: { hardTimeout: '60d' } } })
    let failed = false
    const call = expectError(
      cache.getOrSet('r', 'k', () => new Promise<string>(() => undefined)),
      'TIMEOUT',
      /5184000000 ms/,
    ).then(() => {
      failed = true
    })
    await vi.advanceTimersByTimeAsync(DAY)
    vi.advanceTimersByTime(59 * DAY - 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(failed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await call
    await cache.close()
  })
})
