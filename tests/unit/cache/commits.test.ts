import { describe, expect, it } from 'vitest'
import { CacheError } from '../../../js/errors.ts'
import { expectError, SharedTier } from './fixture.ts'

/** Kinds of regions that L2 has, too. */
const KINDS = ['live', 'packed', 'compressed', 'encrypted']

describe.each(KINDS)('a commit of a region that is %s to L2', (kind) => {
  const work = (cache: ReturnType<SharedTier['process']>['cache']) =>
    cache.transaction(kind, async (tx) => {
      await tx.set('a', 'after')
      await tx.delete('b')
      await tx.set('c', 'after')
    })
  const AFTER = new Map([
    ['a', 'after'],
    ['c', 'after'],
  ])
  const BEFORE = new Map([
    ['a', 'before'],
    ['b', 'before'],
  ])
  const read = (cache: ReturnType<SharedTier['process']>['cache']) => cache.getMany(kind, ['a', 'b', 'c'])

  it('is one call, and another process sees all of it', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    await cache.setMany(kind, { a: 'before', b: 'before' })
    driver.calls.length = 0
    await work(cache)
    expect(driver.calls.filter((call) => call !== 'getMany')).toEqual(['commit'])
    expect(await read(cache)).toEqual(AFTER)
    expect(await read(shared.process().cache)).toEqual(AFTER)
  })

  it('changes nothing anywhere where L2 refuses it', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    await cache.setMany(kind, { a: 'before', b: 'before' })
    driver.commit = () => Promise.reject(new CacheError('COMMIT_FAILED', 'the keys lie in two slots'))
    const error = await expectError(work(cache), 'COMMIT_FAILED', /slots/)
    expect(error).toBeInstanceOf(CacheError)
    expect(await read(cache)).toEqual(BEFORE)
    expect(await read(shared.process().cache)).toEqual(BEFORE)
    expect(cache.status().l2).toMatchObject({ state: 'closed' })
  })

  it.each(['lose', 'hang'] as const)(
    'is unknown where L2 did not answer in time (%s), and then memory knows nothing',
    async (fault) => {
      const shared = new SharedTier()
      const { cache, driver } = shared.process()
      await cache.setMany(kind, { a: 'before', b: 'before' })
      driver.break((method) => (method === 'commit' ? fault : undefined))
      await expectError(shared.during(250, work(cache)), 'COMMIT_UNKNOWN', kind)
      driver.heal()
      await shared.clock.advance(10_000)
      const expected = fault === 'lose' ? AFTER : BEFORE
      expect(await read(cache)).toEqual(expected)
      expect(await read(shared.process().cache)).toEqual(expected)
    },
  )

  it('is memory’s and the journal’s while L2 is away, and reaches it as one unit', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    await cache.setMany(kind, { a: 'before', b: 'before' })
    driver.break('fail')
    await work(cache)
    expect(await read(cache)).toEqual(AFTER)
    expect(await read(shared.process().cache)).toEqual(BEFORE)
    driver.heal()
    await shared.clock.advance(10_000)
    expect(cache.status().l2).toMatchObject({ state: 'closed', journal: { length: 0 } })
    expect(await read(shared.process().cache)).toEqual(AFTER)
    expect(await read(cache)).toEqual(AFTER)
  })

  it.each(['getMany', 'commit'] as const)(
    'gives way to what is written while its %s is under way, in memory as in L2',
    async (step) => {
      const shared = new SharedTier()
      const { cache, driver } = shared.process()
      await cache.setMany(kind, { a: 'before', b: 'before', c: 'before' })
      // One connection delivers in order: a commit that was sent arrives before what is sent later.
      driver.break((method) => (method === step ? 'late' : undefined))
      const commit = cache.transaction(kind, async (tx) => {
        for (const key of ['a', 'b', 'c']) await tx.set(key, 'after')
      })
      await shared.clock.settle()
      driver.break(step === 'commit' ? 'late' : () => undefined)
      const plain = Promise.all([cache.set(kind, 'a', 'plain'), cache.delete(kind, 'b')])
      for (let round = 0; round < 5; round++) {
        await shared.clock.advance(10)
        driver.release()
      }
      driver.heal()
      await shared.clock.advance(100)
      await Promise.all([commit, plain])
      const expected = new Map([
        ['a', 'plain'],
        ['c', 'after'],
      ])
      expect(await read(cache)).toEqual(expected)
      expect(await read(shared.process().cache)).toEqual(expected)
      await shared.clock.advance(31_000)
      expect(await read(cache)).toEqual(expected)
    },
  )

  it('waits for the one before it', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    const running: string[] = []
    const commit = driver.commit.bind(driver)
    driver.commit = async (entries, onlyNewer) => {
      running.push('begin')
      const stored = await commit(entries, onlyNewer)
      running.push('end')
      return stored
    }
    driver.break((method) => (method === 'commit' ? 40 : undefined))
    await shared.during(500, Promise.all([work(cache), work(cache), work(cache)]))
    expect(running).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end'])
  })

  it('does not hold up the next one when it fails', async () => {
    const shared = new SharedTier()
    const { cache, driver } = shared.process()
    const commit = driver.commit.bind(driver)
    driver.commit = () => Promise.reject(new CacheError('COMMIT_FAILED', 'no'))
    const first = work(cache)
    await expectError(first, 'COMMIT_FAILED')
    driver.commit = commit
    await work(cache)
    expect(await read(cache)).toEqual(AFTER)
  })
})
