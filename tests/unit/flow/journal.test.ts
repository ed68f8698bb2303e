import { describe, expect, it } from 'vitest'
import { Journal, type JournalOptions } from '../../../js/flow/journal.ts'
import { isTombstone, stampOf } from '../../../js/flow/stored-bytes.ts'
import { envelope, stampAt, textOf } from '../../helpers/stored.ts'

function setUp(options: Partial<JournalOptions> = {}) {
  const time = { now: 100 }
  const overflown: string[] = []
  const journal = new Journal({ now: () => time.now, onOverflow: (region) => overflown.push(region), ...options })
  const set = (region: string, key: string, stamp: number, text = `${key}@${stamp}`) =>
    journal.write(region, [{ key, envelope: envelope(stampAt(stamp), text), ttl: 1000 }])
  const read = (region: string, key: string) => textOf(journal.find(region, key)?.envelope)
  return { time, journal, overflown, set, read }
}

describe('the journal', () => {
  it('holds the last write of each key', () => {
    const { journal, set, read } = setUp()
    set('r', 'a', 1)
    set('r', 'a', 2)
    set('r', 'b', 3)
    expect(read('r', 'a')).toBe('a@2')
    expect(journal.length).toBe(2)
    expect(journal.next(10, 1e6)).toHaveLength(2)
  })

  it('knows which is last by the stamps, not by the order of arrival', () => {
    const { set, read } = setUp()
    set('r', 'a', 2)
    set('r', 'a', 1)
    expect(read('r', 'a')).toBe('a@2')
  })

  it('keeps regions apart', () => {
    const { set, read, journal } = setUp()
    set('r', 'a', 1)
    set('s', 'a', 2)
    journal.clear('r', stampAt(5))
    expect(read('r', 'a')).toBeUndefined()
    expect(read('s', 'a')).toBe('a@2')
  })

  it('drops with a clear what is not newer, and takes nothing older after it', () => {
    const { journal, set, read } = setUp()
    set('r', 'old', 1)
    set('r', 'same', 5)
    set('r', 'new', 6)
    journal.clear('r', stampAt(5))
    set('r', 'late', 4)
    expect(['old', 'same', 'new', 'late'].map((key) => read('r', key))).toEqual([
      undefined,
      undefined,
      'new@6',
      undefined,
    ])
    expect(journal.length).toBe(2)
    expect(journal.clearOf('r')).toEqual(stampAt(5))
  })

  it('keeps the newest clear of a region', () => {
    const { journal } = setUp()
    journal.clear('r', stampAt(5))
    journal.clear('r', stampAt(3))
    expect(journal.clearOf('r')).toEqual(stampAt(5))
    journal.clear('r', stampAt(8))
    expect(journal.clearOf('r')).toEqual(stampAt(8))
    expect(journal.length).toBe(1)
  })

  it('forgets what was sent, unless something newer waits by then', () => {
    const { journal, set, read } = setUp()
    set('r', 'a', 1)
    set('r', 'b', 9)
    journal.settle('r', 'a', stampAt(1))
    journal.settle('r', 'b', stampAt(8))
    expect(read('r', 'a')).toBeUndefined()
    expect(read('r', 'b')).toBe('b@9')
    journal.settle('r', 'b', stampAt(9))
    expect([journal.length, journal.bytes, journal.has('r')]).toEqual([0, 0, false])
  })

  it('forgets a clear that was sent, and what it cleared', () => {
    const { journal, set, read } = setUp()
    journal.clear('r', stampAt(2))
    set('r', 'a', 3)
    set('r', 'b', 5)
    journal.settleClear('r', stampAt(4))
    expect(journal.clearOf('r')).toBeUndefined()
    expect(read('r', 'a')).toBeUndefined()
    expect(read('r', 'b')).toBe('b@5')
  })

  it('keeps the writes of a transaction in one unit, without those overtaken since', () => {
    const { journal, set } = setUp()
    const writes = ['a', 'b', 'c'].map((key) => ({ key, envelope: envelope(stampAt(1), key), ttl: 1000 }))
    journal.write('r', writes)
    set('r', 'b', 2)
    const [first, second] = journal.next(100, 1e6)
    expect(first).toMatchObject({ kind: 'writes' })
    expect(first?.kind === 'writes' && [...first.writes.keys()]).toEqual(['a', 'c'])
    expect(second?.kind === 'writes' && [...second.writes.keys()]).toEqual(['b'])
  })

  it('hands out the oldest first, up to so many writes and bytes, and always one', () => {
    const { journal, set } = setUp()
    for (let i = 0; i < 10; i++) set('r', `k${i}`, i, 'x'.repeat(76))
    const keys = (units: ReturnType<Journal['next']>) =>
      units.flatMap((unit) => (unit.kind === 'writes' ? [...unit.writes.keys()] : []))
    expect(keys(journal.next(3, 1e6))).toEqual(['k0', 'k1', 'k2'])
    expect(keys(journal.next(100, 250))).toEqual(['k0', 'k1'])
    expect(keys(journal.next(100, 1))).toEqual(['k0'])
  })

  it('hands out alone what ran out of time before', () => {
    const { journal, set } = setUp()
    for (const key of ['a', 'b', 'c', 'd']) set('r', key, 1)
    const [, second] = journal.next(4, 1e6)
    if (second?.kind === 'writes') second.failures = 1
    expect(journal.next(4, 1e6)).toHaveLength(1)
    journal.settle('r', 'a', stampAt(1))
    expect(journal.next(4, 1e6)).toEqual([second])
  })

  it('counts its length, bytes and age', () => {
    const { time, journal, set } = setUp()
    expect(journal.age).toBe(0)
    set('r', 'a', 1, 'four')
    time.now += 50
    set('r', 'b', 2, 'four')
    expect([journal.length, journal.bytes, journal.age]).toEqual([2, 2 * (1 + 24 + 4), 50])
    set('r', 'a', 3, 'fours')
    expect([journal.length, journal.bytes, journal.age]).toEqual([2, 2 * (1 + 24 + 4) + 1, 0])
  })

  it('gives up the writes of the largest region for one clear when there are too many', () => {
    const { journal, overflown, set, read } = setUp({ maxEntries: 5 })
    set('small', 'a', 100)
    for (let i = 1; i <= 5; i++) set('large', `k${i}`, i)
    expect(overflown).toEqual(['large'])
    expect(journal.clearOf('large')).toEqual(stampAt(5))
    expect(read('small', 'a')).toBe('a@100')
    expect(journal.length).toBe(2)
    set('large', 'next', 6)
    expect(read('large', 'next')).toBe('next@6')
  })

  it('is bounded in bytes as well, and gives up the region with the most of them', () => {
    const { journal, overflown, set } = setUp({ maxBytes: 1000 })
    for (let i = 1; i <= 5; i++) set('many', `k${i}`, i, '')
    set('heavy', 'a', 10, 'x'.repeat(900))
    expect(overflown).toEqual(['heavy'])
    expect(journal.bytes).toBeLessThanOrEqual(1000)
    expect(journal.length).toBe(6)
  })

  it('keeps a tombstone of a value that is larger than all it may hold, and everything else', () => {
    const { journal, overflown, set, read } = setUp({ maxBytes: 1000 })
    set('r', 'a', 1)
    set('r', 'huge', 2, 'small')
    set('r', 'huge', 3, 'x'.repeat(1000))
    set('r', 'huge', 2, 'late')
    const waiting = journal.find('r', 'huge')
    expect(waiting && isTombstone(waiting.envelope)).toBe(true)
    expect(waiting && stampOf(waiting.envelope)).toEqual(stampAt(3))
    expect([read('r', 'a'), journal.clearOf('r'), overflown]).toEqual(['a@1', undefined, []])
    set('r', 'huge', 4, 'small again')
    expect(read('r', 'huge')).toBe('small again')
  })

  it('keeps a transaction that is too large all together, as tombstones', () => {
    const { journal, read, set } = setUp({ maxBytes: 1000 })
    set('r', 'other', 1)
    const text = 'x'.repeat(600)
    journal.write(
      'r',
      ['a', 'b'].map((key) => ({ key, envelope: envelope(stampAt(2), text), ttl: 1000 })),
    )
    const [, unit] = journal.next(100, 1e6)
    expect(unit?.kind === 'writes' && [...unit.writes.values()].map((write) => isTombstone(write.envelope))).toEqual([
      true,
      true,
    ])
    expect(read('r', 'other')).toBe('other@1')
  })

  it('takes the newest stamp of what it gives up, whatever the order of arrival', () => {
    const { journal, set } = setUp({ maxEntries: 2 })
    set('r', 'a', 9)
    set('r', 'b', 3)
    set('r', 'c', 4)
    expect(journal.clearOf('r')).toEqual(stampAt(9))
  })
})
