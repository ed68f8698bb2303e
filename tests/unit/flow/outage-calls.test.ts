import { describe, expect, it } from 'vitest'
import { CacheError } from '../../../js/errors.ts'
import { heal, outage, RECOVERY } from '../../helpers/outage.ts'
import { type Process, REGION, World } from '../../helpers/processes.ts'
import { envelope, stampAt } from '../../helpers/stored.ts'

describe('a tier that is frozen', () => {
  it('costs the first call its limit, and later ones nothing', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    a.driver.break('hang')
    const began = world.clock.now()
    let answered = 0
    const first = a.get('k').then((found) => {
      answered = world.clock.now()
      return found
    })
    expect(await world.during(1000, first)).toBe('unavailable')
    expect(answered - began).toBe(250)
    await world.clock.advance(20_000)
    const calls = a.driver.total
    expect(await a.get('k')).toBe('unavailable')
    expect(await a.set('k', 'w')).toBe('journaled')
    expect(await a.delete('k')).toEqual({ outcome: 'journaled', existed: true })
    expect((await a.clear()).outcome).toBe('journaled')
    expect(a.driver.total).toBe(calls)
  })

  it.each([
    ['setMany', (a: Process) => a.set('k', 'v')],
    ['deleteMany', (a: Process) => a.delete('k')],
    ['clear', (a: Process) => a.clear()],
    [
      'commit',
      (a: Process) => a.remote.commit(REGION, [{ key: 'k', envelope: envelope(stampAt(9e11), 'v'), ttl: 1000 }]),
    ],
  ])('holds %s no longer than the limit', async (_, call) => {
    const world = new World()
    const a = world.process()
    a.driver.break('hang')
    const result = call(a)
    await world.clock.advance(250)
    expect(await Promise.race([result, Promise.resolve('nothing yet')])).not.toBe('nothing yet')
  })

  it('at the start is no different', async () => {
    const world = new World()
    const a = world.process({ limit: 100 })
    a.driver.break('hang')
    const found = a.get('k')
    await world.clock.advance(100)
    expect(await found).toBe('unavailable')
    expect(a.driver.calls).toEqual([])
    await heal(world, a)
    expect(await a.set('k', 'v')).toBe('stored')
  })

  it('is not blamed where a call had less time than the tier is given', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    a.driver.break(50)
    const hurried = a.remote.getMany(REGION, ['k'], 10)
    const patient = a.get('k')
    await world.clock.advance(50)
    expect(await hurried).toEqual(['unavailable'])
    expect(await patient).toBe('v')
    expect(a.remote.available).toBe(true)
  })

  it('begins nothing more for a call that has given up', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    await b.clear()
    a.driver.breakOnce('exchangeMany', 300)
    const writing = a.set('k', 'v')
    expect(await world.during(250, writing)).toBe('journaled')
    a.driver.break('fail')
    const calls = a.driver.calls.filter((name) => name === 'exchangeMany').length
    await world.clock.advance(60)
    expect(a.driver.calls.filter((name) => name === 'exchangeMany')).toHaveLength(calls)
  })
})

describe('a tier that rejects', () => {
  it('rejects no call of ours, and is told as an event', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    expect(a.eventsOf('circuit').map(({ state }) => state)).toEqual(['open'])
    expect(a.eventsOf('error')).toMatchObject([{ operation: 'get', error: { code: 'TIER_UNAVAILABLE' } }])
    expect(a.remote.status()).toMatchObject({
      state: 'open',
      since: world.clock.wall(),
      lastError: { code: 'TIER_UNAVAILABLE' },
    })
    await heal(world, a)
    expect(a.eventsOf('circuit').at(-1)?.state).toBe('closed')
    expect(a.remote.status()).toMatchObject({ state: 'closed', lastError: undefined })
  })

  it('and whose driver knows why there is no connection: that is why a call had no answer in time', async () => {
    const world = new World()
    const a = world.process()
    a.driver.lastError = new CacheError('TIER_UNAVAILABLE', 'connect ECONNREFUSED')
    a.driver.break('hang')
    await world.during(250, a.get('k'))
    expect(a.remote.status().lastError).toBe(a.driver.lastError)
  })

  it('for another reason than before says so when it was probed', async () => {
    const world = new World()
    const a = world.process()
    a.driver.break('hang')
    await world.during(250, a.get('k'))
    const { lastError } = a.remote.status()
    expect(lastError).toMatchObject({ code: 'TIMEOUT', context: { tier: 'chaos' } })
    await expect(a.remote.holdings(REGION).read(['k'])).rejects.toMatchObject({
      code: 'TIER_UNAVAILABLE',
      message: `${lastError?.message}; it is not asked until it serves again`,
      cause: lastError,
      context: { tier: 'chaos' },
    })
    a.driver.break('fail')
    await world.clock.advance(RECOVERY)
    expect(a.remote.status().lastError?.code).toBe('TIER_UNAVAILABLE')
  })

  it('may throw instead', async () => {
    const world = new World()
    const a = world.process()
    a.driver.getMany = () => {
      throw new TypeError('a bug in the driver')
    }
    expect(await a.get('k')).toBe('unavailable')
    expect(a.eventsOf('error')[0]?.error).toMatchObject({
      code: 'TIER_UNAVAILABLE',
      cause: { message: 'a bug in the driver' },
    })
  })

  it('is reached again by a probe that connects and reads', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (const broken of ['getMany', 'connect']) {
      a.driver.break((method) => (method === broken ? 'fail' : undefined))
      await world.clock.advance(RECOVERY)
      expect(a.remote.available).toBe(false)
    }
    await heal(world, a)
    expect(a.remote.available).toBe(true)
  })

  it('keeps no timer but that of the next probe', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    expect(world.clock.pending).toBe(0)
    await outage(world, a)
    expect(world.clock.pending).toBe(1)
    await heal(world, a)
    expect(world.clock.pending).toBe(0)
  })
})

describe('during an outage', () => {
  it('a process reads what it wrote itself', async () => {
    const world = new World()
    const a = world.process()
    await a.set('kept', 'v')
    await outage(world, a)
    await a.set('k', 'mine')
    await a.set('gone', 'mine')
    await a.delete('gone')
    await a.set('short', 'mine', 100)
    expect(await Promise.all(['k', 'gone', 'kept', 'short'].map((key) => a.get(key)))).toEqual([
      'mine',
      undefined,
      'unavailable',
      'mine',
    ])
    await world.clock.advance(100)
    expect(await a.get('short')).toBeUndefined()
    await a.clear()
    expect(await a.get('k')).toBeUndefined()
    await a.set('k', 'after the clear')
    expect(await a.get('k')).toBe('after the clear')
  })

  it('status tells what waits', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    await a.set('k', 'four')
    await world.clock.advance(5000)
    await a.delete('l')
    expect(a.remote.status().journal).toEqual({ length: 2, bytes: 2 + 2 * 24 + 4, age: 5000 })
  })
})
