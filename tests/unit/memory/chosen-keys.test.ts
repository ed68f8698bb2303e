import { afterEach, describe, expect, it, vi } from 'vitest'
import { hashWhole } from '../../../js/memory/key-hash.ts'
import { Pair } from './slot-pair.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Of a key, what the characters at even places do to the hash: see `hashWhole`. */
function evenChain(state: number, characters: readonly number[]): number {
  let even = state
  for (const character of characters) {
    even = Math.imul(even ^ character, 0x5bd1e995)
    even ^= even >>> 15
  }
  return even
}

/** Every key of so many blocks, each of which is one of two that do the same to the hash (Joux, 2004). */
function collidingKeys(blocks: number): string[] {
  let state = blocks * 6
  let keys = ['']
  for (let block = 0; block < blocks; block++) {
    const [one, other, next] = collidingBlocks(state)
    keys = keys.flatMap((key) => [key + one, key + other])
    state = next
  }
  return keys
}

/** Two blocks of six characters that lead from one state to the same next one: the last character mends what differs. */
function collidingBlocks(state: number): [string, string, number] {
  const seen = new Map<number, number[]>()
  for (let n = 0; ; n++) {
    const start = [65 + (n & 63), 65 + (n >> 6)]
    const even = evenChain(state, start)
    const other = seen.get(even >>> 16)
    seen.set(even >>> 16, start)
    if (other === undefined) continue
    const last = 65 ^ ((even ^ evenChain(state, other)) & 0xffff)
    if (last >= 0xd800 && last < 0xe000) continue
    const block = (characters: number[]) => characters.map((it) => `${String.fromCharCode(it)}x`).join('')
    return [block([...other, 65]), block([...start, last]), evenChain(state, [...other, 65])]
  }
}

/** Counts what is put into a `Map` under a string from now on, and how often random bits are asked for. */
function watch(): { crowded(): number; random(): number } {
  const set = vi.spyOn(Map.prototype, 'set')
  const random = vi.spyOn(crypto, 'getRandomValues')
  return {
    crowded: () => set.mock.calls.filter(([key]) => typeof key === 'string').length,
    random: () => random.mock.calls.length,
  }
}

describe('keys that were chosen to crowd', () => {
  const END = 'the same end'

  it('are told apart by a random key, however many have one hash', () => {
    const keys = collidingKeys(12)
    expect(keys).toHaveLength(4_096)
    expect(new Set(keys.map(hashWhole)).size).toBe(1)
    const pair = new Pair()
    // Keys with one end, so that whole hashes are made before the chosen keys come.
    for (let i = 0; i < 600; i++) pair.set(`${i}:${END}`, i)
    const { random, crowded } = watch()
    for (const [i, key] of keys.entries()) pair.map.add(600 + i, key, i, pair.map.hash(key))
    expect(random(), 'a random key for the hashes').toBe(1)
    expect(crowded(), 'keys that crowd before that').toBeLessThan(600)
    for (const [i, key] of keys.entries()) expect(pair.map.find(key)).toBe(600 + i)
    vi.restoreAllMocks()
    const late = watch()
    const more = collidingKeys(10)
    for (const [i, key] of more.entries()) pair.map.add(5_000 + i, key, i, pair.map.hash(key))
    expect([late.crowded(), late.random()], 'keys that crowd, random keys').toEqual([0, 0])
    for (const [i, key] of more.entries()) expect(pair.map.find(key)).toBe(5_000 + i)
    for (let i = 0; i < keys.length; i++) pair.map.remove(600 + i)
    for (const key of keys) expect(pair.map.find(key)).toBe(-1)
    expect(pair.map.size).toBe(600 + more.length)
  })

  it('move nobody any more once a removal has found them in an endless row', () => {
    const pair = new Pair()
    for (let i = 0; i < 2_100; i++) pair.set(`${i}:${END}`, i)
    for (let i = 0; i < 2_100; i++) pair.delete(`${i}:${END}`)
    // A table of 8,192 places: each key stands behind its home, as two have the first one.
    const row: string[] = []
    const homes = new Map<number, string[]>()
    for (let i = 10_000; i < 150_000; i++) {
      const home = hashWhole(`${i}:${END}`) & 8_191
      homes.set(home, [...(homes.get(home) ?? []), `${i}:${END}`])
    }
    for (let home = 1_000; home < 4_500; home++) row.push(...(homes.get(home)?.splice(0, home === 1_000 ? 2 : 1) ?? []))
    expect(row).toHaveLength(3_501)
    for (const [i, key] of row.entries()) pair.set(key, i)
    pair.check()
    const { random } = watch()
    for (let i = 0; i < 300; i++) {
      pair.delete(row[i * 7] as string)
      pair.set(`late ${i}:${END}`, i)
    }
    expect(random()).toBe(1)
    pair.check(row)
    for (const key of row) pair.delete(key)
    pair.check(row)
  })

  it('are kept apart by a Map where there are no random bits yet', () => {
    const pair = new Pair()
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('not in global scope')
    })
    for (const [i, key] of collidingKeys(10).entries()) pair.set(`${key}:${END}`, i)
    pair.check([END])
  })
})

it('nothing is random where keys are what they are', () => {
  const { random, crowded } = watch()
  const pair = new Pair()
  for (let i = 0; i < 20_000; i++) pair.map.add(i, `user:${i}:settings`, i, pair.map.hash(`user:${i}:settings`))
  for (let i = 0; i < 20_000; i += 2) pair.map.remove(i)
  expect(random()).toBe(0)
  expect(crowded(), 'before the ends were found to tell nothing').toBeLessThan(600)
})
