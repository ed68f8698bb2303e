import { describe, expect, it } from 'vitest'
import { trainDictionary } from '../../../js/cache/train-dictionary.ts'
import { jsonSerializer } from '../../../js/codec/serializer.ts'
import type { RegionOptions } from '../../../js/config/types.ts'
import { expectError, makeCache, record, SharedTier } from './fixture.ts'

const PLANS = ['free', 'starter', 'team', 'business']
const user = (i: number) => ({
  id: (i * 7919) % 100_003,
  name: `user ${i * 31}`,
  email: `user${i * 17}@example.com`,
  plan: PLANS[i % PLANS.length],
  active: i % 3 > 0,
  settings: { theme: i % 2 > 0 ? 'dark' : 'light', locale: 'en-GB', notifications: { mail: true, push: false } },
})
const users = (from: number, count: number) => Array.from({ length: count }, (_, i) => user(from + i))

const FIRST = trainDictionary(users(0, 200), { size: '2KB' })
const SECOND = trainDictionary(users(500, 200), { size: '1KB' })

/** A process whose region has these options. */
function processOf(shared: SharedTier, options: RegionOptions) {
  return shared.process({ regions: { users: { compression: true, ...options } } })
}

describe('a region with a dictionary', () => {
  it('stores small values in less than half of the bytes, in memory and in L2, and answers them as they were', async () => {
    const bytesWith = async (options: RegionOptions) => {
      const shared = new SharedTier()
      const { cache, driver } = processOf(shared, options)
      await cache.set('users', 'u', user(1_000))
      expect(await cache.get('users', 'u')).toEqual(user(1_000))
      const other = processOf(shared, options)
      expect(await other.cache.get('users', 'u')).toEqual(user(1_000))
      const { bytes } = await shared.stored(driver, 'users', 'u')
      return { stored: bytes.length - 50, memory: cache.metrics().regions.users?.bytes ?? 0 }
    }
    const [without, with_] = [await bytesWith({}), await bytesWith({ dictionary: FIRST })]
    expect(with_.stored * 2).toBeLessThan(without.stored)
    expect(with_.memory).toBeLessThan(without.memory)
  })

  it.each<[string, RegionOptions, number[]]>([
    ['with deflate', { compression: 'deflate' }, [0, 3, 1]],
    ['with LZ4', { compression: 'lz4' }, [0, 3, 2]],
    ['where nothing is said of compression', {}, [0, 3, 1]],
    ['not where there is to be none', { compression: 'none' }, [0, 0, 0]],
  ])('takes it for small values alone: %s', async (_, options, compressions) => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process({ regions: { users: { ...options, dictionary: FIRST } } })
    const small = JSON.stringify(user(3))
    await cache.setMany('users', { tiny: 'a', small, object: user(3), large: small.repeat(100) })
    const compressionOf = async (key: string) => (await shared.stored(driver, 'users', key)).bytes[5]
    expect(await Promise.all(['tiny', 'small', 'large'].map(compressionOf))).toEqual(compressions)
    expect(await compressionOf('object')).toBe(compressions[1])
  })

  it('reads with it where nothing is to be compressed', async () => {
    const shared = new SharedTier()
    await processOf(shared, { dictionary: FIRST }).cache.set('users', 'u', user(1))
    expect(await processOf(shared, { compression: 'none', dictionary: FIRST }).cache.get('users', 'u')).toEqual(user(1))
  })

  it('reads what was written with another one that it still has, and writes with the current one', async () => {
    const shared = new SharedTier()
    await processOf(shared, { dictionary: FIRST }).cache.set('users', 'old', user(1))
    const rotated = processOf(shared, { dictionary: { current: SECOND, others: [FIRST] } })
    expect(await rotated.cache.get('users', 'old')).toEqual(user(1))
    await rotated.cache.set('users', 'new', user(2))
    const reader = processOf(shared, { dictionary: { others: [SECOND] } })
    expect(await reader.cache.get('users', 'new')).toEqual(user(2))
    await reader.cache.set('users', 'plain', user(3))
    expect(await processOf(shared, {}).cache.get('users', 'plain')).toEqual(user(3))
  })

  it('has a miss with a named reason where it lacks the dictionary of an entry', async () => {
    const shared = new SharedTier()
    await processOf(shared, { dictionary: FIRST }).cache.set('users', 'u', user(1))
    for (const options of [{}, { dictionary: SECOND }]) {
      const { cache } = processOf(shared, options)
      const corrupt = record(cache, 'corrupt')
      expect(await cache.get('users', 'u')).toBeUndefined()
      expect(corrupt).toEqual([{ region: 'users', key: 'u', reason: 'dictionary-missing' }])
    }
  })

  it('keeps its entries where the dictionary changes at run time', async () => {
    const { cache } = makeCache({ regions: { users: { dictionary: FIRST } } })
    await cache.set('users', 'u', user(1))
    const before = cache.metrics().regions.users?.bytes
    cache.configure('users', { dictionary: { current: SECOND } })
    expect(await cache.get('users', 'u')).toEqual(user(1))
    expect(cache.metrics().regions.users?.bytes).not.toBe(before)
  })

  it('has a copy of the bytes that it was given', async () => {
    const dictionary = FIRST.slice()
    const { cache } = makeCache({ regions: { users: { dictionary } } })
    await cache.set('users', 'u', user(1))
    dictionary.fill(0)
    expect(await cache.get('users', 'u')).toEqual(user(1))
  })

  it('works sealed', async () => {
    const shared = new SharedTier()
    const options = { encryption: true, dictionary: FIRST }
    await processOf(shared, options).cache.set('users', 'u', user(1))
    expect(await processOf(shared, options).cache.get('users', 'u')).toEqual(user(1))
  })
})

describe('trainDictionary', () => {
  it('makes the same of the same samples, and no more than its size', () => {
    expect(trainDictionary(users(0, 200), { size: '2KB' })).toEqual(FIRST)
    expect(FIRST.length).toBeLessThanOrEqual(2_048)
    expect(FIRST.length).toBeGreaterThan(100)
  })

  it('takes samples as the region writes them', () => {
    const json = trainDictionary(users(0, 100), { serializer: jsonSerializer })
    expect(json).toEqual(trainDictionary(users(0, 100).map((one) => JSON.stringify(one))))
    expect(new TextDecoder().decode(json)).toContain('"email":')
    expect(json).not.toEqual(trainDictionary(users(0, 100)))
  })

  it.each<[string, Iterable<unknown>, object, string]>([
    ['no samples', [], {}, 'samples are 0 values that have nothing in common'],
    ['samples with nothing in common', ['first', 'second'], {}, 'samples are 2 values that have nothing in common'],
    ['a size beyond 32 KB', users(0, 9), { size: '33KB' }, "size is '33KB'; allowed: at most 32768 bytes"],
    ['a size that is none', users(0, 9), { size: 0 }, 'size is 0'],
  ])('refuses %s', (_, samples, options, message) => {
    expectError(() => trainDictionary(samples, options), 'INVALID_OPTION', message)
  })

  it('refuses a sample that no region could store', () => {
    expectError(() => trainDictionary([() => 1]), 'UNSERIALIZABLE_VALUE')
  })
})
