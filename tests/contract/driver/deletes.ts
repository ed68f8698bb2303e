import { describe, expect, it } from 'vitest'
import { bytes, LONG, list, type Trial } from './trial.ts'

/** What `deleteMany` and `deletePrefix` must do. */
export function deletes(trial: Trial): void {
  describe('deleting', () => {
    it('removes keys and answers how many were there', async () => {
      await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('b', bytes()), trial.entry('c', bytes(3))])
      expect(await trial.driver.deleteMany([trial.key('a'), trial.key('b'), trial.key('none')])).toBe(2)
      expect((await trial.driver.getMany([trial.key('a'), trial.key('b'), trial.key('c')])).map(list)).toEqual([
        undefined,
        undefined,
        [3],
      ])
    })

    it('removes a prefix and nothing beside it', async () => {
      const inside = Array.from({ length: 1200 }, (_, i) => trial.entry(`p:${i}`, bytes(1), LONG))
      await trial.driver.setMany([
        ...inside,
        trial.entry('p', bytes(2)),
        trial.entry('p;', bytes(3)),
        trial.entry('q:1', bytes(4)),
      ])
      expect(await trial.driver.deletePrefix(trial.key('p:'))).toBe(1200)
      expect(await trial.driver.getMany(inside.map((one) => one.key))).toEqual(inside.map(() => undefined))
      expect((await trial.driver.getMany(['p', 'p;', 'q:1'].map(trial.key))).map(list)).toEqual([[2], [3], [4]])
      expect(await trial.driver.deletePrefix(trial.key('p:'))).toBe(0)
    })

    it.each([
      ['a*c:', 'abc:'],
      ['a?c:', 'abc:'],
      ['[abc]:', 'a:'],
      ['[^x]:', 'a:'],
      ['a\\*:', 'a*:'],
      ['a\\', 'ab'],
    ])('takes a prefix %j literally', async (glob, other) => {
      await trial.driver.setMany([trial.entry(`${glob}1`, bytes(1)), trial.entry(`${other}1`, bytes(2))])
      expect(await trial.driver.deletePrefix(trial.key(glob))).toBe(1)
      expect((await trial.driver.getMany([trial.key(`${glob}1`), trial.key(`${other}1`)])).map(list)).toEqual([
        undefined,
        [2],
      ])
    })

    it('removes keys in any script by prefix', async () => {
      await trial.driver.setMany([
        trial.entry('п🗝️:\uffff\uffff', bytes(1)),
        trial.entry('п🗝️:', bytes(2)),
        trial.entry('п:', bytes(3)),
      ])
      expect(await trial.driver.deletePrefix(trial.key('п🗝️:'))).toBe(2)
      expect(list(await trial.read('п:'))).toEqual([3])
    })

    it('removes nothing once the signal has aborted', async () => {
      await trial.driver.setMany([trial.entry('s:1', bytes(1))])
      expect(await trial.driver.deletePrefix(trial.key('s:'), AbortSignal.abort())).toBe(0)
      expect(list(await trial.read('s:1'))).toEqual([1])
    })
  })
}
