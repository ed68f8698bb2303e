import { describe, expect, test, vi } from 'vitest'
import { type CacheEvents, Emitter } from '../../../js/observe/events.ts'
import { silentLogger } from '../../../js/observe/logger.ts'

const entry = { region: 'r', key: 'k' }

function emitter() {
  const error = vi.fn()
  return { emitter: new Emitter({ ...silentLogger, error }), error }
}

describe('a listener', () => {
  test('is told every event of its name, and no other', () => {
    const { emitter: events } = emitter()
    const listener = vi.fn<(event: CacheEvents['miss']) => void>()
    events.on('miss', listener)
    events.emit('miss', entry)
    events.emit('set', entry)
    events.emit('miss', { ...entry, key: 'other' })
    expect(listener.mock.calls).toEqual([[entry], [{ region: 'r', key: 'other' }]])
  })

  test('hears no more when it is taken off, in either way', () => {
    const { emitter: events } = emitter()
    const [a, b] = [vi.fn(), vi.fn()]
    const off = events.on('miss', a)
    events.on('miss', b)
    off()
    off()
    events.emit('miss', entry)
    events.off('miss', b)
    events.off('hit', b)
    events.emit('miss', entry)
    expect([a.mock.calls.length, b.mock.calls.length]).toEqual([0, 1])
  })

  test('is there once, however often it was put on', () => {
    const { emitter: events } = emitter()
    const listener = vi.fn()
    events.on('miss', listener)
    events.on('miss', listener)
    events.emit('miss', entry)
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('may listen once', () => {
    const { emitter: events } = emitter()
    const listener = vi.fn()
    events.once('miss', listener)
    events.emit('miss', entry)
    events.emit('miss', entry)
    expect(listener).toHaveBeenCalledExactlyOnceWith(entry)
    expect(events.has('miss')).toBe(false)
  })

  test('that would listen once can be taken off before', () => {
    const { emitter: events } = emitter()
    const listener = vi.fn()
    events.once('miss', listener)()
    events.once('miss', listener)
    events.off('miss', listener)
    events.emit('miss', entry)
    expect(listener).not.toHaveBeenCalled()
  })

  test('that listens once may emit the same event', () => {
    const { emitter: events } = emitter()
    let calls = 0
    events.once('miss', () => {
      calls++
      events.emit('miss', entry)
    })
    events.emit('miss', entry)
    expect(calls).toBe(1)
  })

  test('for an event that there is not is refused, with the one that was meant', () => {
    const { emitter: events } = emitter()
    expect(() => events.on('hits' as 'hit', vi.fn())).toThrow("There is no event 'hits'; did you mean 'hit'?")
    expect(() => events.on('something' as 'hit', vi.fn())).toThrow(/there are hit, miss, set/)
  })

  test('that comes while an event is told hears the next one', () => {
    const { emitter: events } = emitter()
    const late = vi.fn()
    events.on('miss', () => events.on('miss', late))
    events.emit('miss', entry)
    expect(late).not.toHaveBeenCalled()
    events.emit('miss', entry)
    expect(late).toHaveBeenCalledTimes(1)
  })

  test('hears in the order in which it came', () => {
    const { emitter: events } = emitter()
    const heard: number[] = []
    for (const i of [1, 2, 3]) events.on('miss', () => heard.push(i))
    events.emit('miss', entry)
    expect(heard).toEqual([1, 2, 3])
  })
})

describe('whether anybody listens', () => {
  test('is known', () => {
    const { emitter: events } = emitter()
    expect(events.has('hit')).toBe(false)
    const off = events.on('hit', () => {})
    expect([events.has('hit'), events.has('miss')]).toEqual([true, false])
    off()
    expect(events.has('hit')).toBe(false)
  })

  test('does not matter to who emits', () => {
    expect(() => emitter().emitter.emit('hit', { ...entry, tier: 'memory' })).not.toThrow()
  })
})

describe('a listener that fails', () => {
  test('disturbs nobody, and is reported once', () => {
    const { emitter: events, error } = emitter()
    const failure = new Error('mine')
    const good = vi.fn()
    events.on('miss', () => {
      throw failure
    })
    events.on('miss', good)
    events.emit('miss', entry)
    events.emit('miss', entry)
    expect(good).toHaveBeenCalledTimes(2)
    expect(error).toHaveBeenCalledExactlyOnceWith("a listener of 'miss' failed", { event: 'miss', error: failure })
  })

  test('is reported for each listener', () => {
    const { emitter: events, error } = emitter()
    for (const message of ['a', 'b']) {
      events.on('miss', () => {
        throw new Error(message)
      })
    }
    events.emit('miss', entry)
    expect(error).toHaveBeenCalledTimes(2)
  })

  test('later, as a promise, is caught as well', async () => {
    const { emitter: events, error } = emitter()
    const failure = new Error('mine')
    events.on('miss', async () => {
      throw failure
    })
    events.emit('miss', entry)
    await vi.waitFor(() =>
      expect(error).toHaveBeenCalledWith("a listener of 'miss' failed", { event: 'miss', error: failure }),
    )
  })
})
