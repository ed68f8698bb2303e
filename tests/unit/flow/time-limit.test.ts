import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../js/clock.ts'
import { withLimit } from '../../../js/flow/time-limit.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

describe('a time limit', () => {
  it('answers what came in time, and leaves no timer', async () => {
    const clock = new FakeClock()
    expect(await withLimit(Promise.resolve(1), 100, clock, 'it')).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('rejects as the promise does, and leaves no timer', async () => {
    const clock = new FakeClock()
    await expect(withLimit(Promise.reject(new Error('no')), 100, clock, 'it')).rejects.toThrow('no')
    expect(clock.pending).toBe(0)
  })

  it('rejects with TIMEOUT when the time is over, not before', async () => {
    const clock = new FakeClock()
    let error: unknown
    withLimit(new Promise(() => undefined), 100, clock, 'redis: get').catch((cause) => {
      error = cause
    })
    await clock.advance(99)
    expect(error).toBeUndefined()
    await clock.advance(1)
    expect(error).toMatchObject({ code: 'TIMEOUT', message: 'redis: get took longer than its limit of 100 ms' })
    expect(clock.pending).toBe(0)
  })

  it('swallows an error that comes too late', async () => {
    const clock = new FakeClock()
    let fail: (error: Error) => void = () => undefined
    const slow = new Promise((_, reject) => {
      fail = reject
    })
    const limited = withLimit(slow, 100, clock, 'it').catch(({ code }) => code)
    await clock.advance(100)
    fail(new Error('late'))
    expect(await limited).toBe('TIMEOUT')
    await clock.settle()
  })

  it('lets a process that stood still read the answer that came meanwhile', async () => {
    const blocked = new Promise<string>((resolve) => setImmediate(() => resolve('in time')))
    const limited = withLimit(blocked, 10, systemClock, 'it')
    const end = performance.now() + 60
    while (performance.now() < end);
    expect(await limited).toBe('in time')
  })

  it('takes Infinity for no limit', async () => {
    const clock = new FakeClock()
    const limited = withLimit(Promise.resolve('x'), Number.POSITIVE_INFINITY, clock, 'it')
    expect(clock.pending).toBe(0)
    expect(await limited).toBe('x')
  })
})
