import { describe, expect, it } from 'vitest'
import { stampTime } from '../../../js/flow/stamp.ts'
import { heal, outage } from '../../helpers/outage.ts'
import { World } from '../../helpers/processes.ts'

describe('clocks that are minutes apart', () => {
  it('do not decide whose write wins, once the tier was asked for its time', async () => {
    const world = new World()
    const [slow, fast] = [world.process({ skew: -300_000 }), world.process({ skew: 300_000 })]
    for (const { remote } of [slow, fast]) await world.during(1, remote.ready())
    await fast.set('k', 'first')
    await world.clock.advance(5)
    expect(await slow.set('k', 'second')).toBe('stored')
    expect(await fast.get('k')).toBe('second')
    expect(slow.remote.now()).toBe(world.clock.wall())
  })

  it('are measured at the first call, and again after a minute', async () => {
    const world = new World()
    const a = world.process({ skew: 300_000 })
    await a.get('k')
    expect(a.remote.now()).toBe(world.clock.wall())
    a.driver.time = () => world.clock.wall() + 5000
    await world.clock.advance(59_999)
    await a.get('k')
    expect(a.remote.now()).toBe(world.clock.wall())
    await world.clock.advance(1)
    await a.get('k')
    expect(a.remote.now()).toBe(world.clock.wall() + 5000)
  })

  it('are learnt before the first write, where that is asked for', async () => {
    const world = new World()
    const a = world.process({ skew: -60_000 })
    a.driver.break((method) => (method === 'now' ? 20 : undefined))
    expect(a.remote.clockKnown).toBe(false)
    await world.during(20, a.remote.learnClock())
    expect(a.remote.clockKnown).toBe(true)
    expect(Math.abs(a.remote.now() - world.clock.wall())).toBeLessThanOrEqual(10)
    const { total } = a.driver
    await a.remote.learnClock()
    expect(a.driver.total).toBe(total)
  })

  it('need not be learnt where nobody else writes to the tier', async () => {
    const a = new World().process({ shared: false })
    expect(a.remote.clockKnown).toBe(true)
    await a.remote.learnClock()
    expect(a.driver.total).toBe(0)
  })

  it('cannot be learnt from a tier that is down: that costs one time limit, and then nothing', async () => {
    const world = new World()
    const a = world.process({ limit: 250 })
    a.driver.break('hang')
    await world.during(250, a.remote.learnClock())
    expect([a.remote.clockKnown, a.remote.available]).toEqual([false, false])
    const { total } = a.driver
    await a.remote.learnClock()
    expect(a.driver.total).toBe(total)
    await heal(world, a)
    expect(a.remote.clockKnown).toBe(true)
  })

  it('stay unknown with a tier that serves but does not tell its time, which is asked once a minute', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break((method) => (method === 'now' ? 'fail' : undefined))
    await a.remote.learnClock()
    const { total } = a.driver
    await a.remote.learnClock()
    expect(a.driver.total).toBe(total)
    expect([a.remote.clockKnown, a.remote.available, await a.set('k', 'v')]).toEqual([false, true, 'stored'])
  })

  it('are measured again after a reconnect', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    await outage(world, a)
    a.driver.time = () => world.clock.wall() + 5000
    await heal(world, a)
    expect(a.remote.now()).toBe(world.clock.wall() + 5000)
  })
})

describe('a process whose clock is hours ahead, and that could not ask the tier yet', () => {
  it('keeps its stamps no further ahead than others believe, once it can', async () => {
    const world = new World()
    const [a, b] = [world.process({ skew: 3 * 3_600_000 }), world.process()]
    await b.set('k', 'before')
    a.driver.break('fail')
    await a.set('k', 'from the future')
    await a.clear('other')
    await heal(world, a)
    expect(a.remote.status().journal.length).toBe(0)
    expect(stampTime(a.remote.stamps.next())).toBe(world.clock.wall())
    expect(await b.get('k')).toBeUndefined()
    expect(await a.set('k', 'after')).toBe('stored')
    expect(await b.get('k')).toBe('after')
    await world.clock.advance(1)
    expect(await b.set('k', 'newest')).toBe('stored')
    expect(await b.set('k', 'fresh', 3_600_000, 'other')).toBe('stored')
    expect([await a.get('k'), await a.get('k', 'other')]).toEqual(['newest', 'fresh'])
  })

  it('loses nothing where it is ahead by no more than that', async () => {
    const world = new World()
    const [a, b] = [world.process({ skew: 1_800_000 }), world.process()]
    a.driver.break('fail')
    await a.set('k', 'v')
    await heal(world, a)
    expect(await b.get('k')).toBe('v')
    expect(await b.set('k', 'newest')).toBe('stored')
    expect(await a.get('k')).toBe('newest')
  })
})

describe('a tier whose clock goes back by hours, as after a failover to a server with another one', () => {
  it('was not cleared in the future: what others write afterwards is seen, as soon as the time was asked again', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'before')
    expect(await b.get('k')).toBe('before')
    await a.clear()
    await b.get('k')
    const back = () => world.clock.wall() - 3 * 3_600_000
    for (const { driver } of [a, b]) driver.time = back
    await world.clock.advance(60_000)
    for (const process of [a, b]) await process.get('k')
    for (const process of [a, b]) {
      expect(await process.set('k', 'after')).toBe('stored')
      expect([await a.get('k'), await b.get('k')]).toEqual(['after', 'after'])
      await process.delete('k')
    }
    expect(a.remote.status().journal.length).toBe(0)
  })
})
