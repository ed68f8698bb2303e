import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { RedisBus } from '../../../js/tiers/redis/bus.ts'
import type { Ear, EarListener } from '../../../js/tiers/redis/ear.ts'
import type { RedisLink } from '../../../js/tiers/redis/link.ts'
import { whyUntracked } from '../../../js/tiers/redis/untracked.ts'

const NEVER = new Promise<never>(() => undefined)

/** An ear that hears at once, or never. */
class FakeEar implements Ear {
  closed = false
  listener: EarListener | undefined
  readonly #hears: boolean

  constructor(hears: boolean) {
    this.#hears = hears
  }

  async open(_: readonly string[], listener: EarListener): Promise<void> {
    this.listener = listener
    if (!this.#hears) await NEVER
  }

  close(): void {
    this.closed = true
  }
}

/** A bus whose connection hangs at one step until it is told to go on. */
function hanging(step: 'link' | 'ear' | 'open' | undefined) {
  const clock = new FakeClock()
  const world = { step, states: [] as boolean[], ears: [] as FakeEar[], links: 0 }
  const link = {
    keyPrefix: '',
    ear: async () => {
      if (world.step === 'ear') await NEVER
      const ear = new FakeEar(world.step !== 'open')
      world.ears.push(ear)
      return ear
    },
  } as Partial<RedisLink> as RedisLink
  const bus = new RedisBus({
    clock,
    namespace: 'test',
    link: async () => {
      world.links++
      return world.step === 'link' ? NEVER : link
    },
  })
  bus.start({ message: () => undefined, state: (up) => world.states.push(up) })
  return { world, clock, bus }
}

describe('the bus over Redis', () => {
  it.each(['link', 'ear', 'open'] as const)(
    'gives up after five seconds where %s hangs, and tries again',
    async (step) => {
      const { world, clock, bus } = hanging(step)
      await clock.advance(4_990)
      expect(world.states).toEqual([])
      await clock.advance(20)
      expect(world.states).toEqual([false])
      world.step = undefined
      await clock.advance(10_000)
      expect(world.states).toEqual([false, true])
      expect(world.ears.map(({ closed }) => closed)).toEqual(step === 'open' ? [true, false] : [false])
      await bus.close()
      expect(clock.pending).toBe(0)
    },
  )

  it('passes over what is told of a connection that it has given up', async () => {
    const { world, clock, bus } = hanging(undefined)
    await clock.settle()
    const [first] = world.ears
    first?.listener?.lost(new Error('broken'))
    await clock.advance(10_000)
    first?.listener?.lost(new Error('broken, told again'))
    await clock.advance(10_000)
    expect(world.states).toEqual([true, false, true])
    expect(world.ears).toHaveLength(2)
    await bus.close()
  })

  it('connects once again after two resets in one tick', async () => {
    const { world, clock, bus } = hanging(undefined)
    await clock.settle()
    bus.reset()
    bus.reset()
    await clock.advance(60_000)
    expect(world.states).toEqual([true, false, true])
    expect(world.ears).toHaveLength(2)
    await bus.close()
  })
})

describe('a client that a server cannot track for', () => {
  it.each([
    ['an array of nodes', [], 'cluster'],
    ['an ioredis cluster', { isCluster: true }, 'cluster'],
    ['a node-redis cluster', { nodeClient: () => undefined }, 'cluster'],
    ['sentinels', { sentinels: [], name: 'mymaster' }, 'sentinels'],
    ['a node-redis client of sentinels', { getSentinelNode: () => undefined }, 'sentinels'],
    ['an ioredis client of sentinels', { options: { sentinels: [{ host: '127.0.0.1', port: 26379 }] } }, 'sentinels'],
  ])('is %s', (_, source, why) => {
    expect(whyUntracked(source)).toContain(why)
  })

  it.each([
    ['a URL', 'redis://127.0.0.1'],
    ['an ioredis client of one server', { options: { sentinels: null } }],
    ['a node-redis client of one server', { options: undefined }],
  ])('is not %s', (_, source) => {
    expect(whyUntracked(source)).toBeUndefined()
  })
})
