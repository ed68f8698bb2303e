import { describe, expect, it } from 'vitest'
import { whenOver } from '../../js/requests.ts'
import { FakeClock } from '../../js/testing/index.ts'

const never = new Promise<void>(() => undefined)

describe('waiting for work that another request may have begun', () => {
  it('sees that it has ended, well or not', async () => {
    for (const work of [async () => 1, () => Promise.reject(new Error('no'))]) {
      const clock = new FakeClock()
      const waiting = whenOver(work(), 1000, clock, true)
      await clock.advance(1)
      expect(await waiting).toBe(true)
    }
  })

  it('gives it up when it takes too long', async () => {
    const clock = new FakeClock()
    const waiting = whenOver(never, 1000, clock, true)
    await clock.advance(2000)
    expect(await waiting).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('sees the end late by as long as it has waited, and 64 ms at the most', async () => {
    const clock = new FakeClock()
    const began = clock.now()
    let seen = 0
    const work = new Promise<void>((resolve) => clock.after(300, resolve))
    const waiting = whenOver(work, 1000, clock, true).then(() => {
      seen = clock.now() - began
    })
    for (let ms = 0; ms < 1000; ms++) await clock.advance(1)
    await waiting
    expect(seen).toBeGreaterThanOrEqual(300)
    expect(seen).toBeLessThanOrEqual(364)
  })

  it('waits for as long as it takes where work does not end with requests', async () => {
    const clock = new FakeClock()
    const work = new Promise<void>((resolve) => clock.after(1_000_000, resolve))
    const waiting = whenOver(work, 1000, clock, false)
    expect(clock.pending).toBe(1)
    await clock.advance(1_000_000)
    expect(await waiting).toBe(true)
  })
})
