import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { onAbort } from '../../../js/flow/aborts.ts'

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

test('those who wait for one signal share one listener, and leave none behind', () => {
  const { signal } = new AbortController()
  const ends = Array.from({ length: 100 }, () => onAbort(signal, vi.fn()))
  expect(listeners(signal)).toBe(1)
  for (const end of ends.slice(1)) end()
  expect(listeners(signal)).toBe(1)
  ends[0]?.()
  expect(listeners(signal)).toBe(0)
})

test('all who still wait are called, once, in their order', () => {
  const controller = new AbortController()
  const called: string[] = []
  onAbort(controller.signal, () => called.push('a'))
  const end = onAbort(controller.signal, () => called.push('left'))
  onAbort(controller.signal, () => called.push('b'))
  end()
  controller.abort()
  expect(called).toEqual(['a', 'b'])
  expect(listeners(controller.signal)).toBe(0)
  end()
})

test('one that leaves twice takes nobody with it that came since', () => {
  const controller = new AbortController()
  const end = onAbort(controller.signal, vi.fn())
  end()
  const late = vi.fn()
  onAbort(controller.signal, late)
  end()
  controller.abort()
  expect(late).toHaveBeenCalledTimes(1)
})

test('signals have nothing to do with one another', () => {
  const [one, other] = [new AbortController(), new AbortController()]
  const [heard, unheard] = [vi.fn(), vi.fn()]
  onAbort(one.signal, heard)
  onAbort(other.signal, unheard)
  one.abort()
  expect(heard).toHaveBeenCalledTimes(1)
  expect(unheard).not.toHaveBeenCalled()
})
