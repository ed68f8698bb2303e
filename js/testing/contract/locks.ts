import { equal, holds } from './assert.ts'
import { bytes, type Cases, LONG, SPARE, type Trial, TTL } from './trial.ts'

/** One and another who want a lock. */
const ONE = bytes(1, 2, 3)
const OTHER = bytes(1, 2, 4)

/** What a driver must do that has locks. */
export const locks: Cases = {
  'has both methods or none': async ({ driver }) => {
    equal(typeof driver.lock, typeof driver.unlock, '`lock`, against `unlock`,')
  },

  'gives a lock to one alone': ifAny(async ({ entry }, { lock }) => {
    const taken = await Promise.all([lock(entry('a', ONE, LONG)), lock(entry('a', OTHER, LONG))])
    equal([...taken].sort(), [false, true], 'two who want it at once')
    equal(await lock(entry('b', OTHER, LONG)), true, 'another lock')
  }),

  'lets who has it keep it for longer': ifAny(async ({ entry, under }, { lock }) => {
    equal(await lock(entry('a', ONE, TTL)), true)
    equal(await lock(entry('a', ONE, LONG)), true, 'the same token again')
    await under.elapse(TTL + SPARE)
    equal(await lock(entry('a', OTHER, LONG)), false, 'another one after the first TTL')
  }),

  'lets a lock end whose holder is silent': ifAny(async ({ entry, under }, { lock }) => {
    equal(await lock(entry('a', ONE, TTL)), true)
    await under.elapse(TTL + SPARE)
    equal(await lock(entry('a', OTHER, LONG)), true, 'another one after the TTL')
    equal(await lock(entry('a', ONE, LONG)), false, 'the first one, too late')
  }),

  'lets nobody but its holder give it up': ifAny(async ({ key, entry }, { lock, unlock }) => {
    equal(await lock(entry('a', ONE, LONG)), true)
    equal(await unlock(key('a'), OTHER), false, 'given up by a stranger')
    equal(await unlock(key('a'), bytes(1, 2)), false, 'given up by a part of the token')
    equal(await lock(entry('a', OTHER, LONG)), false, 'taken afterwards')
    equal(await unlock(key('a'), ONE), true, 'given up by its holder')
    equal(await unlock(key('a'), ONE), false, 'given up twice')
    equal(await lock(entry('a', OTHER, LONG)), true, 'taken when it was free')
  }),
}

type Locks = Required<Pick<Trial['driver'], 'lock' | 'unlock'>>

/** Locks are an optional part: a driver without them has nothing to show. */
function ifAny(run: (trial: Trial, locks: Locks) => Promise<void>): (trial: Trial) => Promise<void> {
  return async (trial) => {
    const { driver } = trial
    if (driver.lock === undefined) return
    holds(driver.unlock !== undefined, 'there is `lock` and no `unlock`')
    await run(trial, {
      lock: async (entry) => (await driver.lock?.(entry)) === true,
      unlock: async (key, token) => (await driver.unlock?.(key, token)) === true,
    })
  }
}
