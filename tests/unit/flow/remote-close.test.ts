import { describe, expect, it, vi } from 'vitest'
import { CacheError } from '../../../js/errors.ts'
import { outage } from '../../helpers/outage.ts'
import { World } from '../../helpers/processes.ts'

describe('closing', () => {
  it('closes the driver, and answers as if nothing were there', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    expect(await a.remote.close()).toEqual({ unsent: 0 })
    expect(a.driver.closed).toBe(true)
    const calls = a.driver.total
    expect(await a.get('k')).toBe('unavailable')
    expect(a.remote.available).toBe(false)
    expect(a.driver.total).toBe(calls)
    expect(world.clock.pending).toBe(0)
  })

  it('waits for what is under way', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break(100)
    const writing = a.set('k', 'v')
    const closing = a.remote.close()
    await world.clock.advance(50)
    expect(a.driver.closed).toBe(false)
    await world.clock.advance(50)
    expect([await writing, await closing]).toEqual(['stored', { unsent: 0 }])
  })

  it('sends what waits, where the tier is back by then', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('fail')
    for (let i = 0; i < 150; i++) await a.set(`k${i}`, 'v')
    a.driver.heal()
    expect(await world.during(50, a.remote.close())).toEqual({ unsent: 0 })
    expect(await world.process().get('k149')).toBe('v')
  })

  it('during an outage tells what was not sent, within its limit', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('fail')
    await a.set('k', 'v')
    await a.clear('other')
    a.driver.break('hang')
    const closing = a.remote.close(100)
    await world.clock.advance(100)
    expect(await closing).toEqual({ unsent: 2 })
    const calls = a.driver.total
    a.driver.heal()
    await world.clock.advance(10_000)
    expect([a.driver.total, world.clock.pending]).toEqual([calls, 0])
  })

  it('and waiting until it is ready end at once where the package of the tier is missing', async () => {
    const world = new World()
    const a = world.process()
    vi.spyOn(a.driver, 'connect').mockRejectedValue(new CacheError('MISSING_PEER', 'no package'))
    await a.set('k', 'v')
    const began = world.clock.now()
    expect(await world.during(50, a.remote.ready(5000))).toBe(false)
    expect(await world.during(50, a.remote.close(5000))).toEqual({ unsent: 1 })
    expect(world.clock.now() - began).toBeLessThanOrEqual(100)
  })

  it('goes on trying until its time is over', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('fail')
    for (let i = 0; i < 2000; i++) await a.set(`k${i}`, 'v')
    const closing = a.remote.close(5000)
    await world.clock.advance(4000)
    expect(a.driver.closed).toBe(false)
    a.driver.heal()
    await world.clock.advance(1000)
    expect(await closing).toEqual({ unsent: 0 })
    expect(await world.process().get('k1999')).toBe('v')
    expect(world.clock.pending).toBe(0)
  })

  it('ends the pauses of a replay that is under way', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (let i = 0; i < 5000; i++) await a.set(`k${i}`, 'v')
    a.driver.break((method) => (method === 'exchangeMany' ? 40 : undefined))
    await world.clock.advance(200)
    expect(a.remote.status().journal.length).toBeGreaterThan(4000)
    expect(await world.during(600, a.remote.close(600))).toEqual({ unsent: 0 })
  })

  it('leaves no attempt for later where the last one failed', async () => {
    const world = new World()
    const a = world.process({ circuit: { threshold: 100 } })
    await a.get('k')
    a.driver.break((method) => (method === 'exchangeMany' ? 'fail' : undefined))
    await a.set('k', 'v')
    expect(await world.during(1000, a.remote.close())).toEqual({ unsent: 1 })
    expect(world.clock.pending).toBe(0)
  })

  it('does not wait for a driver that does not close', async () => {
    const world = new World()
    const a = world.process()
    a.driver.close = () => new Promise(() => undefined)
    expect(await world.during(250, a.remote.close())).toEqual({ unsent: 0 })
    expect(a.eventsOf('error')).toMatchObject([{ operation: 'close', error: { code: 'TIMEOUT' } }])
  })

  it('waits for what is removed in the background, and ends it when its time is over', async () => {
    const world = new World()
    const a = world.process()
    let signal: AbortSignal | undefined
    a.driver.deletePrefix = (_, given) => {
      signal = given
      return new Promise((_, reject) => given?.addEventListener('abort', () => reject(given.reason)))
    }
    await a.set('k', 'v')
    await a.clear()
    const closing = a.remote.close(1000)
    await world.clock.advance(999)
    expect(signal?.aborted).toBe(false)
    await world.clock.advance(1)
    await closing
    expect(signal?.aborted).toBe(true)
    expect(a.eventsOf('error')).toEqual([])
  })

  it('leaves nothing behind of what was cleared', async () => {
    const world = new World()
    const a = world.process()
    for (let i = 0; i < 50; i++) await a.set(`k${i}`, 'v')
    await a.clear()
    await a.remote.close()
    expect(world.tier.size).toBe(1)
  })

  it('twice is once', async () => {
    const a = new World().process()
    expect(a.remote.close()).toBe(a.remote.close())
    await a.remote.close()
  })
})

describe('getting ready', () => {
  it('is true once the tier has answered, and its clock was measured', async () => {
    const world = new World()
    const a = world.process({ skew: 90_000 })
    expect(await a.remote.ready()).toBe(true)
    expect(a.remote.now()).toBe(world.clock.wall())
    expect(world.clock.pending).toBe(0)
  })

  it('waits for a tier that comes up later', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('fail')
    let ready: boolean | undefined
    const waiting = a.remote.ready().then((answer) => {
      ready = answer
    })
    await world.clock.advance(3000)
    expect(ready).toBeUndefined()
    a.driver.heal()
    await world.clock.advance(6000)
    await waiting
    expect(ready).toBe(true)
  })

  it('is false after its limit', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('hang')
    expect(await world.during(100, a.remote.ready(100))).toBe(false)
    await a.remote.close(0)
    expect(world.clock.pending).toBe(0)
  })

  it('is false once it was closed', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('fail')
    const waiting = a.remote.ready()
    await world.clock.advance(1000)
    await a.remote.close()
    expect(await waiting).toBe(false)
    expect(await a.remote.ready()).toBe(false)
  })
})
