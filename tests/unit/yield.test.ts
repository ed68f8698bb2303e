import { afterEach, describe, expect, it, vi } from 'vitest'
import { yieldToEventLoop } from '../../js/clock.ts'

/** What Node has and a page has not. */
function asInPage(): void {
  vi.stubGlobal('setImmediate', undefined)
  vi.stubGlobal('document', {})
}

describe('a turn of the event loop', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('waits for no timer in a page: where nobody looks at it they come once a second', async () => {
    asInPage()
    vi.stubGlobal('setTimeout', () => expect.unreachable('a timer was set'))
    await yieldToEventLoop()
  })

  it('lets what waits go first', async () => {
    asInPage()
    const order: string[] = []
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => order.push('what waited')
    port2.postMessage(undefined)
    await yieldToEventLoop()
    order.push('we')
    port1.close()
    expect(order).toEqual(['what waited', 'we'])
  })

  it('is a timer in a page without messages', async () => {
    asInPage()
    vi.stubGlobal('MessageChannel', undefined)
    await yieldToEventLoop()
  })
})
