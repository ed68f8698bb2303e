import { describe, expect, it } from 'vitest'
import { Circuit, type CircuitOptions } from '../../../js/flow/circuit.ts'
import type { RandomSource } from '../../../js/flow/random.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

/** No jitter: nothing is taken off a pause. */
const zeros: RandomSource = (bytes) => bytes.fill(0)

function setUp(options: Partial<CircuitOptions> = {}) {
  const clock = new FakeClock()
  const state = { down: true, probes: [] as number[], changes: [] as string[] }
  const circuit = new Circuit({
    clock,
    random: zeros,
    probe: async () => {
      state.probes.push(clock.now())
      if (state.down) throw new Error('still down')
    },
    onChange: (to, cause) => state.changes.push(cause instanceof Error ? `${to}: ${cause.message}` : to),
    ...options,
  })
  return { clock, circuit, state }
}

describe('a circuit', () => {
  it('lets calls pass until one fails, then none', () => {
    const { circuit } = setUp()
    expect(circuit.allow()).toBe(true)
    circuit.fail(new Error('gone'), circuit.pass)
    expect(circuit.allow()).toBe(false)
    expect(circuit.state).toBe('open')
  })

  it('takes as many failures in a row as its threshold says', () => {
    const { circuit } = setUp({ threshold: 2 })
    circuit.fail(new Error('1'), circuit.pass)
    circuit.succeed(circuit.pass)
    circuit.fail(new Error('2'), circuit.pass)
    expect(circuit.allow()).toBe(true)
    circuit.fail(new Error('3'), circuit.pass)
    expect(circuit.allow()).toBe(false)
  })

  it('probes after 100 ms, doubling up to 5 s, and closes when a probe succeeds', async () => {
    const { clock, circuit, state } = setUp()
    const opened = clock.now()
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(20_000)
    const pauses = state.probes.map((at, i) => at - (state.probes[i - 1] ?? opened))
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    state.down = false
    await clock.advance(5000)
    expect(circuit.allow()).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('takes up to a half off each pause at random', async () => {
    const { clock, circuit, state } = setUp({ random: (bytes) => bytes.fill(0xff) })
    const opened = clock.now()
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(60)
    expect(state.probes[0]).toBeCloseTo(opened + 50, 3)
  })

  it('tells each change and its cause', async () => {
    const { clock, circuit, state } = setUp()
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(150)
    state.down = false
    await clock.advance(200)
    expect(state.changes).toEqual(['open: gone', 'half-open', 'open: still down', 'half-open', 'closed'])
  })

  it('probes on a call where timers do not run', async () => {
    const time = new FakeClock()
    const timerless = Object.assign(new FakeClock(), {
      now: () => time.now(),
      after: () => ({ cancel: () => undefined }),
    })
    const { circuit, state } = setUp({ clock: timerless })
    state.down = false
    circuit.fail(new Error('gone'), circuit.pass)
    await time.advance(99)
    circuit.allow()
    await time.settle()
    expect(circuit.state).toBe('open')
    await time.advance(1)
    expect(circuit.allow()).toBe(false)
    await time.settle()
    expect(circuit.allow()).toBe(true)
  })

  it('makes concurrent probes one', async () => {
    const { circuit, state } = setUp()
    circuit.fail(new Error('gone'), circuit.pass)
    expect(await Promise.all([circuit.probe(), circuit.probe()])).toEqual([false, false])
    expect(state.probes).toHaveLength(1)
  })

  it('ignores the late failure of a call from before it was open', async () => {
    const { clock, circuit, state } = setUp()
    const early = circuit.pass
    circuit.fail(new Error('gone'), early)
    state.down = false
    await clock.advance(100)
    circuit.fail(new Error('a call from before'), early)
    expect(circuit.allow()).toBe(true)
  })

  it('keeps on doubling where it opens again soon, and begins small after a calm time', async () => {
    const { clock, circuit, state } = setUp()
    state.down = false
    for (let i = 0; i < 3; i++) {
      circuit.fail(new Error('flapping'), circuit.pass)
      await clock.advance(100 * 2 ** i)
      expect(circuit.allow()).toBe(true)
    }
    await clock.advance(5000)
    circuit.fail(new Error('again'), circuit.pass)
    await clock.advance(100)
    expect(circuit.allow()).toBe(true)
  })

  it('probes at a sign that the tier is back', async () => {
    const { clock, circuit, state } = setUp()
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(8_000)
    const before = state.probes.length
    state.down = false
    circuit.hasten()
    await clock.advance(1)
    expect(circuit.state).toBe('closed')
    circuit.hasten()
    await clock.advance(1_000)
    expect(state.probes).toHaveLength(before + 1)
  })

  it('makes no storm of probes out of signs that mean nothing', async () => {
    const { clock, circuit, state } = setUp()
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(7_000)
    const before = state.probes.length
    for (let i = 0; i < 199; i++) {
      circuit.hasten()
      await clock.advance(10)
    }
    const probes = state.probes.slice(before)
    expect(probes.map((at) => at - (probes[0] ?? 0))).toEqual([0, 500, 1_500])
  })

  it('forgets no sign that came in the course of a probe', async () => {
    const { clock, circuit, state } = setUp({
      probe: async () => {
        state.probes.push(clock.now())
        await new Promise((resolve) => clock.after(50, () => resolve(undefined)))
        if (state.down) throw new Error('still down')
      },
    })
    circuit.fail(new Error('gone'), circuit.pass)
    await clock.advance(8_000)
    const last = state.probes.at(-1) ?? 0
    await clock.advance(last + 5_060 - clock.now())
    expect(circuit.state).toBe('half-open')
    circuit.hasten()
    state.down = true
    await clock.advance(450)
    state.down = false
    await clock.advance(150)
    expect(circuit.state).toBe('closed')
  })

  it('stops for good', async () => {
    const { clock, circuit, state } = setUp()
    circuit.fail(new Error('gone'), circuit.pass)
    circuit.stop()
    expect(clock.pending).toBe(0)
    await clock.advance(10_000)
    expect(circuit.allow()).toBe(false)
    expect(await circuit.probe()).toBe(false)
    expect(state.probes).toHaveLength(0)
  })

  it('does not wake up again when it is stopped during a probe', async () => {
    for (const down of [true, false]) {
      const { clock, circuit, state } = setUp()
      state.down = down
      circuit.fail(new Error('gone'), circuit.pass)
      const probing = circuit.probe()
      circuit.stop()
      expect(await probing).toBe(false)
      expect(clock.pending).toBe(0)
      expect(state.changes).toEqual(['open: gone', 'half-open'])
    }
  })

  it('whose calls try the tier themselves sets no timer, and lets them pass once its pause is over', async () => {
    const { clock, circuit, state } = setUp({ byCalls: true })
    circuit.fail(new Error('gone'), circuit.pass)
    expect(circuit.allow()).toBe(false)
    await clock.advance(100)
    expect(circuit.allow()).toBe(true)
    circuit.fail(new Error('still gone'), circuit.pass)
    expect(circuit.allow()).toBe(false)
    await clock.advance(100)
    expect(circuit.allow()).toBe(false)
    await clock.advance(100)
    expect([circuit.allow(), circuit.state]).toEqual([true, 'open'])
    circuit.succeed(circuit.pass)
    expect([circuit.allow(), circuit.state]).toEqual([true, 'closed'])
    expect([state.probes, clock.pending]).toEqual([[], 0])
  })
})
