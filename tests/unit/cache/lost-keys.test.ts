import { describe, expect, it } from 'vitest'
import { expectError, KEY, OTHER_KEY, record, SharedTier } from './fixture.ts'

/** Of more than one key, none of which is `KEY`. */
const OTHERS = { current: 'new', ring: { new: OTHER_KEY } }

function logged() {
  const errors: string[] = []
  return { errors, logger: { error: (message: string) => void errors.push(message) } }
}

describe('a key that is gone from the ring', () => {
  it('is told by its name: an event for each entry, a figure, an alert', async () => {
    const shared = new SharedTier()
    const ring = { current: 'old', ring: { old: KEY } }
    await shared.process({ encryption: { keys: ring, indexSecret: KEY } }).cache.set('encrypted', 'k', 1)
    const { cache } = shared.process({ encryption: { keys: OTHERS, indexSecret: KEY } })
    const [corrupt, alerts] = [record(cache, 'corrupt'), record(cache, 'alert')]
    expect(await cache.get('encrypted', 'k')).toBeUndefined()
    await shared.clock.advance(6_000)
    expect(corrupt).toEqual([{ region: 'encrypted', key: '[redacted]', reason: 'key-missing', keyId: 'old' }])
    expect(cache.metrics().regions.encrypted).toMatchObject({ corrupt: 1, sealing: { keyMissing: 1 } })
    expect(cache.metricsText()).toContain('omnicache_keys_missing_total{region="encrypted"} 1\n')
    expect(alerts).toEqual([
      expect.objectContaining({
        kind: 'key-missing',
        state: 'raised',
        region: 'encrypted',
        message: "region 'encrypted': stored entries sealed under keys that are not in the ring: 1",
      }),
    ])
  })
})

describe('an only key that was replaced, and with it the secret of the stored keys', () => {
  /** A tier with an entry that was written under `KEY`. */
  async function written(): Promise<SharedTier> {
    const shared = new SharedTier()
    const { cache } = shared.process({ encryption: { keys: KEY } })
    await cache.set('encrypted', 'k', 1)
    await shared.clock.settle()
    return shared
  }

  it.each<[string, (cache: ReturnType<SharedTier['process']>['cache']) => Promise<unknown>]>([
    ['a read', (cache) => cache.get('encrypted', 'k')],
    ['a write', (cache) => cache.set('encrypted', 'k', 2)],
  ])('is told at %s, once, with what to do', async (_, use) => {
    const shared = await written()
    const { errors, logger } = logged()
    const { cache } = shared.process({ encryption: { keys: OTHER_KEY }, logger })
    const events = record(cache, 'error')
    for (let i = 0; i < 3; i++) {
      await use(cache)
      await shared.clock.settle()
    }
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ region: 'encrypted', error: { code: 'INVALID_ENCRYPTION_KEY' } })
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(
      /region 'encrypted'.*another index secret.*set `encryption.indexSecret`.*or clear the region/,
    )
    await expectError(Promise.reject(events[0]?.error), 'INVALID_ENCRYPTION_KEY')
  })

  it('is said again by every process, until the region is cleared', async () => {
    const shared = await written()
    const one = logged()
    const { cache } = shared.process({ encryption: { keys: OTHER_KEY }, logger: one.logger })
    await cache.get('encrypted', 'k')
    const two = logged()
    await shared.process({ encryption: { keys: OTHER_KEY }, logger: two.logger }).cache.get('encrypted', 'k')
    await shared.clock.settle()
    expect([one.errors.length, two.errors.length]).toEqual([1, 1])
    await cache.clear('encrypted')
    await cache.set('encrypted', 'k', 2)
    await shared.clock.settle()
    const three = logged()
    const { cache: later } = shared.process({ encryption: { keys: OTHER_KEY }, logger: three.logger })
    expect(await later.get('encrypted', 'k')).toBe(2)
    await shared.clock.settle()
    expect(three.errors).toEqual([])
  })

  it('is no word about where the secret stayed, or nothing was stored', async () => {
    const shared = await written()
    const { errors, logger } = logged()
    const { cache } = shared.process({ encryption: { keys: OTHERS, indexSecret: KEY }, logger })
    await cache.get('encrypted', 'k')
    await cache.get('user_preferences', 'k')
    await shared.clock.settle()
    expect(errors).toEqual([])
  })

  it('is found out later where L2 was away', async () => {
    const shared = await written()
    const { errors, logger } = logged()
    const { cache, driver } = shared.process({ encryption: { keys: OTHER_KEY }, logger })
    driver.break('fail')
    await cache.get('encrypted', 'k')
    await shared.clock.advance(1_000)
    expect(errors).toEqual([])
    driver.heal()
    await shared.clock.advance(10_000)
    await cache.get('encrypted', 'k')
    await shared.clock.settle()
    expect(errors).toHaveLength(1)
  })
})
