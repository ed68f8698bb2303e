import { describe, expect, it } from 'vitest'
import type { Replayed } from '../../../js/flow/replay.ts'
import { heal, outage, RECOVERY } from '../../helpers/outage.ts'
import { REGION, World } from '../../helpers/processes.ts'
import { envelope } from '../../helpers/stored.ts'

describe('a tier that refuses writes', () => {
  it('goes on serving reads, while writes wait in the journal and are seen by their own process', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    for (const key of ['kept', 'changed', 'deleted']) await b.set(key, 'before')
    await a.get('kept')
    await world.clock.advance(1)
    a.driver.break('refuse')
    expect(await a.set('changed', 'after')).toBe('journaled')
    expect(a.remote.status()).toMatchObject({
      state: 'closed',
      takesWrites: false,
      lastError: { code: 'WRITE_REFUSED' },
    })
    expect(await a.delete('deleted')).toEqual({ outcome: 'journaled', existed: false })
    expect(await Promise.all(['kept', 'changed', 'deleted'].map((key) => a.get(key)))).toEqual([
      'before',
      'after',
      undefined,
    ])
    await b.set('new', 'of another process')
    expect(await a.get('new')).toBe('of another process')
    await heal(world, a)
    expect(a.remote.status()).toMatchObject({ state: 'closed', takesWrites: true, lastError: undefined })
    expect([await b.get('changed'), await b.get('deleted')]).toEqual(['after', undefined])
  })

  it('and holds something newer than what waits is what the others are told of', async () => {
    const world = new World()
    const told: Replayed[] = []
    const [a, b] = [world.process({ onWritten: (written) => told.push(written) }), world.process()]
    await a.get('k')
    a.driver.break('refuse')
    await a.set('k', 'older')
    told.length = 0
    // Who looks now keeps what was there before either, as long as nobody tells of a change.
    await world.clock.advance(1)
    await b.set('k', 'newer')
    expect(await a.get('k')).toBe('newer')
    expect(a.remote.status().journal.length).toBe(0)
    expect(told).toMatchObject([{ kind: 'writes', region: REGION, writes: [{ key: 'k' }] }])
  })

  it('costs no call of the tier but the probes, which come at growing intervals', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break('refuse')
    await a.set('k', 'v')
    a.driver.calls.length = 0
    for (let i = 0; i < 100; i++) await a.set(`k${i}`, 'v')
    await a.clear()
    await a.remote.commit(REGION, [{ key: 'k', envelope: envelope(a.remote.stamps.next(), 'v'), ttl: 1000 }])
    expect(a.driver.calls).toEqual([])
    const probes: number[] = []
    a.driver.break((method) => {
      if (method === 'setMany') probes.push(world.clock.now())
      return 'refuse'
    })
    await world.clock.advance(30_000)
    const pauses = probes.slice(1).map((at, i) => at - (probes[i] ?? 0))
    expect(probes.length).toBeGreaterThan(6)
    expect(probes.length).toBeLessThan(20)
    expect(pauses.at(-1)).toBeGreaterThan(2000)
    expect(a.eventsOf('circuit').filter(({ part }) => part === 'tier')).toEqual([])
  })

  it('takes a transaction into the journal as a whole', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break('refuse')
    const writes = ['k', 'l'].map((key) => ({ key, envelope: envelope(a.remote.stamps.next(), 'v'), ttl: 60_000 }))
    expect(await a.remote.commit(REGION, writes)).toEqual({ outcome: 'journaled' })
    await heal(world, a)
    expect(a.driver.calls).toContain('exchangeTogether')
    expect([await world.process().get('k'), await world.process().get('l')]).toEqual(['v', 'v'])
  })

  it('and has lost the generation of a region cannot be asked about that region, and is about others', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('k', 'v', 60_000, 'there')
    await a.get('k', 'there')
    a.driver.break('refuse')
    const [lost, found] = await Promise.all([a.get('k', 'lost'), a.get('k', 'there')])
    expect([lost, found]).toEqual(['unavailable', 'v'])
    expect(a.remote.status()).toMatchObject({ state: 'closed', takesWrites: false })
    a.driver.calls.length = 0
    expect(await a.get('k', 'lost')).toBe('unavailable')
    expect(a.driver.calls).not.toContain('setIfAbsent')
    await heal(world, a)
    expect(await a.get('k', 'lost')).toBeUndefined()
  })

  it('when it comes back from an outage serves reads from then on', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('k', 'v')
    await outage(world, a)
    await a.set('l', 'mine')
    a.driver.break('refuse')
    await world.clock.advance(RECOVERY)
    expect(a.remote.status()).toMatchObject({ state: 'closed', takesWrites: false, journal: { length: 1 } })
    expect([await a.get('k'), await a.get('l')]).toEqual(['v', 'mine'])
    const states = a.eventsOf('circuit').filter(({ part }) => part === 'tier')
    expect(states.filter(({ state }) => state === 'closed')).toHaveLength(1)
    await world.clock.advance(60_000)
    expect(a.eventsOf('circuit').filter(({ part, state }) => part === 'tier' && state === 'open')).toHaveLength(1)
    await heal(world, a)
    expect(await b.get('l')).toBe('mine')
  })

  it('and then goes away altogether is an outage like any other', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break('refuse')
    await a.set('k', 'v')
    a.driver.break('fail')
    await world.clock.advance(RECOVERY)
    expect(a.remote.available).toBe(false)
    await heal(world, a)
    expect(a.remote.status()).toMatchObject({ state: 'closed', takesWrites: true, journal: { length: 0 } })
  })

  it('until the cache is closed is told to have taken nothing', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break('refuse')
    await a.set('k', 'v')
    expect(await world.during(1000, a.remote.close(1000))).toEqual({ unsent: 1 })
    expect(world.clock.pending).toBe(0)
  })
})

describe('a probe', () => {
  it('is not believed where its answers are those of other questions, and the connection is given up', async () => {
    const world = new World()
    const a = world.process()
    const setMany = a.driver.setMany.bind(a.driver)
    await outage(world, a)
    a.driver.heal()
    a.driver.setMany = async (entries, guard) => {
      await setMany(entries, guard)
      return new TextEncoder().encode('the answer to another')
    }
    await world.clock.advance(RECOVERY)
    expect(a.remote.available).toBe(false)
    expect(a.driver.resets).toBeGreaterThan(3)
    a.driver.setMany = setMany
    await world.clock.advance(RECOVERY)
    expect(a.remote.available).toBe(true)
  })

  it('that has no answer in time gives the connection up', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break('hang')
    await world.during(250, a.get('k'))
    expect(a.driver.resets).toBe(0)
    await world.clock.advance(350)
    expect(a.driver.resets).toBe(1)
  })

  it('keeps a tier out of use that reads, and never answers a write', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.break((method) => (method === 'exchangeMany' || method === 'setMany' ? 'hang' : undefined))
    await world.during(250, a.set('k', 'v'))
    await world.clock.advance(60_000)
    expect(a.eventsOf('circuit').filter(({ state }) => state === 'closed')).toEqual([])
    await heal(world, a)
    expect(await world.process().get('k')).toBe('v')
  })
})
