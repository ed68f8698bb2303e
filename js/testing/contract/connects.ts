import { equal, holds, rejects } from './assert.ts'
import { bytes, type Cases } from './trial.ts'

/** Times between these are ms since 1970, and neither seconds nor µs. */
const EARLIEST = Date.UTC(2000)
const LATEST = Date.UTC(3000)

/** What `connect`, `close` and `now` must do, and what other drivers see. */
export const connects: Cases = {
  'tells the time in ms since 1970': async ({ driver, under }) => {
    const first = await driver.now()
    holds(first > EARLIEST && first < LATEST, `now is ${first}`)
    await under.elapse(20)
    const second = await driver.now()
    holds(second > first && second < LATEST, `now is ${second} 20 ms after ${first}`)
  },

  'connects as often as it is told to': async (trial) => {
    await Promise.all([trial.driver.connect(), trial.driver.connect()])
    await trial.driver.connect()
    equal(await trial.read('none'), undefined)
  },

  'sees what another driver over the same data wrote, where it is shared': async (trial) => {
    const other = await trial.under.another?.()
    equal(trial.driver.shared, other !== undefined, 'shared, against whether `another` was given,')
    if (other === undefined) return
    await other.setMany([trial.entry('a', bytes(1))])
    equal(await trial.read('a'), bytes(1))
    await other.close()
    equal(await trial.read('a'), bytes(1), 'the value after the other driver was closed')
  },

  'closes as often as it is told to, and does nothing afterwards': async (trial) => {
    const { key } = trial
    const other = (await trial.under.another?.()) ?? trial.driver
    await Promise.all([other.close(), other.close()])
    await other.close()
    const entry = trial.entry('a', bytes(1))
    await rejects(() => other.getMany([key('a')]), 'CLOSED', 'getMany')
    await rejects(() => other.setMany([entry]), 'CLOSED', 'setMany')
    await rejects(() => other.exchangeMany([entry], true), 'CLOSED', 'exchangeMany')
    await rejects(() => other.setIfAbsent(key('a'), bytes(1)), 'CLOSED', 'setIfAbsent')
    await rejects(() => other.commit([entry]), 'CLOSED', 'commit')
    await rejects(() => other.deleteMany([key('a')]), 'CLOSED', 'deleteMany')
    await rejects(() => other.deletePrefix(key('a')), 'CLOSED', 'deletePrefix')
    await rejects(() => other.now(), 'CLOSED', 'now')
    await rejects(() => other.connect(), 'CLOSED', 'connect')
  },
}
