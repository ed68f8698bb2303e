import { expect, it } from 'vitest'
import { broadcastChannelBus } from '../../../js/tiers/broadcast-channel.ts'
import type { Bus } from '../../../js/tiers/bus.ts'
import { until } from '../../helpers/until.ts'

function heard(bus: Bus): unknown[] {
  const all: unknown[] = []
  bus.start({ message: (bytes) => all.push([...bytes]), state: (up) => all.push(up ? 'up' : 'down') })
  return all
}

it('hands messages to the others of the channel, not back, and none after it was closed', async () => {
  const [a, b, other] = [broadcastChannelBus('one'), broadcastChannelBus('one'), broadcastChannelBus('two')] as const
  const [atA, atB, atOther] = [heard(a), heard(b), heard(other)] as const
  await a.publish(Uint8Array.of(1))
  await until(() => atB.length === 2)
  await a.publish(Uint8Array.of(2))
  await until(() => atB.length === 3)
  expect(atB).toEqual(['up', [1], [2]])
  expect(atA).toEqual(['up'])
  await b.close()
  await a.publish(Uint8Array.of(3))
  await other.publish(Uint8Array.of(4))
  await expect(b.publish(Uint8Array.of(5))).rejects.toMatchObject({ code: 'CLOSED' })
  await a.close()
  await other.close()
  expect(atB).toEqual(['up', [1], [2]])
  expect(atOther).toEqual(['up'])
})
