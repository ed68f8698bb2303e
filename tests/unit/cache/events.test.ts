import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import type { CacheEventName } from '../../../js/observe/events.ts'
import { KIND_NAMES, makeCache, record, SharedTier } from './fixture.ts'

const NAMES: readonly CacheEventName[] = [
  'hit',
  'miss',
  'set',
  'delete',
  'clear',
  'evict',
  'expire',
  'refused',
  'error',
]

describe.each(KIND_NAMES)('the events of a region that is %s', (kind) => {
  const key = kind === 'encrypted' ? '[redacted]' : 'k'

  it('tell what happened, in order', async () => {
    const { cache, clock } = makeCache()
    const told: unknown[] = []
    for (const name of NAMES) cache.on(name, (event) => told.push([name, event]))
    await cache.get(kind, 'k')
    await cache.set(kind, 'k', 1)
    await cache.get(kind, 'k')
    await cache.delete(kind, 'k')
    await cache.set(kind, 'k', 1, { ttl: '1s' })
    await clock.advance(3_000)
    await cache.set(kind, 'k', 1)
    await cache.clear(kind)
    const at = { region: kind, key }
    expect(told).toEqual([
      ['miss', at],
      ['set', at],
      ['hit', { ...at, tier: 'memory' }],
      ['delete', at],
      ['set', at],
      ['expire', at],
      ['set', at],
      ['clear', { region: kind, removed: 1 }],
    ])
  })

  it('tell of each entry that has to leave', async () => {
    const { cache } = makeCache()
    cache.configure(kind, { maxEntries: 3, policy: 'lru' })
    const evicted = record(cache, 'evict')
    await cache.setMany(kind, { a: 1, b: 2, c: 3, d: 4, e: 5 })
    expect(evicted).toHaveLength(2)
    if (kind !== 'encrypted') expect(evicted.map((event) => event.key)).toEqual(['a', 'b'])
  })
})

describe('listeners', () => {
  it('come and go', async () => {
    const { cache } = makeCache()
    const calls: string[] = []
    const first = () => calls.push('first')
    const stop = cache.on('set', first)
    cache.on('set', first)
    cache.once('set', () => calls.push('once'))
    await cache.set('live', 'k', 1)
    await cache.set('live', 'k', 1)
    stop()
    await cache.set('live', 'k', 1)
    cache.on('set', first)
    cache.off('set', first)
    await cache.set('live', 'k', 1)
    expect(calls).toEqual(['first', 'once', 'first'])
  })

  it('that throw, or reject, disturb neither the call nor one another', async () => {
    const lines: unknown[] = []
    const { cache } = makeCache({ logger: { error: (message: string) => lines.push(message) } })
    const heard: unknown[] = []
    for (const name of ['set', 'hit', 'miss', 'delete', 'clear'] as const) {
      cache.on(name, () => {
        throw new Error('mine')
      })
      cache.on(name, (async () => Promise.reject(new Error('mine, later'))) as () => void)
      cache.on(name, () => heard.push(name))
    }
    expect(await cache.set('live', 'k', 1)).toBe(true)
    expect(await cache.get('live', 'k')).toBe(1)
    expect(await cache.get('live', 'j')).toBeUndefined()
    expect(await cache.delete('live', 'k')).toBe(true)
    expect(await cache.clear('live')).toBe(0)
    await new Promise(setImmediate)
    expect(heard).toEqual(['set', 'hit', 'miss', 'delete', 'clear'])
    expect(lines).toHaveLength(10)
  })

  it('hear that what waits is lost where a tier stays away until the end, or was too much for the journal', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process({ journal: { maxEntries: 2 } })
    const [unsent, overflow] = [record(cache, 'unsent'), record(cache, 'overflow')]
    driver.break('fail')
    for (const key of ['a', 'b', 'c']) await cache.set('live', key, 1)
    expect(overflow).toEqual([{ tier: 'chaos', region: 'live' }])
    await cache.set('live', 'd', 1)
    const closing = cache.close()
    await shared.clock.advance(5_000)
    expect(await closing).toEqual({ unsent: 2 })
    expect(unsent).toEqual([{ tier: 'chaos', entries: 2 }])
  })

  it('hear from which tier a value came, and how the circuit is', async () => {
    const shared = new SharedTier()
    await shared.process().cache.set('live', 'k', 1)
    const { cache, driver } = shared.process()
    const hits = record(cache, 'hit')
    const circuit = record(cache, 'circuit')
    const errors = record(cache, 'error')
    const replays = record(cache, 'replay')
    await cache.get('live', 'k')
    await cache.get('live', 'k')
    expect(hits.map(({ tier }) => tier)).toEqual(['chaos', 'memory'])
    driver.break('fail')
    await cache.set('live', 'j', 1)
    expect(circuit.map(({ tier, state }) => [tier, state])).toEqual([['chaos', 'open']])
    expect(errors[0]).toMatchObject({ tier: 'chaos', error: { code: 'TIER_UNAVAILABLE' } })
    driver.heal()
    await shared.clock.advance(10_000)
    expect(circuit.at(-1)).toMatchObject({ tier: 'chaos', state: 'closed' })
    expect(replays).toEqual([
      { tier: 'chaos', state: 'replaying', entries: 0, waiting: 1 },
      { tier: 'chaos', state: 'replayed', entries: 1, waiting: 0 },
    ])
  })
})

describe('without a logger', () => {
  let writes: MockInstance[]
  beforeEach(() => {
    const silent = () => true
    writes = [
      vi.spyOn(process.stdout, 'write').mockImplementation(silent),
      vi.spyOn(process.stderr, 'write').mockImplementation(silent),
      ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
        vi.spyOn(console, name).mockImplementation(() => {}),
      ),
    ]
  })
  afterEach(() => {
    for (const write of writes) write.mockRestore()
  })

  it('nothing is written anywhere, whatever happens', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process({ encryption: undefined as never })
    await cache.set('live', 'k', 1)
    driver.break('fail')
    await cache.set('live', 'k', 2)
    for (let i = 0; i < 200; i++) await cache.get('live', `missing ${i}`)
    cache.on('set', () => {
      throw new Error('mine')
    })
    await cache.set('live', 'k', 3)
    await shared.clock.advance(10_000)
    const closing = cache.close()
    await shared.clock.advance(5_000)
    expect(await closing).toEqual({ unsent: 1 })
    const count = writes.reduce((sum, write) => sum + write.mock.calls.length, 0)
    expect(count).toBe(0)
  })
})
