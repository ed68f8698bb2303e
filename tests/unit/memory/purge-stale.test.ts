import { describe, expect, it } from 'vitest'
import { MemoryCache, type RemovalReason } from '../../../js/memory/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

const STORES = ['live', 'packed'] as const

function make(store: 'live' | 'packed', onEvict: (key: string, reason: RemovalReason) => void = () => {}) {
  const clock = new FakeClock()
  const told = (key: string, _: number | undefined, reason: RemovalReason) => onEvict(key, reason)
  return { cache: new MemoryCache<number>({ max: 100, policy: 'lru', clock, store, onEvict: told }), clock }
}

describe.each(STORES)('purgeStale of a %s cache', (store) => {
  it('removes what has expired to the millisecond, and nothing else', async () => {
    const left: [string, RemovalReason][] = []
    const { cache, clock } = make(store, (...told) => left.push(told))
    for (let i = 1; i <= 10; i++) cache.set(`k${i}`, i, { ttl: i })
    cache.set('endless', 0)
    await clock.advance(3)
    expect([cache.purgeStale(), cache.size]).toEqual([3, 8])
    expect(left).toEqual([1, 2, 3].map((i) => [`k${i}`, 'expire']))
    expect(cache.purgeStale()).toBe(0)
    await clock.advance(100)
    expect([cache.purgeStale(), cache.size]).toEqual([7, 1])
  })

  it('tells of all that it removed, though a listener throws or uses the cache', async () => {
    const left: string[] = []
    const { cache, clock } = make(store, (key) => {
      left.push(key)
      cache.set('b', 2)
      if (key === 'a') throw new Error('not now')
    })
    cache.set('a', 1, { ttl: 5 })
    cache.set('b', 1, { ttl: 5 })
    await clock.advance(5)
    expect(() => cache.purgeStale()).toThrow('not now')
    expect(left).toContain('a')
    expect(left.filter((key) => key === 'b').length).toBeGreaterThan(0)
    expect(cache.get('b')).toBe(2)
    expect(cache.size).toBe(1)
  })
})

it('clear tells first of what was unused for longest', () => {
  const left: string[] = []
  const { cache } = make('live', (key) => left.push(key))
  for (const key of ['a', 'b', 'c']) cache.set(key, 1)
  cache.get('a')
  cache.clear()
  expect(left).toEqual(['b', 'c', 'a'])
})
