import { describe, expect, it } from 'vitest'
import { heal, outage, RECOVERY } from '../../helpers/outage.ts'
import { REGION, World } from '../../helpers/processes.ts'
import { envelope, textOf } from '../../helpers/stored.ts'

describe('after an outage', () => {
  it('a read during the replay finds the newer one of L2 and the journal', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await outage(world, a)
    await a.set('mine', 'newer')
    await a.set('theirs', 'older')
    await world.clock.advance(1)
    await b.set('theirs', 'newer')
    a.driver.break((method) => (method === 'exchangeMany' ? 'hang' : undefined))
    expect(await world.during(500, a.remote.ready())).toBe(true)
    expect(a.remote.available).toBe(true)
    expect(a.remote.status().journal.length).toBe(2)
    expect([await a.get('mine'), await a.get('theirs')]).toEqual(['newer', 'newer'])
  })

  it('a value larger than the journal is gone, what it replaced as well, and nothing else', async () => {
    const world = new World()
    const [a, b] = [world.process({ journal: { maxBytes: 1000 } }), world.process()]
    for (const key of ['k', 'other']) await a.set(key, 'before')
    await outage(world, a)
    const late = envelope(a.remote.stamps.next(), 'late')
    await a.set('l', 'small')
    expect(await a.set('k', 'x'.repeat(1000), 10)).toBe('journaled')
    expect(await a.get('k')).toBeUndefined()
    await heal(world, a)
    expect([await b.get('k'), await b.get('l'), await b.get('other')]).toEqual([undefined, 'small', 'before'])
    await world.clock.advance(60_000)
    expect(await b.remote.setMany(REGION, [{ key: 'k', envelope: late, ttl: 1000 }])).toEqual(['superseded'])
  })

  it('a write that is made during the replay takes the place of an older one that waits', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    await a.set('k', 'older')
    for (const key of ['l', 'm', 'n']) await a.set(key, 'waits')
    a.driver.breakOnce('exchangeMany', 'hang')
    await world.clock.advance(100)
    expect(a.remote.status()).toMatchObject({ state: 'closed', journal: { length: 4 } })
    expect(await a.set('k', 'newer')).toBe('stored')
    expect(await a.delete('l')).toEqual({ outcome: 'stored', existed: true })
    const write = { key: 'm', envelope: envelope(a.remote.stamps.next(), 'newer'), ttl: 1000 }
    expect(await a.remote.commit(REGION, [write])).toEqual({ outcome: 'committed' })
    expect(a.remote.status().journal.length).toBe(1)
    await heal(world, a)
    expect(await Promise.all(['k', 'l', 'n'].map((key) => a.get(key)))).toEqual(['newer', undefined, 'waits'])
  })

  it('a clear that waits hides what is older in L2', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('old', 'v')
    await outage(world, a)
    await world.clock.advance(1)
    await a.clear()
    await world.clock.advance(1)
    await b.set('new', 'v')
    a.driver.breakOnce('exchangeMany', 'hang')
    await world.clock.advance(100)
    expect(a.remote.status()).toMatchObject({ state: 'closed', journal: { length: 1 } })
    expect([await a.get('old'), await a.get('new')]).toEqual([undefined, 'v'])
  })

  it('a failure in the middle of the replay leaves the rest for the next one', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await outage(world, a)
    for (let i = 0; i < 250; i++) await a.set(`k${i}`, `v${i}`)
    let batches = 0
    a.driver.break((method) => (method === 'exchangeMany' && ++batches === 2 ? 'fail' : undefined))
    await world.clock.advance(100)
    expect(a.remote.status()).toMatchObject({ state: 'open', journal: { length: 150 } })
    await world.clock.advance(RECOVERY)
    expect(a.remote.status().journal.length).toBe(0)
    expect(batches).toBe(4)
    const found = await b.remote.getMany(REGION, ['k0', 'k99', 'k100', 'k249'])
    expect(found.map(textOf)).toEqual(['v0', 'v99', 'v100', 'v249'])
  })

  it('the replay pauses for as long as each batch took', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (let i = 0; i < 200; i++) await a.set(`k${i}`, 'v')
    const sent: number[] = []
    a.driver.break((method) => {
      if (method === 'exchangeMany') sent.push(world.clock.now())
      return method === 'exchangeMany' ? 40 : undefined
    })
    await world.clock.advance(RECOVERY)
    expect(sent).toHaveLength(2)
    expect((sent[1] ?? 0) - (sent[0] ?? 0)).toBe(80)
  })

  it('large values go in small batches', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (let i = 0; i < 6; i++) await a.set(`k${i}`, 'x'.repeat(100_000))
    a.driver.calls.length = 0
    await heal(world, a)
    expect(a.driver.calls.filter((name) => name === 'exchangeMany')).toHaveLength(3)
  })

  it('a value too large to arrive in time is given up, and nothing older stays in its place', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'older')
    await outage(world, a)
    await a.set('k', 'x'.repeat(300_000))
    await a.set('l', 'small')
    a.driver.exchangeMany = (entries, onlyNewer, guard) =>
      entries.some(({ value }) => value.byteLength > 300_000)
        ? new Promise(() => undefined)
        : world.tier.exchangeMany(entries, onlyNewer, guard)
    a.driver.heal()
    await world.clock.advance(60_000)
    expect(a.remote.status().journal.length).toBe(0)
    expect(await world.process().get('k')).toBeUndefined()
    expect(await world.process().get('l')).toBe('small')
  })

  it('a small value is never given up, however often it runs out of time', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    await a.set('k', 'v')
    a.driver.break((method) => (method === 'exchangeMany' ? 'hang' : undefined))
    await world.clock.advance(60_000)
    expect(a.driver.calls.filter((name) => name === 'exchangeMany').length).toBeGreaterThan(5)
    await heal(world, a)
    expect(await world.process().get('k')).toBe('v')
  })

  it('a replay that failed without opening the circuit is tried again a second later', async () => {
    const world = new World()
    const a = world.process({ circuit: { threshold: 3 } })
    await a.get('k')
    const attempts: number[] = []
    a.driver.break((method) => {
      if (method !== 'exchangeMany') return undefined
      attempts.push(world.clock.now())
      return attempts.length <= 2 ? 'fail' : undefined
    })
    expect(await a.set('k', 'v')).toBe('journaled')
    await world.clock.advance(2000)
    const [first = 0, ...later] = attempts
    expect(later).toEqual([first, first + 1000])
    expect(await world.process().get('k')).toBe('v')
  })
})
