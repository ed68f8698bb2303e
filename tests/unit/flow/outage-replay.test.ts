import { describe, expect, it } from 'vitest'
import type { Replayed } from '../../../js/flow/replay.ts'
import { heal, outage, RECOVERY } from '../../helpers/outage.ts'
import { type Process, REGION, World } from '../../helpers/processes.ts'
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

  it('a read that L2 answered before the replay, and that comes back after it, finds what waited', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'older')
    await outage(world, a)
    await a.set('k', 'newer')
    const { getMany, exchangeMany } = a.driver
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    a.driver.exchangeMany = async (...args) => {
      await answered
      return exchangeMany.apply(a.driver, args)
    }
    a.driver.heal()
    await world.clock.advance(100)
    expect(a.remote.status()).toMatchObject({ state: 'closed', journal: { length: 1 } })
    a.driver.getMany = async (...args) => {
      const found = await getMany.apply(a.driver, args)
      answer()
      await world.clock.advance(100)
      return found
    }
    expect(await a.get('k')).toBe('newer')
    expect(a.remote.status().journal.length).toBe(0)
  })

  it('of two writes that were under way, the earlier one that failed does not wait once the later one is there', async () => {
    const world = new World()
    const a = world.process()
    await a.set('other', 'v')
    a.driver.breakOnce('exchangeMany', 'hang')
    const earlier = a.set('k', 'earlier')
    await world.clock.advance(100)
    expect(await a.set('k', 'later')).toBe('stored')
    a.driver.break('fail')
    await world.clock.advance(200)
    expect(await earlier).toBe('journaled')
    expect(a.remote.available).toBe(false)
    expect(a.remote.status().journal.length).toBe(0)
    expect(await a.remote.getMany(REGION, ['k'])).toEqual(['unavailable'])
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
    expect(a.remote.status()).toMatchObject({ state: 'open', journal: { length: 234 } })
    await world.clock.advance(RECOVERY)
    expect(a.remote.status().journal.length).toBe(0)
    expect(batches).toBe(6)
    const found = await b.remote.getMany(REGION, ['k0', 'k99', 'k100', 'k249'])
    expect(found.map(textOf)).toEqual(['v0', 'v99', 'v100', 'v249'])
  })

  it('the replay begins with few writes, doubles, and pauses for at least as long as each batch took', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (let i = 0; i < 400; i++) await a.set(`k${i}`, 'v')
    const sent: { at: number; count: number }[] = []
    slowly(a, world, 40, (count) => sent.push({ at: world.clock.now(), count }))
    await world.clock.advance(RECOVERY)
    expect(sent.map(({ count }) => count)).toEqual([16, 32, 64, 128, 160])
    for (const [i, { at }] of sent.slice(1).entries()) {
      const pause = at - (sent[i]?.at ?? 0) - 40
      expect(pause).toBeGreaterThanOrEqual(40)
      expect(pause).toBeLessThanOrEqual(80)
    }
  })

  it('where batches take long, the replay makes them smaller again', async () => {
    const world = new World()
    const a = world.process()
    await outage(world, a)
    for (let i = 0; i < 400; i++) await a.set(`k${i}`, 'v')
    const counts: number[] = []
    slowly(
      a,
      world,
      (count) => (count > 64 ? 60 : 10),
      (count) => counts.push(count),
    )
    await world.clock.advance(RECOVERY)
    expect(counts).toEqual([16, 32, 64, 128, 64, 96])
  })

  it('twenty processes that recover at once spread what they send, one batch each at a time', async () => {
    const world = new World()
    const processes = Array.from({ length: 20 }, () => world.process())
    for (const process of processes) {
      await outage(world, process)
      for (let i = 0; i < 300; i++) await process.set(`k${i}`, 'v')
    }
    await world.clock.advance(60_000)
    let running = 0
    let most = 0
    const starts: number[] = []
    for (const process of processes) {
      slowly(process, world, 20, () => {
        starts.push(world.clock.now())
        most = Math.max(most, ++running)
        world.clock.after(20, () => running--)
      })
    }
    await world.clock.advance(RECOVERY)
    expect(processes.map(({ remote }) => remote.status().journal.length)).toEqual(processes.map(() => 0))
    expect(most).toBeLessThanOrEqual(10)
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(2000)
  })

  it('tells what was sent again, so that other processes can be told', async () => {
    const world = new World()
    const replayed: Replayed[] = []
    const a = world.process({ onReplayed: (what) => replayed.push(what) })
    await outage(world, a)
    await a.set('k', 'v')
    await a.clear('other')
    await heal(world, a)
    expect(replayed).toMatchObject([
      { kind: 'clear', region: 'other' },
      { kind: 'writes', region: REGION, writes: [{ key: 'k' }] },
    ])
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

  it.each([
    ['takes too long', () => new Promise<never>(() => undefined)],
    ['is refused', () => Promise.reject(new Error('ERR Protocol error: invalid bulk length'))],
  ])('a value so large that it %s is given up, and nothing older stays in its place', async (_, refuse) => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'older')
    await outage(world, a)
    await a.set('k', 'x'.repeat(300_000))
    await a.set('l', 'small')
    a.driver.exchangeMany = (entries, onlyNewer, guard) =>
      entries.some(({ value }) => value.byteLength > 300_000)
        ? refuse()
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

/** Repairs the tier, which takes `ms` for each batch from now on. */
function slowly(
  { driver }: Process,
  { clock, tier }: World,
  ms: number | ((count: number) => number),
  onBatch: (count: number) => void,
): void {
  driver.heal()
  driver.exchangeMany = async (entries, onlyNewer, guard) => {
    onBatch(entries.length)
    await new Promise<void>((resolve) => clock.after(typeof ms === 'number' ? ms : ms(entries.length), resolve))
    return tier.exchangeMany(entries, onlyNewer, guard)
  }
}
