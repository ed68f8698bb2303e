import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RequestClock } from '../../js/clock.ts'

/** What the runtime's clock says, and the timers of the request that runs; none at module scope. */
let time = 0
let timers: Map<number, () => void> | undefined

beforeEach(() => {
  time = 0
  timers = undefined
  vi.spyOn(performance, 'now').mockImplementation(() => time)
  vi.stubGlobal('setTimeout', (callback: () => void) => {
    if (timers === undefined) throw new Error('Disallowed operation called within global scope')
    timers.set(timers.size, callback)
    return timers.size - 1
  })
  vi.stubGlobal('clearTimeout', (handle: number) => timers?.delete(handle))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A request of its own: the timers of the one before are gone. */
function request(at: number): void {
  time = at
  timers = new Map()
}

const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve))

describe('the clock of a runtime in which timers end with requests', () => {
  it('stands still at module scope, and goes on from there', () => {
    const clock = new RequestClock()
    expect([clock.now(), clock.exact()]).toEqual([0, 0])
    request(1e12)
    expect(clock.now()).toBe(0)
    time += 25
    expect([clock.now(), clock.exact()]).toEqual([25, 25])
  })

  it('calls back in time while the request lives that set the timer, and once', async () => {
    request(1000)
    const clock = new RequestClock()
    const called = vi.fn()
    clock.after(10, called)
    time += 10
    for (const callback of timers?.values() ?? []) callback()
    request(5000)
    clock.now()
    await turn()
    expect(called).toHaveBeenCalledTimes(1)
  })

  it('calls back in a later request what its own did not live to see, and not in the middle of a call', async () => {
    request(1000)
    const clock = new RequestClock()
    const called = vi.fn()
    clock.after(10, called)
    clock.after(5000, called)
    request(2000)
    expect(clock.now()).toBe(1000)
    expect(called).not.toHaveBeenCalled()
    await turn()
    expect(called).toHaveBeenCalledTimes(1)
    request(7000)
    clock.now()
    await turn()
    expect(called).toHaveBeenCalledTimes(2)
  })

  it('takes a timer at module scope, and calls back in a request', async () => {
    const clock = new RequestClock()
    const called = vi.fn()
    clock.after(10, called)
    request(1000)
    clock.now()
    time += 100
    clock.now()
    await turn()
    expect(called).toHaveBeenCalledTimes(1)
  })

  it('never calls back what was cancelled', async () => {
    request(1000)
    const clock = new RequestClock()
    const called = vi.fn()
    clock.after(10, called).cancel()
    request(2000)
    clock.now()
    await turn()
    expect(called).not.toHaveBeenCalled()
  })
})
