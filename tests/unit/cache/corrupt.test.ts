import { describe, expect, it } from 'vitest'
import { KEY, makeCache, OTHER_KEY, record, SharedTier } from './fixture.ts'

const KINDS = ['live', 'packed', 'compressed']
const VALUE = { text: 'again and again '.repeat(20), list: [1, 2, 3] }

/** Ways in which stored bytes go wrong. */
const DAMAGE: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  'one bit of the payload flipped': (bytes) => flip(bytes, bytes.length - 1),
  'one bit of the times flipped': (bytes) => flip(bytes, 26),
  'another magic': (bytes) => flip(bytes, 0),
  'a version of the future': (bytes) => bytes.with(2, 99),
  'an unknown serializer': (bytes) => bytes.with(4, 250),
  'an unknown compression': (bytes) => bytes.with(5, 9),
  'unknown flags': (bytes) => bytes.with(3, 0xf0),
  'half of it': (bytes) => bytes.slice(0, bytes.length / 2),
  'a header alone': (bytes) => bytes.slice(0, 24),
  'bytes too many': (bytes) => new Uint8Array([...bytes, 0, 0, 0]),
  'nothing at all': () => new Uint8Array(0),
  noise: (bytes) => bytes.map((_, i) => (i * 130) & 0xff),
  'text of another program': () => new TextEncoder().encode('{"hello":"world"}'),
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 0x10)
}

describe.each(KINDS)('what L2 answers for a region that is %s', (kind) => {
  it.each(Object.entries(DAMAGE))('is a miss where it is damaged: %s', async (_, damage) => {
    const shared = new SharedTier()
    const { cache: writer, driver } = shared.process()
    await writer.setMany(kind, { k: VALUE, other: VALUE })
    const { key, bytes } = await shared.stored(driver, kind, 'k')
    const damaged = damage(bytes)
    await shared.tier.setMany([{ key, value: damaged, ttl: 60_000 }])
    const { cache } = shared.process()
    const corrupt = record(cache, 'corrupt')
    const misses = record(cache, 'miss')
    expect(await cache.get(kind, 'k')).toBeUndefined()
    expect(corrupt).toEqual([{ region: kind, key: 'k', reason: expect.stringMatching(/./) }])
    expect(misses).toHaveLength(1)
    expect(await cache.getMany(kind, ['k', 'other'])).toEqual(new Map([['other', VALUE]]))
    expect(await cache.has(kind, 'k')).toBe(false)
    expect(cache.metrics().regions[kind]?.corrupt).toBeGreaterThan(0)
    expect(await cache.getOrSet(kind, 'k', () => VALUE)).toEqual(VALUE)
    expect(await shared.process().cache.get(kind, 'k')).toEqual(VALUE)
    expect(cache.status().l2).toMatchObject({ state: 'closed' })
  })

  it('raises an alert where it is damaged, and resolves it', async () => {
    const shared = new SharedTier()
    const { cache: writer, driver } = shared.process()
    await writer.set(kind, 'k', VALUE)
    const { key, bytes } = await shared.stored(driver, kind, 'k')
    await shared.tier.setMany([{ key, value: flip(bytes, bytes.length - 1), ttl: 60_000 }])
    const { cache } = shared.process()
    const alerts = record(cache, 'alert')
    await cache.get(kind, 'k')
    await shared.clock.advance(6_000)
    expect(alerts).toEqual([expect.objectContaining({ kind: 'corrupt', state: 'raised', region: kind, value: 1 })])
    expect(cache.status().alerts).toHaveLength(1)
    for (let i = 0; i < 15; i++) {
      await cache.get(kind, 'nothing')
      await shared.clock.advance(5_000)
    }
    expect(alerts.map(({ state }) => state)).toEqual(['raised', 'resolved'])
    expect(cache.status().alerts).toEqual([])
  })
})

describe('an encrypted region', () => {
  it('answers a miss with its reason where another process has another key', async () => {
    const shared = new SharedTier()
    const indexSecret = KEY
    await shared.process({ encryption: { keys: KEY, indexSecret } }).cache.set('encrypted', 'secret-key', VALUE)
    const { cache } = shared.process({ encryption: { keys: OTHER_KEY, indexSecret } })
    const corrupt = record(cache, 'corrupt')
    expect(await cache.get('encrypted', 'secret-key')).toBeUndefined()
    expect(corrupt).toEqual([{ region: 'encrypted', key: '[redacted]', reason: expect.stringMatching(/./) }])
    expect(cache.metrics().regions.encrypted).toMatchObject({ corrupt: 1, misses: 1 })
  })

  it('opens nothing that was moved: from another key, or from another region', async () => {
    const shared = new SharedTier()
    const { cache: writer, driver } = shared.process()
    const written: string[] = []
    const exchange = driver.exchangeMany.bind(driver)
    driver.exchangeMany = (entries, onlyNewer, guard) => {
      written.push(...entries.map(({ key }) => key))
      return exchange(entries, onlyNewer, guard)
    }
    await writer.set('encrypted', 'mine', 'my value')
    await writer.set('encrypted', 'yours', 'your value')
    await writer.set('user_preferences', 'mine', 'my preference')
    const [mine = '', yours = '', preference = ''] = written
    const [bytes = new Uint8Array(0)] = await shared.tier.getMany([mine])
    await shared.tier.setMany([yours, preference].map((key) => ({ key, value: bytes, ttl: 60_000 })))
    const { cache } = shared.process()
    const corrupt = record(cache, 'corrupt')
    expect(await cache.get('encrypted', 'mine')).toBe('my value')
    expect(await cache.get('encrypted', 'yours')).toBeUndefined()
    expect(await cache.get('user_preferences', 'mine')).toBeUndefined()
    expect(corrupt.map(({ region }) => region)).toEqual(['encrypted', 'user_preferences'])
  })

  it('writes neither key nor value into L2', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    const written: string[] = []
    const exchange = driver.exchangeMany.bind(driver)
    driver.exchangeMany = (entries, onlyNewer, guard) => {
      for (const { key, value } of entries) written.push(key, Buffer.from(value).toString('latin1'))
      return exchange(entries, onlyNewer, guard)
    }
    const commit = driver.commit.bind(driver)
    driver.commit = (entries) => {
      for (const { key, value } of entries) written.push(key, Buffer.from(value).toString('latin1'))
      return commit(entries)
    }
    await cache.set('encrypted', 'ada@example.org', { password: 'correct horse' })
    await cache.transaction('encrypted', (tx) => tx.set('ada@example.org', { password: 'correct horse' }))
    await cache.delete('encrypted', 'ada@example.org')
    expect(written.length).toBeGreaterThanOrEqual(4)
    expect(written.join(' ')).not.toMatch(/ada@|example|password|correct|horse/)
    expect(written[0]).toMatch(/^omnicache:encrypted:[0-9a-f]{16}:[\w-]{43}$/)
  })

  it('stays out of L2 without a key, with one warning for each region, and works in memory', async () => {
    const shared = new SharedTier()
    const warnings: string[] = []
    const logger = { warn: (message: string) => warnings.push(message) }
    const { cache, driver } = shared.process({ encryption: undefined as never, logger })
    await cache.set('encrypted', 'k', VALUE)
    await cache.set('user_preferences', 'k', VALUE)
    expect(await cache.get('encrypted', 'k')).toEqual(VALUE)
    expect(await cache.get('user_preferences', 'k')).toEqual(VALUE)
    expect(driver.calls).toEqual([])
    expect(shared.tier.size).toBe(0)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/'encrypted'/)
    expect(warnings[1]).toMatch(/'user_preferences'/)
    for (const warning of warnings) expect(warning).toMatch(/CACHE_ENCRYPTION_KEY/)
  })

  it('says no word of the missing key where there is no L2', () => {
    const warnings: unknown[] = []
    makeCache({ logger: { warn: (message: string) => warnings.push(message) } })
    expect(warnings).toEqual([])
  })

  it('redacts its keys in every event and error', async () => {
    const shared = new SharedTier()
    const { cache } = shared.process({ regions: { encrypted: { encryption: true, maxBytes: '4KB', ttl: '10s' } } })
    const told: unknown[] = []
    for (const name of ['hit', 'miss', 'set', 'delete', 'evict', 'expire', 'refused', 'corrupt', 'error'] as const) {
      cache.on(name, (event) => told.push([name, event]))
    }
    for (let i = 0; i < 30; i++) await cache.set('encrypted', `secret-${i}`, 'x'.repeat(300))
    await cache.get('encrypted', 'secret-29')
    await cache.get('encrypted', 'secret-0')
    await cache.delete('encrypted', 'secret-29')
    await cache.set(
      'encrypted',
      'secret-large',
      Array.from({ length: 5_000 }, (_, i) => Math.sin(i)),
    )
    const errors = [
      await cache.set('encrypted', 'secret-f', { f: () => 1 }).catch((error: Error) => error),
      await cache.getOrSet('encrypted', 'secret-g', () => ({ g: () => 1 })).catch((error: Error) => error),
    ]
    await shared.clock.advance(15_000)
    const names = new Set(told.map((event) => (event as [string])[0]))
    expect([...names].sort()).toEqual(['delete', 'evict', 'expire', 'hit', 'miss', 'refused', 'set'])
    const text = JSON.stringify([
      told,
      errors.map((error) => [String(error), (error as { context?: unknown }).context]),
    ])
    expect(text).not.toMatch(/secret-/)
    expect(text).toMatch(/\[redacted\]/)
  })
})
