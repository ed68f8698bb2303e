import { equal } from './assert.ts'
import { bytes, type Cases, LONG } from './trial.ts'

/** Prefixes that a search by patterns would take for patterns, and what they would remove with them. */
const PATTERNS = [
  ['a*c:', 'abc:'],
  ['a?c:', 'abc:'],
  ['[abc]:', 'a:'],
  ['[^x]:', 'a:'],
  ['a\\*:', 'a*:'],
  ['a\\', 'ab'],
] as const

/** What `deleteMany` and `deletePrefix` must do. */
export const deletes: Cases = {
  'removes keys and answers how many were there': async (trial) => {
    await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('b', bytes()), trial.entry('c', bytes(3))])
    equal(await trial.driver.deleteMany([trial.key('a'), trial.key('b'), trial.key('none')]), 2)
    equal(await trial.readAll('a', 'b', 'c'), [undefined, undefined, bytes(3)])
  },

  'removes a prefix and nothing beside it': async (trial) => {
    const { driver, key } = trial
    const inside = Array.from({ length: 1200 }, (_, i) => trial.entry(`p:${i}`, bytes(1), LONG))
    const beside = [trial.entry('p', bytes(2)), trial.entry('p;', bytes(3)), trial.entry('q:1', bytes(4))]
    await driver.setMany([...inside, ...beside])
    equal(await driver.deletePrefix(key('p:')), 1200)
    const left = await driver.getMany(inside.map((one) => one.key))
    equal(left.filter((value) => value !== undefined).length, 0, 'the number of keys left under the prefix')
    equal(await trial.readAll('p', 'p;', 'q:1'), [bytes(2), bytes(3), bytes(4)], 'what lies beside it')
    equal(await driver.deletePrefix(key('p:')), 0, 'deletePrefix again')
  },

  'takes a prefix literally that looks like a pattern': async (trial) => {
    for (const [pattern, other] of PATTERNS) {
      const suffixes = [`${pattern}1`, `${other}1`]
      await trial.driver.setMany(suffixes.map((suffix, i) => trial.entry(suffix, bytes(i))))
      equal(await trial.driver.deletePrefix(trial.key(pattern)), 1, `deletePrefix of ${pattern}`)
      equal(await trial.readAll(...suffixes), [undefined, bytes(1)], `what is left after ${pattern}`)
      await trial.driver.deleteMany(suffixes.map(trial.key))
    }
  },

  'removes keys in any script by prefix': async (trial) => {
    await trial.driver.setMany([
      trial.entry('п🗝️:\uffff\uffff', bytes(1)),
      trial.entry('п🗝️:', bytes(2)),
      trial.entry('п:', bytes(3)),
    ])
    equal(await trial.driver.deletePrefix(trial.key('п🗝️:')), 2)
    equal(await trial.read('п:'), bytes(3))
  },

  'removes nothing once the signal has aborted': async (trial) => {
    await trial.driver.setMany([trial.entry('s:1', bytes(1))])
    equal(await trial.driver.deletePrefix(trial.key('s:'), AbortSignal.abort()), 0)
    equal(await trial.read('s:1'), bytes(1))
  },
}
