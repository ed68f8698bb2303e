import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKeyed, hashTail, hashWhole } from '../../../js/memory/key-hash.ts'
import { SlotMap } from '../../../js/memory/slot-map.ts'
import { Pair } from './slot-pair.ts'

/** Keys that the ends tell apart, keys that they don't, and keys that no bounded hash tells apart. */
const KINDS: Readonly<Record<string, (i: number) => string>> = {
  'ids at the end': (i) => `user:profile:${String(i).padStart(7, '0')}`,
  'ids in the middle': (i) => `user:${i}:settings`,
  'long keys that differ where no hash looks': (i) => `${'a'.repeat(60)}${i}${'b'.repeat(200)}`,
  'short keys': (i) => i.toString(36),
  'keys in many scripts': (i) => `ключ-${i}-鍵-🔑`,
}

describe('a map from keys to slots', () => {
  for (const [kind, key] of Object.entries(KINDS)) {
    it(`finds ${kind} while thousands come and go`, () => {
      const pair = new Pair()
      for (let i = 0; i < 6_000; i++) pair.set(key(i), i)
      pair.check([key(6_000), ''])
      for (let i = 0; i < 6_000; i++) if (i % 3 > 0) pair.delete(key(i))
      pair.check([key(1)])
      for (let i = 6_000; i < 20_000; i++) {
        pair.delete(key(i - 4_000))
        pair.set(key(i), i)
      }
      pair.check([key(6_000)])
      pair.clear()
      pair.check([key(19_999)])
    })
  }

  it('agrees with a Map on any operations', () => {
    const kinds = Object.values(KINDS)
    const key = fc
      .tuple(fc.nat(kinds.length - 1), fc.nat(120))
      .map(([kind, i]) => (kinds[kind] as (i: number) => string)(i))
    const operation = fc.oneof(
      { weight: 60, arbitrary: fc.record({ set: key, value: fc.nat() }) },
      { weight: 30, arbitrary: fc.record({ delete: key }) },
      { weight: 1, arbitrary: fc.constant({ clear: true }) },
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 1_500, size: 'max' }), (operations) => {
        const pair = new Pair()
        for (const it of operations) {
          if ('set' in it) pair.set(it.set, it.value)
          else if ('delete' in it) pair.delete(it.delete)
          else pair.clear()
        }
        pair.check()
      }),
      { numRuns: 60 },
    )
  })

  it('takes no other key for one with the same hash', () => {
    const pair = new Pair()
    const keys = Array.from({ length: 40 }, (_, i) => `${10 + i}:the same end`)
    expect(new Set(keys.map(hashTail)).size).toBe(1)
    for (const [i, key] of keys.entries()) pair.set(key, i)
    pair.check(['99:the same end'])
    for (const key of keys) pair.delete(key)
    pair.check(keys)
  })

  it('can be gone through while entries come and go', () => {
    const pair = new Pair()
    for (let i = 0; i < 100; i++) pair.set(`k${i}`, i)
    const seen: string[] = []
    for (const slot of pair.map.slots()) {
      const key = pair.map.key(slot) as string
      seen.push(key)
      pair.delete(key)
      if (seen.length % 10 === 0) pair.set(`late${seen.length}`, 0)
    }
    expect(seen.filter((key) => key.startsWith('k'))).toHaveLength(100)
  })

  it('takes nothing that is not a string for a key', () => {
    const map = new SlotMap<number>()
    map.add(0, 'undefined', 1, map.hash('undefined'))
    for (const key of [undefined, null, 5, {}]) expect(map.find(key as unknown as string)).toBe(-1)
  })
})

describe('the hash of a key', () => {
  it('spreads ids over all of its bits', () => {
    const keyed = (key: string) => hashKeyed(key, 0x0123_4567, -1)
    for (const hash of [hashTail, hashWhole, keyed]) {
      for (const kind of ['ids at the end', 'short keys']) {
        const hashes = Array.from({ length: 50_000 }, (_, i) => hash((KINDS[kind] as (i: number) => string)(i)))
        expect(new Set(hashes).size, `${hash.name}, ${kind}: different hashes`).toBeGreaterThan(49_990)
        for (const shift of [0, 16]) {
          const low = new Set(hashes.map((value) => (value >>> shift) & 0xffff))
          // Of 65,536 places, 50,000 balls thrown at random leave 46.6 % empty.
          expect(low.size / 65_536, `${hash.name}, ${kind}: bits from ${shift} on`).toBeGreaterThan(0.52)
        }
      }
    }
  })

  it('reads the beginning and the end of a long key, and no more than that', () => {
    const long = (start: string, middle: string, end: string) =>
      start + 'x'.repeat(30_000) + middle + 'x'.repeat(30_000) + end
    expect(hashWhole(long('a', '', ''))).not.toBe(hashWhole(long('b', '', '')))
    expect(hashWhole(long('', '', 'a'))).not.toBe(hashWhole(long('', '', 'b')))
    expect(hashWhole(long('', 'a', ''))).toBe(hashWhole(long('', 'b', '')))
  })

  it('depends on every character, on the length and on both words of the key where it has one', () => {
    const key = 'omnicache:article:1'
    const keys = Array.from(key, (_, i) => `${key.slice(0, i)}Z${key.slice(i + 1)}`)
    const all = [key, ...keys, `${key}\0`, `${key}\0\0`, '', '\0'].map((it) => hashKeyed(it, 1, 2))
    all.push(hashKeyed(key, 1, 3), hashKeyed(key, 0, 2))
    expect(new Set(all).size).toBe(all.length)
  })
})
