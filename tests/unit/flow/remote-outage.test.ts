import { describe, expect, it } from 'vitest'
import { type Process, REGION, World } from '../../helpers/processes.ts'
import { envelope, stampAt, textOf } from '../../helpers/stored.ts'

/** Longer than any pause of the circuit, so that a healed tier is in use again. */
const RECOVERY = 6000

/** Breaks the tier for `process` and lets it notice. */
async function outage(world: World, process: Process): Promise<void> {
  process.driver.break('fail')
  await process.get('anything')
  expect(process.remote.available).toBe(false)
  await world.clock.settle()
}

async function heal(world: World, ...processes: Process[]): Promise<void> {
  for (const { driver } of processes) driver.heal()
  await world.clock.advance(RECOVERY)
}

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
