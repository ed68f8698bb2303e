import { describe, expect, it, vi } from 'vitest'
import { SingleFlight } from '../../../js/flow/single-flight.ts'

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

describe('a single flight', () => {
  it('runs one factory for all concurrent calls of a key', async () => {
    const flights = new SingleFlight<string, number>()
    const answer = deferred<number>()
    const factory = vi.fn(() => answer.promise)
    const calls = [flights.run('a', factory), flights.run('a', factory), flights.run('a', factory)]
    answer.resolve(7)
    expect(await Promise.all(calls)).toEqual([7, 7, 7])
    expect(factory).toHaveBeenCalledTimes(1)
  })

  it('keeps keys apart', async () => {
    const flights = new SingleFlight<string, string>()
    const both = [flights.run('a', () => 'of a'), flights.run('b', () => 'of b')]
    expect(await Promise.all(both)).toEqual(['of a', 'of b'])
  })

  it('leaves nothing behind, and runs anew after its end', async () => {
    const flights = new SingleFlight<string, number>()
    let runs = 0
    expect(await flights.run('a', () => ++runs)).toBe(1)
    expect(flights.size).toBe(0)
    expect(await flights.run('a', () => ++runs)).toBe(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('gives all the same error when the factory %s, and is over then', async (_, factory) => {
    const flights = new SingleFlight<string, never>()
    const first = flights.run('a', factory)
    const second = flights.run('a', factory)
    const [one, two] = await Promise.allSettled([first, second])
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'no' } })
    expect((two as PromiseRejectedResult).reason).toBe((one as PromiseRejectedResult).reason)
    expect(flights.size).toBe(0)
  })

  it('finds itself where the factory asks for its own key at once', () => {
    const flights = new SingleFlight<string, unknown>()
    let runs = 0
    const factory = () => {
      runs++
      void flights.run('a', factory)
      return new Promise(() => undefined)
    }
    void flights.run('a', factory)
    expect(runs).toBe(1)
  })

  it('lets one caller leave without disturbing the others', async () => {
    const flights = new SingleFlight<string, number>()
    const answer = deferred<number>()
    const signals: AbortSignal[] = []
    const factory = (signal: AbortSignal) => {
      signals.push(signal)
      return answer.promise
    }
    const leaver = new AbortController()
    const left = flights.run('a', factory, leaver.signal)
    const stayed = flights.run('a', factory, new AbortController().signal)
    leaver.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    expect(signals[0]?.aborted).toBe(false)
    answer.resolve(1)
    expect(await stayed).toBe(1)
    expect(signals).toHaveLength(1)
  })

  it('aborts the factory when all have left, and begins anew for the next', async () => {
    const flights = new SingleFlight<string, number>()
    let signal: AbortSignal | undefined
    const controllers = [new AbortController(), new AbortController()]
    const never = (given: AbortSignal) => {
      signal = given
      return new Promise<number>((_, reject) => given.addEventListener('abort', () => reject(given.reason)))
    }
    const calls = Promise.allSettled(controllers.map((controller) => flights.run('a', never, controller.signal)))
    for (const controller of controllers) controller.abort(new Error('gone'))
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(signal?.aborted).toBe(true)
    expect(flights.size).toBe(0)
    expect(await flights.run('a', () => 2)).toBe(2)
  })

  it('does not begin for a caller who has left already', async () => {
    const flights = new SingleFlight<string, number>()
    const factory = vi.fn(() => 1)
    await expect(flights.run('a', factory, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
    expect(factory).not.toHaveBeenCalled()
  })

  it('stops listening to signals once it has ended', async () => {
    const flights = new SingleFlight<string, number>()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    await flights.run('a', () => 1, signal)
    await Promise.resolve()
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function))
  })
})
