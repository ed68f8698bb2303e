import type { Replacement } from '../../tiers/driver.ts'
import { equal, holds } from './assert.ts'
import { bytes, type Cases, LONG, SPARE, type Trial, TTL } from './trial.ts'

/** More than any step tells. */
const MANY = 1200

/** What a driver must do that can tell its keys. */
export const scans: Cases = {
  'has both methods or none': async ({ driver }) => {
    equal(typeof driver.scan, typeof driver.replaceMany, '`scan`, against `replaceMany`,')
  },

  'tells every key under a prefix, and no other': ifAny(async (trial, { scan }) => {
    const inside = Array.from({ length: MANY }, (_, i) => trial.entry(`p:${i}`, bytes(1), LONG))
    const beside = [trial.entry('p', bytes(2)), trial.entry('p;', bytes(3)), trial.entry('P:1', bytes(4))]
    await trial.driver.setMany([...inside, ...beside])
    equal(await scan(trial.key('p:')), inside.map(({ key }) => key).sort(), 'the keys')
    equal(await scan(trial.key('none:')), [], 'the keys of a prefix that has none')
  }),

  'takes a prefix literally, in any script': ifAny(async (trial, { scan }) => {
    const keys = ['a*c:1', 'abc:1', 'п🗝️:\uffff\uffff', 'п🗝️:', 'п:']
    await trial.driver.setMany(keys.map((key) => trial.entry(key, bytes(1))))
    equal(await scan(trial.key('a*c:')), [trial.key('a*c:1')], 'the keys of a prefix that looks like a pattern')
    equal(await scan(trial.key('п🗝️:')), [trial.key('п🗝️:'), trial.key('п🗝️:\uffff\uffff')], 'the keys in another script')
  }),

  'replaces what is known, and nothing else': ifAny(async (trial, { replaceMany }) => {
    const { driver, key } = trial
    await driver.setMany([
      trial.entry('same', bytes(1, 2, 3)),
      trial.entry('other', bytes(1, 9, 3)),
      trial.entry('short', bytes(1)),
    ])
    const replacement = (suffix: string): Replacement => ({ key: key(suffix), head: bytes(1, 2), value: bytes(7, 8) })
    const suffixes = ['same', 'other', 'short', 'none']
    equal(await replaceMany(suffixes.map(replacement)), [true, false, false, false])
    equal(await trial.readAll(...suffixes), [bytes(7, 8), bytes(1, 9, 3), bytes(1), undefined], 'what is there')
    equal(await replaceMany([]), [], 'of nothing')
  }),

  'hands the lifetime on': ifAny(async (trial, { replaceMany }) => {
    await trial.driver.setMany([trial.entry('long', bytes(1), LONG), trial.entry('ever', bytes(1))])
    await trial.driver.setMany([trial.entry('short', bytes(1), TTL)])
    const suffixes = ['short', 'long', 'ever']
    const replacements = suffixes.map((one) => ({ key: trial.key(one), head: bytes(1), value: bytes(2) }))
    equal(await replaceMany(replacements), [true, true, true])
    await trial.under.elapse(TTL + SPARE)
    equal(await trial.readAll(...suffixes), [undefined, bytes(2), bytes(2)], 'what is there after the first TTL')
    equal(await replaceMany([{ key: trial.key('short'), head: bytes(2), value: bytes(3) }]), [false], 'of what is over')
  }),
}

interface Scans {
  /** All keys, each once and in order. */
  scan(prefix: string): Promise<string[]>
  replaceMany(replacements: readonly Replacement[]): Promise<boolean[]>
}

/** Scans are an optional part: a driver without them has nothing to show. */
function ifAny(run: (trial: Trial, scans: Scans) => Promise<void>): (trial: Trial) => Promise<void> {
  return async (trial) => {
    const { driver } = trial
    if (driver.scan === undefined) return
    holds(driver.replaceMany !== undefined, 'there is `scan` and no `replaceMany`')
    await run(trial, {
      async scan(prefix) {
        const keys = new Set<string>()
        let cursor: string | undefined
        do {
          const step = await driver.scan?.(prefix, cursor)
          for (const key of step?.keys ?? []) keys.add(key)
          cursor = step?.cursor
        } while (cursor !== undefined)
        return [...keys].sort()
      },
      replaceMany: async (replacements) => (await driver.replaceMany?.(replacements)) ?? [],
    })
  }
}
