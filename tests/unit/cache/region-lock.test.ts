import { describe, expect, it } from 'vitest'
import { Counters } from '../../../js/cache/figures/counters.ts'
import { RegionLock } from '../../../js/cache/region/region-lock.ts'
import { Wakeups } from '../../../js/cache/region/wakeups.ts'
import { KINDS } from '../../../js/flow/coherence/message.ts'
import { Remote } from '../../../js/flow/remote.ts'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { deferred } from './fixture.ts'

const WAIT = 4_000
const NEVER = new AbortController().signal
const STAMP = new Uint8Array(16)

/** Processes that share a tier, and a value that one of them may have stored. */
class World {
  readonly clock = new FakeClock()
  readonly tier = memoryDriver({ clock: this.clock, shared: true })
  /** Of all processes. */
  readonly counters = new Counters()
  stored: string | undefined
  made = 0

  process() {
    const { clock } = this
    const driver = new ChaosDriver(this.tier, { clock })
    const remote = new Remote({ driver, namespace: 'test', clock })
    const wakeups = new Wakeups(clock)
    const l2 = { remote, tier: 'memory', region: 'r', limit: undefined }
    const storedKey = (key: string) => `stored-${key}`
    const lock = new RegionLock({ clock, wakeups, counters: this.counters, l2: () => l2, storedKey })
    let looks = 0
    const run = (make: () => Promise<string>, signal = NEVER, wait = WAIT) =>
      lock.run({
        key: 'k',
        wait,
        signal,
        look: async () => {
          looks++
          return this.stored
        },
        make: async () => {
          this.made++
          return make()
        },
      })
    return { driver, wakeups, run, looks: () => looks }
  }

  async makes(ms: number, value: string): Promise<string> {
    await new Promise<void>((resolve) => this.clock.after(ms, resolve))
    this.stored = value
    return value
  }
}

describe('a value that processes make under a lock', () => {
  it('is made by one, and found by the others', async () => {
    const world = new World()
    const runs = Array.from({ length: 4 }, (_, i) => world.process().run(() => world.makes(1_000, `made by ${i}`)))
    await world.clock.advance(1_300)
    const values = await Promise.all(runs)
    expect(new Set(values).size).toBe(1)
    expect(world.counters).toMatchObject({ locksTaken: 1, lockWaits: 3, lockTimeouts: 0 })
    expect(world.made).toBe(1)
    expect(world.clock.pending).toBe(0)
  })

  it('is found at once where the bus tells of it', async () => {
    const world = new World()
    const done = deferred()
    const first = world.process().run(async () => {
      await done.promise
      world.stored = 'made'
      return 'made'
    })
    await world.clock.advance(0)
    const waiting = world.process()
    const second = waiting.run(async () => 'made twice')
    await world.clock.advance(2_010)
    const before = waiting.looks()
    done.resolve()
    await first
    waiting.wakeups.hear([{ kind: KINDS.set, region: 'r', key: 'stored-other', stamp: STAMP }])
    await world.clock.advance(0)
    expect(waiting.looks()).toBe(before)
    waiting.wakeups.hear([{ kind: KINDS.set, region: 'r', key: 'stored-k', stamp: STAMP }])
    expect(await second).toBe('made')
    expect(world.made).toBe(1)
  })

  it('is made by the next one where the first fails', async () => {
    const world = new World()
    const first = world.process().run(async () => {
      throw new Error('down')
    })
    const second = world.process().run(async () => 'made')
    await expect(first).rejects.toThrow('down')
    await world.clock.advance(500)
    expect(await second).toBe('made')
    expect(world.made).toBe(2)
  })

  it('is made by one of the others where its maker dies, and by that one alone', async () => {
    const world = new World()
    const dead = world.process()
    void dead.run(() => new Promise<string>(() => undefined))
    await world.clock.advance(0)
    dead.driver.break('hang')
    const others = Array.from({ length: 3 }, () => world.process().run(() => world.makes(500, 'made')))
    await world.clock.advance(1_900)
    expect(world.made).toBe(1)
    await world.clock.advance(WAIT / 2)
    expect(await Promise.all(others)).toEqual(['made', 'made', 'made'])
    expect(world.made).toBe(2)
  })

  it('is waited for no longer than was said, though its maker lives', async () => {
    const world = new World()
    void world.process().run(() => new Promise<string>(() => undefined))
    await world.clock.advance(0)
    const second = world.process().run(async () => 'made twice')
    await world.clock.advance(WAIT - 10)
    expect(world.made).toBe(1)
    await world.clock.advance(20)
    expect(await second).toBe('made twice')
  })

  it('is waited for as long as its maker lives, where there is no limit', async () => {
    const world = new World()
    const first = world.process().run(() => world.makes(3_600_000, 'late'), NEVER, Number.POSITIVE_INFINITY)
    await world.clock.advance(0)
    const second = world.process().run(async () => 'made twice', NEVER, Number.POSITIVE_INFINITY)
    await world.clock.advance(3_601_000)
    expect(await Promise.all([first, second])).toEqual(['late', 'late'])
  })

  it('is made without a lock where L2 is away', async () => {
    const world = new World()
    const { driver, run } = world.process()
    driver.break('fail')
    expect(await run(async () => 'made')).toBe('made')
  })

  it('is not waited for by those who have left', async () => {
    const world = new World()
    void world.process().run(() => new Promise<string>(() => undefined))
    await world.clock.advance(0)
    const left = new AbortController()
    const second = world.process().run(async () => 'made twice', left.signal)
    second.catch(() => undefined)
    await world.clock.advance(100)
    left.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    expect(world.made).toBe(1)
  })
})
