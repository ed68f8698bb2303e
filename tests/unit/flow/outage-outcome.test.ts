import { describe, expect, it } from 'vitest'
import { heal, outage, RECOVERY } from '../../helpers/outage.ts'
import { REGION, World } from '../../helpers/processes.ts'
import { textOf } from '../../helpers/stored.ts'

describe('after an outage', () => {
  it('sets, deletes and clears arrive', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    for (const key of ['changed', 'deleted', 'kept']) await b.set(key, 'before')
    await b.set('k', 'before', 3_600_000, 'cleared')
    await outage(world, a)
    await a.set('changed', 'after')
    await a.set('new', 'after')
    await a.delete('deleted')
    await a.clear('cleared')
    await a.set('l', 'after', 3_600_000, 'cleared')
    await heal(world, a)
    expect(await Promise.all(['changed', 'new', 'deleted', 'kept'].map((key) => b.get(key)))).toEqual([
      'after',
      'after',
      undefined,
      'before',
    ])
    expect(await b.get('k', 'cleared')).toBeUndefined()
    expect(await b.get('l', 'cleared')).toBe('after')
    expect(a.remote.status().journal.length).toBe(0)
    expect(a.eventsOf('replay')).toMatchObject([
      { state: 'replaying', waiting: 5 },
      { state: 'replayed', sent: 5, waiting: 0 },
    ])
  })

  it("another process's newer write, delete and clear survive the replay", async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await outage(world, a)
    for (const key of ['set', 'deleted']) await a.set(key, 'older')
    await a.delete('undeleted')
    await a.set('k', 'older', 3_600_000, 'cleared')
    await a.clear('filled')
    await world.clock.advance(10)
    await b.set('set', 'newer')
    await b.delete('deleted')
    await b.set('undeleted', 'newer')
    await b.clear('cleared')
    await b.set('k', 'newer', 3_600_000, 'filled')
    await heal(world, a)
    for (const process of [a, b]) {
      expect(await process.get('set')).toBe('newer')
      expect(await process.get('deleted')).toBeUndefined()
      expect(await process.get('undeleted')).toBe('newer')
      expect(await process.get('k', 'cleared')).toBeUndefined()
      expect(await process.get('k', 'filled')).toBe('newer')
    }
    expect(a.remote.status().journal.length).toBe(0)
  })

  it('a value that has expired meanwhile takes the older one with it', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('k', 'older')
    await outage(world, a)
    await a.set('k', 'short-lived', 1000)
    await world.clock.advance(2000)
    await heal(world, a)
    expect(await b.get('k')).toBeUndefined()
  })

  it('a value lives in L2 for what remains of its time', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await outage(world, a)
    await a.set('k', 'v', 20_000)
    await heal(world, a)
    await world.clock.advance(20_000 - RECOVERY - 1)
    expect(await b.get('k')).toBe('v')
    await world.clock.advance(1)
    expect(await b.get('k')).toBeUndefined()
  })

  it('that was longer than tombstones live, nothing comes back', async () => {
    const world = new World()
    const [a, b] = [world.process({ maxAge: 60_000 }), world.process({ maxAge: 60_000 })]
    await outage(world, a)
    await a.set('deleted', 'old')
    await a.set('k', 'old')
    await world.clock.advance(1)
    await b.delete('deleted')
    await world.clock.advance(70_000)
    await a.set('young', 'v')
    await heal(world, a)
    expect(await b.get('deleted')).toBeUndefined()
    expect(await b.get('k')).toBeUndefined()
    expect(await b.get('young')).toBe('v')
    expect(a.remote.status().journal.length).toBe(0)
  })

  it('too many writes have become a clear: older values are gone, newer ones of others stay', async () => {
    const world = new World()
    const a = world.process({ journal: { maxEntries: 10 } })
    const b = world.process()
    for (let i = 0; i < 12; i++) await b.set(`k${i}`, 'old')
    await world.clock.advance(1)
    await outage(world, a)
    for (let i = 0; i < 11; i++) await a.set(`k${i}`, 'lost')
    expect(a.eventsOf('overflow')).toEqual([{ type: 'overflow', region: REGION }])
    expect(await a.get('k3')).toBeUndefined()
    await world.clock.advance(1)
    await b.set('k5', 'newer')
    await a.set('k6', 'kept')
    await heal(world, a)
    const found = await b.remote.getMany(REGION, ['k0', 'k5', 'k6', 'k11'])
    expect(found.map(textOf)).toEqual([undefined, 'newer', 'kept', undefined])
  })
})

describe('a write whose answer was lost', () => {
  it('is there, and the replay changes nothing', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    a.driver.breakOnce('exchangeMany', 'lose')
    expect(await world.during(250, a.set('k', 'v'))).toBe('journaled')
    expect(await b.get('k')).toBe('v')
    await world.clock.advance(1)
    await b.set('k', 'newer')
    await heal(world, a)
    expect(await b.get('k')).toBe('newer')
    expect(a.remote.status().journal.length).toBe(0)
  })

  it('and that arrives late undoes no newer write', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    a.driver.break('late')
    expect(await world.during(250, a.set('k', 'older'))).toBe('journaled')
    await b.set('k', 'newer')
    a.driver.release()
    await heal(world, a)
    expect(await b.get('k')).toBe('newer')
  })

  it('of a delete does not delete what was set after it', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'old')
    a.driver.break('late')
    expect((await world.during(250, a.delete('k')))?.outcome).toBe('journaled')
    await b.set('k', 'newer')
    a.driver.release()
    await heal(world, a)
    expect(await b.get('k')).toBe('newer')
  })
})
