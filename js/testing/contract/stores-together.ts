import { equal, holds } from './assert.ts'
import { bytes, type Cases, LONG, SPARE, stamped, TTL } from './trial.ts'

/** What `exchangeTogether`, where there is one, `setIfAbsent` and `commit` must do: one answer for all, and all or nothing. */
export const storesTogether: Cases = {
  'setIfAbsent stores where there is nothing and answers what is there': async ({ driver, key }) => {
    equal(await driver.setIfAbsent(key('a'), bytes(1, 2)), bytes(1, 2))
    equal(await driver.setIfAbsent(key('a'), bytes(3)), bytes(1, 2))
    equal(await driver.getMany([key('a')]), [bytes(1, 2)])
  },

  'setIfAbsent gives all that ask at once the same answer': async ({ driver, key }) => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => driver.setIfAbsent(key('a'), bytes(i))))
    equal(new Set(answers.map(String)).size, 1, 'the number of different answers')
  },

  'commit stores all entries': async (trial) => {
    await trial.driver.setMany([trial.entry('{c}a', bytes(0))])
    await trial.driver.commit([
      trial.entry('{c}a', bytes(1)),
      trial.entry('{c}b', bytes(2), LONG),
      trial.entry('{c}empty', bytes()),
    ])
    equal(await trial.readAll('{c}a', '{c}b', '{c}empty'), [bytes(1), bytes(2), bytes()])
  },

  'exchangeTogether, where there is one, writes over older stamps only': async (trial) => {
    const { driver, entry, key } = trial
    if (driver.exchangeTogether === undefined) return
    await driver.setMany([entry('{c}older', stamped(1)), entry('{c}newer', stamped(9)), entry('{c}guard', bytes(7))])
    const written = ['{c}older', '{c}newer', '{c}none'].map((suffix) => entry(suffix, stamped(5), LONG))
    const { previous, guard } = await driver.exchangeTogether(written, key('{c}guard'))
    equal(previous, ['value', 'newer', 'none'], 'what was there')
    equal(guard, bytes(7), 'the guard')
    equal(await trial.readAll('{c}older', '{c}newer', '{c}none'), [stamped(5), stamped(9), stamped(5)])
  },

  'exchangeTogether, where there is one, sets a TTL for each': async (trial) => {
    const { driver, entry, under } = trial
    if (driver.exchangeTogether === undefined) return
    await driver.exchangeTogether([entry('{c}a', stamped(1), TTL), entry('{c}b', stamped(1), LONG)])
    await under.elapse(TTL + SPARE)
    equal(await trial.readAll('{c}a', '{c}b'), [undefined, stamped(1)])
  },

  'commit with onlyNewer stores all where all are newer, and nothing where one is not': async (trial) => {
    const { driver, entry } = trial
    await driver.setMany([entry('{c}older', stamped(1)), entry('{c}newer', stamped(9))])
    const written = (...suffixes: string[]) => suffixes.map((suffix) => entry(suffix, stamped(5), LONG))
    equal(await driver.commit(written('{c}none', '{c}older', '{c}newer'), true), false, 'whether it was stored')
    equal(await trial.readAll('{c}none', '{c}older', '{c}newer'), [undefined, stamped(1), stamped(9)])
    equal(await driver.commit(written('{c}none', '{c}older'), true), true, 'whether it was stored')
    equal(await trial.readAll('{c}none', '{c}older'), [stamped(5), stamped(5)])
    equal(await driver.commit(written('{c}none'), true), false, 'whether the same stamp was stored again')
  },

  'exchangeMany stores nothing after the time in which it was to be stored': async ({ driver, entry, key }) => {
    const now = await driver.now()
    const inTime = (value: Uint8Array, before: number) => [{ ...entry('{c}a', value), before }]
    equal((await driver.exchangeMany(inTime(stamped(1), now + LONG), true)).previous, ['none'])
    equal((await driver.exchangeMany(inTime(stamped(2), now - 1), true)).previous, ['newer'])
    equal((await driver.exchangeMany(inTime(stamped(1), now + LONG), true)).previous, ['newer'])
    equal(await driver.getMany([key('{c}a')]), [stamped(1)])
  },

  'a commit is never seen half done': async (trial) => {
    const suffixes = Array.from({ length: 50 }, (_, i) => `{c}${i}`)
    const keys = suffixes.map(trial.key)
    const round = (value: number) => suffixes.map((suffix) => trial.entry(suffix, bytes(value)))
    await trial.driver.commit(round(0))
    const other = trial.driver.atomic === false ? undefined : await trial.under.another?.()
    const reader = other ?? trial.driver
    for (let value = 1; value <= 10; value++) {
      const commit = trial.driver.commit(round(value))
      const seen = await Promise.all([reader.getMany(keys), reader.getMany(keys)])
      for (const values of seen) holds(new Set(values.map(String)).size === 1, `round ${value} was seen half done`)
      await commit
    }
    if (reader !== trial.driver) await reader.close()
  },
}
