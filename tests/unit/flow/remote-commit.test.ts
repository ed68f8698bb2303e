import { describe, expect, it } from 'vitest'
import { CacheError } from '../../../js/errors.ts'
import { heal, outage } from '../../helpers/outage.ts'
import { type Process, REGION, World } from '../../helpers/processes.ts'
import { envelope, stampAt, tombstone } from '../../helpers/stored.ts'

/** Sets `a` and `b`, and deletes `c`. */
function transaction(process: Process, text: string) {
  const { stamps } = process.remote
  return process.remote.commit(REGION, [
    { key: 'a', envelope: envelope(stamps.next(), text), ttl: 3_600_000 },
    { key: 'b', envelope: envelope(stamps.next(), text), ttl: 3_600_000 },
    { key: 'c', envelope: tombstone(stamps.next()), ttl: 1 },
  ])
}

function read(process: Process) {
  return Promise.all(['a', 'b', 'c'].map((key) => process.get(key)))
}

describe('a transaction in L2', () => {
  it('is one commit', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('c', 'before')
    expect(await transaction(a, 'v')).toEqual({ outcome: 'committed' })
    expect(await read(b)).toEqual(['v', 'v', undefined])
    expect(a.driver.calls.filter((name) => name === 'commit')).toHaveLength(1)
  })

  it('keeps its tombstones for as long as replays may come', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const older = envelope(b.remote.stamps.next(), 'older')
    await world.clock.advance(1)
    await transaction(a, 'v')
    await world.clock.advance(60_000)
    expect(await b.remote.setMany(REGION, [{ key: 'c', envelope: older, ttl: 1000 }])).toEqual(['superseded'])
  })

  it('stores nothing where another process has written later, and learns of it', async () => {
    const world = new World()
    const [a, ahead] = [world.process(), world.process({ skew: 600_000 })]
    await ahead.set('b', 'from ahead')
    expect(await transaction(a, 'v')).toEqual({ outcome: 'superseded' })
    expect(await read(a)).toEqual([undefined, 'from ahead', undefined])
    expect(await transaction(a, 'v')).toEqual({ outcome: 'committed' })
    expect(await read(ahead)).toEqual(['v', 'v', undefined])
  })

  it('that is held back on its way undoes nothing that was written meanwhile', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('a')
    a.driver.breakOnce('commit', 'late')
    expect(await world.during(250, transaction(a, 'v'))).toMatchObject({ outcome: 'unknown' })
    await b.set('a', 'newer')
    a.driver.release()
    await world.clock.settle()
    expect(await read(b)).toEqual(['newer', undefined, undefined])
  })

  it('takes the place of what has an impossible stamp', async () => {
    const world = new World()
    const [mad, a] = [world.process(), world.process()]
    const absurd = envelope(stampAt(world.clock.wall() + 365 * 86_400_000), 'from next year')
    await mad.remote.setMany(REGION, [{ key: 'a', envelope: absurd, ttl: 1000 }])
    expect(await transaction(a, 'v')).toEqual({ outcome: 'superseded' })
    expect(await transaction(a, 'v')).toEqual({ outcome: 'committed' })
    expect(await read(a)).toEqual(['v', 'v', undefined])
  })

  it('goes to the generation that is valid', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('a')
    await b.clear()
    await world.clock.advance(1)
    await transaction(a, 'v')
    expect(await read(b)).toEqual(['v', 'v', undefined])
  })

  it('is repeated where another process clears the region while it is sent', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('a', 'before')
    const commit = a.driver.commit.bind(a.driver)
    let clears = 0
    a.driver.commit = async (...args) => {
      if (clears++ === 0) await b.remote.clear(REGION, stampAt(world.clock.wall() - 1))
      return commit(...args)
    }
    expect(await transaction(a, 'v')).toEqual({ outcome: 'committed' })
    expect(await read(b)).toEqual(['v', 'v', undefined])
    expect(world.tier.size).toBe(4)
  })

  it('is journaled where it is not known under which generation it was stored', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('a', 'before')
    const commit = a.driver.commit.bind(a.driver)
    a.driver.commit = async (...args) => {
      await b.remote.clear(REGION, stampAt(world.clock.wall() - 1))
      const stored = await commit(...args)
      a.driver.break('fail')
      return stored
    }
    expect(await transaction(a, 'v')).toEqual({ outcome: 'journaled' })
    expect(await read(b)).toEqual([undefined, undefined, undefined])
    a.driver.heal()
    await world.clock.advance(6000)
    expect(await read(b)).toEqual(['v', 'v', undefined])
  })

  it('leaves out what this process wrote again before it was sent', async () => {
    const world = new World()
    const a = world.process()
    const writes = ['a', 'b'].map((key) => ({ key, envelope: envelope(a.remote.stamps.next(), 'v'), ttl: 1000 }))
    await a.set('a', 'newer')
    expect(await a.remote.commit(REGION, writes, (index) => index === 0)).toEqual({ outcome: 'committed' })
    expect(await read(world.process())).toEqual(['newer', 'v', undefined])
    expect(await a.remote.commit(REGION, writes, () => true)).toEqual({ outcome: 'committed' })
    expect(a.driver.calls.filter((name) => name === 'commit')).toHaveLength(1)
  })

  it('has failed where the region was cleared after its writes were stamped', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const write = { key: 'a', envelope: envelope(a.remote.stamps.next(), 'v'), ttl: 1000 }
    await world.clock.advance(1)
    await b.clear()
    expect(await a.remote.commit(REGION, [write])).toMatchObject({
      outcome: 'failed',
      error: { code: 'COMMIT_FAILED' },
    })
    expect(a.remote.available).toBe(true)
    expect(await transaction(a, 'v')).toEqual({ outcome: 'committed' })
  })

  it('that the tier refuses has failed, and nothing of it is anywhere', async () => {
    const world = new World()
    const a = world.process()
    await a.set('a', 'before')
    a.driver.commit = async () => {
      throw new CacheError('COMMIT_FAILED', 'the keys are in several slots')
    }
    expect(await transaction(a, 'v')).toMatchObject({ outcome: 'failed', error: { code: 'COMMIT_FAILED' } })
    expect(await read(a)).toEqual(['before', undefined, undefined])
    expect(a.remote.status()).toMatchObject({ state: 'closed', journal: { length: 0 } })
  })

  it('whose answer is lost has an unknown outcome, and is not repeated', async () => {
    const world = new World()
    const a = world.process()
    await a.get('a')
    a.driver.breakOnce('commit', 'lose')
    expect(await world.during(250, transaction(a, 'v'))).toMatchObject({
      outcome: 'unknown',
      error: { code: 'TIMEOUT' },
    })
    expect(a.remote.status()).toMatchObject({ state: 'open', journal: { length: 0 } })
  })

  it('during which the connection broke has an unknown outcome', async () => {
    const world = new World()
    const a = world.process()
    a.driver.commit = async () => {
      throw new CacheError('COMMIT_UNKNOWN', 'the connection broke')
    }
    expect(await transaction(a, 'v')).toMatchObject({ outcome: 'unknown', error: { code: 'COMMIT_UNKNOWN' } })
  })

  it.each(['fail', 'hang'] as const)(
    'waits in the journal where the tier is found down (%s) before anything is sent',
    async (fault) => {
      const world = new World()
      const a = world.process()
      await a.get('a')
      a.driver.break(fault)
      expect(await world.during(250, transaction(a, 'v'))).toEqual({ outcome: 'journaled' })
      expect(a.driver.calls).not.toContain('commit')
      a.driver.heal()
      await world.clock.advance(6000)
      expect(await read(world.process())).toEqual(['v', 'v', undefined])
    },
  )

  it('waits in the journal where the tier goes away and nothing was written', async () => {
    const world = new World()
    const a = world.process()
    a.driver.breakOnce('commit', 'fail')
    expect(await transaction(a, 'v')).toEqual({ outcome: 'journaled' })
    expect(await read(a)).toEqual(['v', 'v', undefined])
    await world.clock.advance(6000)
    expect(await read(world.process())).toEqual(['v', 'v', undefined])
  })

  it('is replayed in one step, over what is older only', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('c', 'before')
    await world.clock.advance(1)
    a.driver.break('fail')
    await a.get('a')
    for (let i = 0; i < 98; i++) await a.set(`k${i}`, 'v')
    expect(await transaction(a, 'v')).toEqual({ outcome: 'journaled' })
    await world.clock.advance(1)
    await b.set('b', 'newer')
    const together: number[] = []
    a.driver.exchangeTogether = (entries, guard) => {
      together.push(entries.length)
      return world.tier.exchangeMany(entries, true, guard)
    }
    a.driver.heal()
    await world.clock.advance(6000)
    expect(together).toEqual([3])
    expect(await read(b)).toEqual(['v', 'newer', undefined])
  })

  it('is replayed one write after the other where the tier cannot do it in one step', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    expect(await transaction(a, 'v')).toEqual({ outcome: 'journaled' })
    a.driver.exchangeTogether = async () => {
      throw new CacheError('COMMIT_FAILED', 'keys of two slots')
    }
    await heal(world, a)
    expect(await read(world.process())).toEqual(['v', 'v', undefined])
  })

  it('is given its limit for each thousand writes, and each MiB', async () => {
    for (const [count, size, limit] of [
      [1000, 10, 250],
      [1001, 10, 500],
      [3, 700_000, 750],
    ] as const) {
      const world = new World()
      const a = world.process()
      await a.get('a')
      a.driver.break((method) => (method === 'commit' ? 'hang' : undefined))
      const writes = Array.from({ length: count }, (_, i) => ({
        key: `k${i}`,
        envelope: envelope(a.remote.stamps.next(), 'x'.repeat(size)),
        ttl: 1000,
      }))
      let ended = false
      const committing = a.remote.commit(REGION, writes).finally(() => {
        ended = true
      })
      await world.clock.advance(limit - 1)
      expect(ended).toBe(false)
      expect((await world.during(1, committing)).outcome).toBe('unknown')
    }
  })
})
