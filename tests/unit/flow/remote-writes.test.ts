import { describe, expect, it } from 'vitest'
import { REGION, World } from '../../helpers/processes.ts'
import { envelope, stampAt, tombstone } from '../../helpers/stored.ts'

describe('a write to L2', () => {
  it('is one round trip, with the meta key in it', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    a.driver.calls.length = 0
    expect(await a.set('k', 'w')).toBe('stored')
    expect(a.driver.calls).toEqual(['exchangeMany'])
  })

  it('stores many at once, each for as long as it says', async () => {
    const world = new World()
    const a = world.process()
    const writes = [
      { key: 'short', envelope: envelope(a.remote.stamps.next(), 's'), ttl: 100 },
      { key: 'long', envelope: envelope(a.remote.stamps.next(), 'l'), ttl: 1000 },
    ]
    expect(await a.remote.setMany(REGION, writes)).toEqual(['stored', 'stored'])
    await world.clock.advance(500)
    expect([await a.get('short'), await a.get('long')]).toEqual([undefined, 'l'])
  })

  it('leaves what is newer, and says so', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const older = envelope(a.remote.stamps.next(), 'older')
    await world.clock.advance(1)
    await b.set('k', 'newer')
    expect(await a.remote.setMany(REGION, [{ key: 'k', envelope: older, ttl: 1000 }])).toEqual(['superseded'])
    expect(await a.get('k')).toBe('newer')
  })

  it('learns what was newer, so that a second try under a new stamp succeeds', async () => {
    const world = new World()
    const [ahead, b] = [world.process({ skew: 600_000 }), world.process()]
    await ahead.set('k', 'from the future')
    expect(await b.set('k', 'first try')).toBe('superseded')
    expect(await b.set('k', 'second try')).toBe('stored')
    expect(await ahead.get('k')).toBe('second try')
  })

  it('that is there already is stored', async () => {
    const a = new World().process()
    const write = { key: 'k', envelope: envelope(a.remote.stamps.next(), 'v'), ttl: 1000 }
    expect(await a.remote.setMany(REGION, [write])).toEqual(['stored'])
    expect(await a.remote.setMany(REGION, [write])).toEqual(['stored'])
  })

  it('replaces what has an impossible stamp', async () => {
    const world = new World()
    const [mad, b] = [world.process(), world.process()]
    const absurd = envelope(stampAt(world.clock.wall() + 365 * 86_400_000), 'from next year')
    await mad.remote.setMany(REGION, [{ key: 'k', envelope: absurd, ttl: 1000 }])
    expect(await b.set('k', 'now')).toBe('stored')
    expect(await b.get('k')).toBe('now')
  })

  it('is repeated under the new token where another process has cleared the region', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'old')
    await b.clear()
    await world.clock.advance(1)
    expect(await a.set('k', 'after the clear')).toBe('stored')
    expect(await b.get('k')).toBe('after the clear')
    expect(await world.flush()).toBe(2)
  })

  it('is not lost where another process clears between the write and its answer', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    const clearStamp = b.remote.stamps.next()
    await world.clock.advance(1)
    const write = envelope(a.remote.stamps.next(), 'newer than the clear')
    a.driver.breakOnce('exchangeMany', 50)
    const writing = a.remote.setMany(REGION, [{ key: 'k', envelope: write, ttl: 1000 }])
    await world.clock.advance(10)
    await b.remote.clear(REGION, clearStamp)
    expect(await world.during(50, writing)).toEqual(['stored'])
    expect(await b.get('k')).toBe('newer than the clear')
  })

  it('is cleared where the clear is newer, whichever arrived first', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    const write = envelope(a.remote.stamps.next(), 'older than the clear')
    await world.clock.advance(1)
    await b.clear()
    expect(await a.remote.setMany(REGION, [{ key: 'k', envelope: write, ttl: 1000 }])).toEqual(['superseded'])
    expect(await b.get('k')).toBeUndefined()
    expect(await a.set('k', 'second try')).toBe('stored')
  })

  it('that was cleared leaves nothing in L2', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    const write = envelope(a.remote.stamps.next(), 'older than the clear')
    await world.clock.advance(1)
    await b.clear()
    await a.remote.setMany(REGION, [{ key: 'k', envelope: write, ttl: 1000 }])
    await world.clock.settle()
    expect(await world.flush()).toBe(1)
  })

  it('makes a new generation where the meta key was lost meanwhile', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.get('k')
    await world.flush()
    expect(await a.set('k', 'v')).toBe('stored')
    expect(await b.get('k')).toBe('v')
  })

  it('of a tier that nobody else writes to compares nothing', async () => {
    const world = new World()
    const a = world.process({ shared: false })
    await a.get('k')
    a.driver.calls.length = 0
    expect(await a.set('k', 'v')).toBe('stored')
    expect(a.driver.calls).toEqual(['setMany'])
    expect(await a.get('k')).toBe('v')
  })

  it('gives up where the generation changes each time, and waits in the journal', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break((method) => {
      if (method === 'exchangeMany') void world.tier.deleteMany([`test:${REGION}:generation`])
      return undefined
    })
    expect(await a.set('k', 'v')).toBe('journaled')
    a.driver.heal()
    await world.clock.advance(1000)
    expect(await world.process().get('k')).toBe('v')
  })
})

describe('a delete in L2', () => {
  it('tells whether there was a value', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'v')
    expect(await b.delete('k')).toEqual({ outcome: 'stored', existed: true })
    expect(await a.delete('k')).toEqual({ outcome: 'stored', existed: false })
    expect(await a.delete('never')).toEqual({ outcome: 'stored', existed: false })
    expect(await a.get('k')).toBeUndefined()
  })

  it('leaves a tombstone, so that an older write that comes later does not bring the key back', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const older = envelope(a.remote.stamps.next(), 'older')
    await world.clock.advance(1)
    await b.delete('k')
    expect(await a.remote.setMany(REGION, [{ key: 'k', envelope: older, ttl: 1000 }])).toEqual(['superseded'])
    expect(await a.get('k')).toBeUndefined()
  })

  it('keeps its tombstone for as long as replays may come', async () => {
    const world = new World()
    const a = world.process({ maxAge: 60_000 })
    await a.delete('k')
    await world.clock.advance(59_999)
    const older = envelope(stampAt(1), 'older')
    const replayed = () => a.remote.setMany(REGION, [{ key: 'k', envelope: older, ttl: 1000 }])
    expect(await replayed()).toEqual(['superseded'])
    await world.clock.advance(1)
    expect(await replayed()).toEqual(['stored'])
  })

  it('that is older than what is there says that, and what it met', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const older = tombstone(a.remote.stamps.next())
    await world.clock.advance(1)
    await b.set('k', 'v')
    const [result] = await a.remote.deleteMany(REGION, [{ key: 'k', envelope: older }])
    expect(result).toEqual({ outcome: 'superseded', existed: true })
    expect(await a.get('k')).toBe('v')
  })
})
