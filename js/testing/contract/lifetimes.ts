import { equal } from './assert.ts'
import { bytes, type Cases, LONG, SPARE, stamped, TTL } from './trial.ts'

/** What a TTL means, whichever way a value was stored. */
export const lifetimes: Cases = {
  'forgets what has expired, everywhere': async (trial) => {
    const { driver } = trial
    await driver.setMany([
      trial.entry('short', bytes(1), TTL),
      trial.entry('long', bytes(2), LONG),
      trial.entry('ever', bytes(3)),
    ])
    await driver.setMany([trial.entry('renewed', bytes(4), TTL)])
    await driver.setMany([trial.entry('renewed', bytes(5))])
    await driver.commit([trial.entry('commit', bytes(6), TTL)])
    await driver.exchangeMany([trial.entry('exchange', stamped(1), TTL)], true)
    equal(await trial.read('short'), bytes(1), 'a value before its end')
    await trial.under.elapse(TTL + SPARE)
    const found = await trial.readAll('short', 'long', 'ever', 'renewed', 'commit', 'exchange')
    equal(found, [undefined, bytes(2), bytes(3), bytes(5), undefined, undefined], 'what is there afterwards')
    equal(await driver.deleteMany([trial.key('short'), trial.key('commit')]), 0, 'deleteMany of expired keys')
    const { previous } = await driver.exchangeMany([trial.entry('exchange', stamped(0))], true)
    equal(previous, ['none'], 'exchangeMany over an expired value')
    equal(await driver.setIfAbsent(trial.key('short'), bytes(8)), bytes(8), 'setIfAbsent over an expired value')
  },

  'accepts fractions of a millisecond and more than a century': async (trial) => {
    await trial.driver.setMany([
      trial.entry('fraction', bytes(1), LONG + 0.25),
      trial.entry('age', bytes(2), 1e14),
      trial.entry('eon', bytes(3), Number.MAX_VALUE),
    ])
    equal(await trial.readAll('fraction', 'age', 'eon'), [bytes(1), bytes(2), bytes(3)])
  },
}
