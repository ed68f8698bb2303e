import { describe, expect, it } from 'vitest'
import { bytes, LONG, list, SPARE, stamped, type Trial, TTL } from './trial.ts'

/** What `setIfAbsent` and `commit` must do: one answer for all, and all or nothing. */
export function storesTogether(trial: Trial): void {
  describe('setIfAbsent', () => {
    it('stores where there is nothing and answers what is there', async () => {
      expect(list(await trial.driver.setIfAbsent(trial.key('a'), bytes(1, 2)))).toEqual([1, 2])
      expect(list(await trial.driver.setIfAbsent(trial.key('a'), bytes(3)))).toEqual([1, 2])
      expect(list(await trial.read('a'))).toEqual([1, 2])
    })

    it('gives all that ask at once the same answer', async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => trial.driver.setIfAbsent(trial.key('a'), bytes(i))))
      expect(new Set(answers.map(String)).size).toBe(1)
    })
  })

  describe('commit', () => {
    it('stores all entries', async () => {
      await trial.driver.setMany([trial.entry('{c}a', bytes(0))])
      await trial.driver.commit([
        trial.entry('{c}a', bytes(1)),
        trial.entry('{c}b', bytes(2), LONG),
        trial.entry('{c}empty', bytes()),
      ])
      const found = await trial.driver.getMany([trial.key('{c}a'), trial.key('{c}b'), trial.key('{c}empty')])
      expect(found.map(list)).toEqual([[1], [2], []])
    })

    it('is never seen half done', async () => {
      const suffixes = Array.from({ length: 50 }, (_, i) => `{c}${i}`)
      const keys = suffixes.map(trial.key)
      await trial.driver.commit(suffixes.map((suffix) => trial.entry(suffix, bytes(0))))
      const reader = (await trial.under.another?.()) ?? trial.driver
      const seen = []
      for (let round = 1; round <= 10; round++) {
        const commit = trial.driver.commit(suffixes.map((suffix) => trial.entry(suffix, bytes(round))))
        seen.push(...(await Promise.all([reader.getMany(keys), reader.getMany(keys)])))
        await commit
      }
      expect(seen.map((values) => new Set(values.map(String)).size)).toEqual(seen.map(() => 1))
      if (reader !== trial.driver) await reader.close()
    })
  })

  describe('exchangeTogether', () => {
    it('stores what is newer, keeps what is not, and tells which', async () => {
      const { driver } = trial
      await driver.setMany([trial.entry('{c}older', stamped(1)), trial.entry('{c}newer', stamped(9))])
      await driver.setMany([trial.entry('{c}guard', bytes(7))])
      const entries = ['{c}older', '{c}newer', '{c}none'].map((suffix) => trial.entry(suffix, stamped(5), LONG))
      const exchanged = await driver.exchangeTogether?.(entries, trial.key('{c}guard'))
      expect(exchanged?.previous).toEqual(['value', 'newer', 'none'])
      expect(list(exchanged?.guard)).toEqual([7])
      const found = await driver.getMany(entries.map(({ key }) => key))
      expect(found.map(list)).toEqual([stamped(5), stamped(9), stamped(5)].map(list))
    })

    it('sets a TTL for each', async () => {
      await trial.driver.exchangeTogether?.([
        trial.entry('{c}a', stamped(1), TTL),
        trial.entry('{c}b', stamped(1), LONG),
      ])
      await trial.under.elapse(TTL + SPARE)
      expect(await trial.read('{c}a')).toBeUndefined()
      expect(list(await trial.read('{c}b'))).toEqual(list(stamped(1)))
    })
  })
}
