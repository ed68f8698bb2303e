import { describe, expect, it } from 'vitest'
import { type BusFault, ChaosBus, ChaosDriver, FakeClock, inProcessHub, memoryDriver } from '../../js/testing/index.ts'

const entry = { key: 'k', value: Uint8Array.of(1), ttl: Number.POSITIVE_INFINITY }

describe('ChaosDriver', () => {
  function make(seed = 1) {
    const clock = new FakeClock()
    const tier = memoryDriver({ clock, shared: true })
    return { clock, tier, driver: new ChaosDriver(tier, { clock, seed }) }
  }

  it('fails always, once, and never again', async () => {
    const { driver } = make()
    driver.break('fail')
    await expect(driver.getMany(['k'])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    driver.breakOnce('setMany', 'fail')
    expect(await driver.getMany(['k'])).toEqual([undefined])
    await expect(driver.setMany([entry])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    await driver.setMany([entry])
    driver.break('fail')
    driver.heal()
    expect(await driver.getMany(['k'])).toEqual([entry.value])
  })

  it('fails now and then as its seed decides', async () => {
    const pattern = async (seed: number) => {
      const { driver } = make(seed)
      driver.breakSometimes(0.3, ['fail'])
      const calls = Array.from({ length: 200 }, () =>
        driver.getMany([]).then(
          () => 'x',
          () => '.',
        ),
      )
      return (await Promise.all(calls)).join('')
    }
    const first = await pattern(7)
    expect(await pattern(7)).toBe(first)
    expect(await pattern(8)).not.toBe(first)
    const failed = first.split('.').length - 1
    expect(failed).toBeGreaterThan(30)
    expect(failed).toBeLessThan(90)
  })

  it('loses answers, holds calls back, does them twice, and delays them', async () => {
    const { clock, tier, driver } = make()
    driver.break('lose')
    void driver.setMany([entry])
    await clock.settle()
    expect(await tier.getMany(['k'])).toEqual([entry.value])
    driver.break('late')
    const late = driver.deleteMany(['k'])
    await clock.settle()
    expect(await tier.getMany(['k'])).toEqual([entry.value])
    driver.release()
    expect(await late).toBe(1)
    driver.break('twice')
    expect((await driver.exchangeMany([entry], true)).previous).toEqual(['newer'])
    driver.break(50)
    let answered = false
    void driver.now().then(() => {
      answered = true
    })
    await clock.advance(49)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect(answered).toBe(true)
  })
})

describe('ChaosBus', () => {
  async function pair() {
    const clock = new FakeClock()
    const hub = inProcessHub()
    const bus = new ChaosBus(hub.join(), { clock })
    const heard: number[] = []
    const states: boolean[] = []
    bus.start({ message: ([first]) => heard.push(first ?? -1), state: (up) => states.push(up) })
    const sender = hub.join()
    await clock.settle()
    const send = async (...bytes: number[]) => {
      for (const byte of bytes) await sender.publish(Uint8Array.of(byte))
      await clock.settle()
    }
    return { clock, bus, heard, states, send }
  }

  it.each<[BusFault, number[]]>([
    ['drop', [2]],
    ['twice', [1, 1, 2]],
    ['reorder', [2, 1]],
    ['late', [2]],
    [20, [2]],
  ])('a message that meets %j', async (fault, expected) => {
    const { clock, bus, heard, send } = await pair()
    bus.breakOnce('message', fault)
    await send(1, 2)
    expect(heard).toEqual(expected)
    bus.release()
    await clock.advance(20)
    expect(heard.filter((byte) => byte === 1).length).toBe(fault === 'drop' ? 0 : fault === 'twice' ? 2 : 1)
  })

  it('tells of a broken connection, or does not, and hears nothing over it', async () => {
    const { clock, bus, heard, states, send } = await pair()
    bus.disconnect()
    await send(1)
    await expect(bus.publish(Uint8Array.of(9))).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
    expect(states).toEqual([true, false])
    bus.heal()
    await send(2)
    bus.disconnect(true)
    await send(3)
    expect(heard).toEqual([2])
    expect(states).toEqual([true, false, true])
    await bus.close()
    await clock.settle()
    await expect(bus.publish(Uint8Array.of(9))).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
