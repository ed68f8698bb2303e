import { describe, expect, it } from 'vitest'
import type { Bus } from '../../../js/tiers/bus.ts'
import { inProcessHub } from '../../../js/tiers/in-process-bus.ts'

/** What a bus tells, as one list. */
function heard(bus: Bus): unknown[] {
  const all: unknown[] = []
  bus.start({ message: (bytes) => all.push([...bytes]), state: (up) => all.push(up ? 'up' : 'down') })
  return all
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the in-process bus', () => {
  it('hands each message to all others, in order, and not back', async () => {
    const hub = inProcessHub()
    const [a, b, c] = [hub.join(), hub.join(), hub.join()] as const
    const [atA, atB, atC] = [heard(a), heard(b), heard(c)] as const
    await settled()
    await a.publish(Uint8Array.of(1))
    await a.publish(Uint8Array.of(2))
    await settled()
    expect(atA).toEqual(['up'])
    expect(atB).toEqual(['up', [1], [2]])
    expect(atC).toEqual(['up', [1], [2]])
  })

  it('calls nobody from inside of start or publish', () => {
    const hub = inProcessHub()
    const [a, b] = [hub.join(), hub.join()] as const
    const atB = heard(b)
    void a.publish(Uint8Array.of(1))
    expect(atB).toEqual([])
  })

  it('hands out copies', async () => {
    const hub = inProcessHub()
    const [a, b, c] = [hub.join(), hub.join(), hub.join()] as const
    b.start({ message: (bytes) => bytes.fill(9), state: () => undefined })
    const atC = heard(c)
    const sent = Uint8Array.of(1, 2)
    await a.publish(sent)
    await settled()
    expect(sent).toEqual(Uint8Array.of(1, 2))
    expect(atC).toEqual(['up', [1, 2]])
  })

  it('is silent once it is closed, and refuses to publish', async () => {
    const hub = inProcessHub()
    const [a, b] = [hub.join(), hub.join()] as const
    const atB = heard(b)
    await settled()
    const sent = a.publish(Uint8Array.of(1))
    await b.close()
    await b.close()
    await sent
    await settled()
    expect(atB).toEqual(['up'])
    await expect(b.publish(Uint8Array.of(1))).rejects.toMatchObject({ code: 'CLOSED' })
    const again = heard(b)
    await a.publish(Uint8Array.of(2))
    await settled()
    expect(again).toEqual([])
  })
})
