import { describe, expect, it } from 'vitest'
import { Remote } from '../../../js/flow/remote.ts'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

/** One tier, and as many processes over it as are asked for. */
class World {
  readonly clock = new FakeClock()
  readonly tier = memoryDriver({ clock: this.clock, shared: true })

  process(tier: Driver = this.tier): { driver: ChaosDriver; remote: Remote } {
    const driver = new ChaosDriver(tier, { clock: this.clock })
    return { driver, remote: new Remote({ driver, namespace: 'test', clock: this.clock }) }
  }
}

describe('a lock between processes', () => {
  it('is had by one alone, and by the next when it is given up', async () => {
    const { process } = bound(new World())
    const [one, two] = [process().remote.locks, process().remote.locks]
    const [first, second] = await Promise.all([one.take('r', 'k', 1_000), two.take('r', 'k', 1_000)])
    expect([typeof first, second]).toEqual(['object', 'taken'])
    expect(typeof (await two.take('r', 'other', 1_000))).toBe('object')
    expect(typeof (await two.take('other', 'k', 1_000))).toBe('object')
    if (typeof first === 'object') await first.release()
    expect(typeof (await two.take('r', 'k', 1_000))).toBe('object')
  })

  it('is renewed for as long as it is held, and not afterwards', async () => {
    const { clock, process } = bound(new World())
    const [one, two] = [process().remote.locks, process().remote.locks]
    const held = await one.take('r', 'k', 1_000)
    await clock.advance(60_000)
    expect(await two.take('r', 'k', 1_000)).toBe('taken')
    if (typeof held === 'object') await held.release()
    await clock.advance(60_000)
    expect(clock.pending).toBe(0)
  })

  it('outlives a holder that is silent by its TTL, and is not taken back from the next one', async () => {
    const { clock, process } = bound(new World())
    const [dead, next] = [process(), process().remote.locks]
    const held = await dead.remote.locks.take('r', 'k', 1_000)
    dead.driver.break('hang')
    await clock.advance(990)
    expect(await next.take('r', 'k', 1_000)).toBe('taken')
    await clock.advance(20)
    expect(typeof (await next.take('r', 'k', 1_000))).toBe('object')
    dead.driver.heal()
    await clock.advance(10_000)
    if (typeof held === 'object') await held.release()
    expect(await process().remote.locks.take('r', 'k', 1_000)).toBe('taken')
  })

  it('survives a renewal without an answer', async () => {
    const { clock, process } = bound(new World())
    const { driver, remote } = process()
    await remote.locks.take('r', 'k', 3_000)
    driver.breakOnce('lock', 'lose')
    await clock.advance(30_000)
    expect(await process().remote.locks.take('r', 'k', 3_000)).toBe('taken')
  })

  it('is unavailable where the tier is down, slow, or has none', async () => {
    const { clock, process, tier } = bound(new World())
    const { driver, remote } = process()
    driver.breakOnce('lock', 'hang')
    const slow = remote.locks.take('r', 'k', 1_000, 100)
    await clock.advance(100)
    expect(await slow).toBe('unavailable')
    driver.break('fail')
    expect(await remote.locks.take('r', 'k', 1_000)).toBe('unavailable')
    const without = new Proxy(tier, {
      get: (target, name) => {
        const member = name === 'lock' || name === 'unlock' ? undefined : Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    const bare = new Remote({ driver: without, namespace: 'test', clock })
    expect(await bare.locks.take('r', 'k', 1_000)).toBe('unavailable')
  })

  it('is renewed no more once its cache is closed', async () => {
    const { clock, process } = bound(new World())
    const { remote } = process()
    await remote.locks.take('r', 'k', 1_000)
    const closing = remote.close()
    await clock.advance(5_000)
    await closing
    await clock.advance(5_000)
    expect(clock.pending).toBe(0)
    expect(typeof (await process().remote.locks.take('r', 'k', 1_000))).toBe('object')
  })
})

function bound(world: World) {
  return { clock: world.clock, tier: world.tier, process: () => world.process() }
}
