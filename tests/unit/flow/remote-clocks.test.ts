import { describe, expect, it } from 'vitest'
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
