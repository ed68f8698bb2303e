import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../js/clock.ts'
import { Core } from '../../../js/core/core.ts'
import { LiveStore } from '../../../js/memory/live-store.ts'
import { POLICY_NUMBERS, type RemovalReason } from '../../../js/memory/store.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { usedBytes } from '../../helpers/heap.ts'

type Left = [key: string, value: number, reason: RemovalReason]

interface Wanted {
  readonly policy?: keyof typeof POLICY_NUMBERS
  readonly maxEntries?: number
  readonly maxBytes?: number
  readonly clock?: Clock
  readonly told?: boolean
  readonly onlyDepartures?: boolean
}

function make({
  policy = 'lru',
  maxEntries = 3,
  maxBytes = Infinity,
  clock = new FakeClock(),
  told = true,
  onlyDepartures,
}: Wanted = {}) {
  const left: Left[] = []
  const onRemove = told ? (...removed: Left) => left.push(removed) : undefined
  const store = new LiveStore<number>({
    policy: POLICY_NUMBERS[policy],
    limits: { maxBytes, maxEntries },
    clock,
    onRemove,
    onlyDepartures,
  })
  return { store, left }
}

/** A clock that counts how often it is asked. */
class CountingClock extends FakeClock {
  asked = 0

  override now(): number {
    this.asked++
    return super.now()
  }
}

/** As a crash in another store of the shared instance is seen. */
function crash(): void {
  Core.shared().trapped(Object.assign(new Error('elsewhere'), { name: 'RuntimeError' }))
}

/** Calls `act` deeper and deeper, and from where nothing deeper can be called, some times on the way back. */
function endOfStack(padding: number, act: (depth: number) => void): void {
  const frame = Array.from({ length: padding }, () => 0)
  let returned = 0
  const go = (depth: number, ...rest: number[]): void => {
    try {
      act(depth)
      go(depth + 1, ...rest)
    } catch {
      if (returned++ < 60) go(depth + 1e6, ...rest)
    }
  }
  go(0, ...frame)
}

describe('a live store', () => {
  it('tells who left: one for one, several for one, and the expired as expired', async () => {
    const clock = new FakeClock()
    const { store, left } = make({ maxEntries: Infinity, maxBytes: 10, clock })
    store.set('a', 1, 3, Infinity)
    store.set('b', 2, 3, clock.now() + 50)
    store.set('c', 3, 4, Infinity)
    store.set('d', 4, 2, Infinity)
    expect(left).toEqual([['a', 1, 'evict']])
    await clock.advance(100)
    store.set('e', 5, 4, Infinity)
    expect(left.slice(1)).toEqual([['b', 2, 'expire']])
    store.set('f', 6, 9, Infinity)
    expect(left.slice(2)).toEqual([
      ['c', 3, 'evict'],
      ['d', 4, 'evict'],
      ['e', 5, 'evict'],
    ])
    expect([...store.entries()]).toEqual([['f', 6]])
  })

  it('tells only of what left by itself, where that is wanted', async () => {
    const clock = new FakeClock()
    const { store, left } = make({ maxEntries: 2, clock, onlyDepartures: true })
    store.set('a', 1, 0, clock.now() + 50)
    store.set('a', 2, 0, clock.now() + 50)
    store.set('b', 3, 0, Infinity)
    store.set('c', 4, 0, Infinity)
    expect(left).toEqual([['a', 2, 'evict']])
    store.delete('b')
    store.set('d', 5, 0, clock.now() + 50)
    await clock.advance(100)
    store.delete('d')
    store.clear()
    expect(left.slice(1)).toEqual([['d', 5, 'expire']])
  })

  it('forgets who left when nobody is told', () => {
    const clock = new FakeClock()
    const { store } = make({ maxEntries: 2, clock, told: false })
    store.set('a', 1, 0, clock.now() + 50)
    store.set('b', 2, 0, Infinity)
    store.set('c', 3, 0, Infinity)
    expect([store.get('a'), store.get('b'), store.get('c'), store.size]).toEqual([undefined, 2, 3, 2])
  })

  it('does not ask for the time before an entry has a deadline, and does from then on', async () => {
    const clock = new CountingClock()
    const { store } = make({ clock })
    for (const key of ['a', 'b', 'c', 'd', 'd']) store.set(key, 1, 0, Infinity)
    for (const key of ['a', 'b', 'c', 'd']) store.get(key)
    expect(clock.asked).toBe(0)
    store.set('e', 1, 0, clock.now() + 100)
    expect(store.get('e')).toBe(1)
    await clock.advance(100)
    expect(store.get('e')).toBeUndefined()
    expect(clock.asked).toBeGreaterThan(0)
  })

  it('tells of all that left, even where the listener throws', () => {
    const told: string[] = []
    const store = new LiveStore<number>({
      policy: POLICY_NUMBERS.lru,
      limits: { maxBytes: Infinity, maxEntries: 5 },
      clock: new FakeClock(),
      onRemove: (key) => {
        told.push(key)
        throw new Error(key)
      },
    })
    for (const key of ['a', 'b', 'c']) store.set(key, 1, 0, Infinity)
    expect(() => store.clear()).toThrow('a')
    expect([told, store.size]).toEqual([['a', 'b', 'c'], 0])
  })

  it('is empty and forgets its deadlines when it is cleared', () => {
    const clock = new CountingClock()
    const { store, left } = make({ clock })
    store.set('a', 1, 0, clock.now() + 100)
    expect(store.clear()).toBe(1)
    expect(left).toEqual([['a', 1, 'clear']])
    clock.asked = 0
    store.set('a', 2, 0, Infinity)
    expect([store.get('a'), store.size, clock.asked]).toEqual([2, 1, 0])
  })

  it('marks hits after its views were detached by growth', () => {
    const { store } = make({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) store.set(key, 1, 0, Infinity)
    Core.shared().glue.memory.grow(1)
    expect(store.get('a')).toBe(1)
    store.set('d', 1, 0, Infinity)
    expect([store.get('a'), store.get('b')]).toEqual([1, undefined])
  })

  it('keeps the order of use through a crash', () => {
    const { store } = make({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) store.set(key, 1, 0, Infinity)
    store.get('a')
    crash()
    store.set('d', 1, 0, Infinity)
    expect(store.get('b')).toBeUndefined()
    store.set('e', 1, 0, Infinity)
    expect([store.get('a'), store.get('c')]).toEqual([1, undefined])
  })

  it('deletes the right one after a crash, and of all keys that there were only those', () => {
    const { store } = make({ maxEntries: 1_000 })
    const keys = Array.from({ length: 1_000 }, (_, i) => `key ${i}`)
    for (const [i, key] of keys.entries()) store.set(key, i, 0, Infinity)
    for (const key of keys.slice(0, 500)) store.get(key)
    for (const [i, key] of keys.entries()) {
      if (i % 100 === 0) crash()
      if (i % 2 === 0) expect([store.delete(key), store.delete(key)]).toEqual([true, false])
    }
    expect([...store.entries()].sort(([, a], [, b]) => a - b)).toEqual(
      keys.map((key, i) => [key, i]).filter((_, i) => i % 2 === 1),
    )
    for (const [i, key] of keys.entries()) expect(store.get(key)).toBe(i % 2 === 1 ? i : undefined)
  })

  it('loses nothing in a crash when the clock throws, and lets expire what comes then', async () => {
    const clock = new CountingClock()
    const { store } = make({ clock })
    for (const key of ['a', 'b']) store.set(key, 1, 0, clock.now() + 100)
    const now = clock.now.bind(clock)
    for (let working = 0; working < 6; working++) {
      crash()
      let calls = 0
      clock.now = () => {
        if (calls++ === working) throw new Error('clock')
        return now()
      }
      try {
        store.set('b', 1, 0, 1_100)
      } catch (error) {
        expect(error).toEqual(new Error('clock'))
      }
      clock.now = now
      expect([store.get('a'), store.get('b'), store.size]).toEqual([1, 1, 2])
    }
    store.set('c', 1, 0, Infinity)
    crash()
    store.set('c', 1, 0, clock.now() + 50)
    await clock.advance(60)
    expect(store.get('c')).toBeUndefined()
  })

  it('keeps weights and deadlines through a crash', async () => {
    const clock = new FakeClock()
    const { store, left } = make({ maxEntries: Infinity, maxBytes: 100, clock })
    const start = clock.now()
    store.set('a', 1, 40, start + 100)
    store.set('b', 2, 30, Infinity)
    store.set('gone', 3, 20, start + 50)
    await clock.advance(60)
    crash()
    expect(store.expire()).toBe(0)
    expect(left).toEqual([['gone', 3, 'expire']])
    expect([store.bytes, store.size, store.deadline('a'), store.get('gone')]).toEqual([70, 2, start + 100, undefined])
    await clock.advance(40)
    expect([store.get('a'), store.get('b')]).toEqual([undefined, 2])
  })

  it('comes to an end when it looks for what has expired, whenever that is', async () => {
    const clock = new FakeClock({ now: 0 })
    const { store } = make({ maxEntries: 10_000, clock })
    for (let i = 0; i < 5_000; i++) store.set(`k${i}`, i, 0, 1_500)
    for (const now of [1_023, 1_024, 1_039, 1_040]) {
      await clock.advance(now - clock.now())
      expect(store.expire()).toBe(0)
    }
    await clock.advance(500)
    expect([store.expire(), store.size]).toEqual([5_000, 0])
  })

  it('works on after operations that the end of the stack broke off, at whatever point', () => {
    const failures = new Set<string>()
    for (let round = 0; round < 111; round++) {
      const { store } = make({ maxEntries: 20 })
      endOfStack(round % 37, (depth) => {
        if (depth % 3 === 0) store.clear()
        else store.set(`k${depth}`, depth, 0, Infinity)
      })
      try {
        for (let i = 0; i < 40; i++) store.set(`after${i}`, i, 0, Infinity)
        const entries = Array.from({ length: 20 }, (_, i) => [`after${20 + i}`, 20 + i])
        if (store.size !== 20 || String([...store.entries()].sort()) !== String(entries.sort())) failures.add('lost')
      } catch (error) {
        failures.add(String(error))
      }
    }
    expect([...failures]).toEqual([])
  })

  it('takes at most 80 bytes of JavaScript and, under lru, some 32 of linear memory an entry', () => {
    const count = 200_000
    const keys = Array.from({ length: count }, (_, i) => JSON.parse(`"user:profile:${i}"`) as string)
    const { store } = make({ maxEntries: count, told: false })
    const linear = () => Core.shared().glue.memory.buffer.byteLength
    const before = { used: usedBytes(), linear: linear() }
    for (const [i, key] of keys.entries()) store.set(key, i, 0, Infinity)
    expect(store.size).toBe(count)
    expect((usedBytes() - before.used) / count).toBeLessThan(80)
    // 24.3 in use; the rest is what tables left behind that had to move, and pages of 64 KB.
    expect((linear() - before.linear) / count).toBeLessThan(40)
    store.dispose()
  })
})
