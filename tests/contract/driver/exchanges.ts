import { describe, expect, it } from 'vitest'
import { STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../../../js/tiers/driver.ts'
import { bytes, LONG, list, stamped, type Trial } from './trial.ts'

/** What `exchangeMany` must do: tell what was there, and spare what is newer. */
export function exchanges(trial: Trial): void {
  describe('exchangeMany', () => {
    it('tells what was there: nothing, a value, a tombstone', async () => {
      await trial.driver.setMany([
        trial.entry('value', stamped(1)),
        trial.entry('tomb', stamped(1, TOMBSTONE_FLAG)),
        trial.entry('short', bytes(1)),
      ])
      await trial.driver.setMany([trial.entry('empty', bytes()), trial.entry('flags', stamped(1, 0xfe))])
      const names = ['none', 'value', 'tomb', 'short', 'empty', 'flags']
      const { previous } = await trial.driver.exchangeMany(
        names.map((suffix) => trial.entry(suffix, stamped(2))),
        false,
      )
      expect(previous).toEqual(['none', 'value', 'tombstone', 'value', 'value', 'value'])
      expect((await trial.driver.getMany(names.map(trial.key))).map(list)).toEqual(names.map(() => list(stamped(2))))
    })

    it('replaces a newer value when it is not asked to spare it', async () => {
      await trial.driver.setMany([trial.entry('a', stamped(9))])
      expect((await trial.driver.exchangeMany([trial.entry('a', stamped(1))], false)).previous).toEqual(['value'])
      expect(list(await trial.read('a'))).toEqual(list(stamped(1)))
    })

    it('writes over an older stamp only', async () => {
      const names = ['older', 'equal', 'newer', 'none', 'older tomb', 'newer tomb']
      await trial.driver.setMany([
        trial.entry('older', stamped(4)),
        trial.entry('equal', stamped(5)),
        trial.entry('newer', stamped(6)),
        trial.entry('older tomb', stamped(4, TOMBSTONE_FLAG)),
        trial.entry('newer tomb', stamped(6, TOMBSTONE_FLAG)),
      ])
      const { previous } = await trial.driver.exchangeMany(
        names.map((suffix) => trial.entry(suffix, stamped(5))),
        true,
      )
      expect(previous).toEqual(['value', 'newer', 'newer', 'none', 'tombstone', 'newer'])
      const kept = [stamped(5), stamped(5), stamped(6), stamped(5), stamped(5), stamped(6, TOMBSTONE_FLAG)]
      expect((await trial.driver.getMany(names.map(trial.key))).map(list)).toEqual(kept.map(list))
    })

    it('compares stamps as unsigned bytes, from the first to the last, and nothing else', async () => {
      const low = stamped(0x7f)
      const high = stamped(0x80)
      await trial.driver.setMany([
        trial.entry('sign', low),
        trial.entry('tail', stamped(1)),
        trial.entry('outside', stamped(1)),
      ])
      expect((await trial.driver.exchangeMany([trial.entry('sign', high)], true)).previous).toEqual(['value'])
      expect((await trial.driver.exchangeMany([trial.entry('sign', low)], true)).previous).toEqual(['newer'])
      const tail = stamped(1)
      tail[STAMP_OFFSET + STAMP_BYTES - 1] = 1
      expect((await trial.driver.exchangeMany([trial.entry('tail', tail)], true)).previous).toEqual(['value'])
      const outside = stamped(1)
      outside[STAMP_OFFSET + STAMP_BYTES] = 0xff
      outside[STAMP_OFFSET - 1] = 0xff
      expect((await trial.driver.exchangeMany([trial.entry('outside', outside)], true)).previous).toEqual(['newer'])
    })

    it('compares zero bytes and 0xff like any other', async () => {
      const first = stamped(0)
      const second = stamped(0)
      first.set([0, 0, 0xff, 0xff], STAMP_OFFSET)
      second.set([0, 1, 0, 0], STAMP_OFFSET)
      await trial.driver.setMany([trial.entry('a', first), trial.entry('b', second)])
      const answer = await trial.driver.exchangeMany([trial.entry('a', second), trial.entry('b', first)], true)
      expect(answer.previous).toEqual(['value', 'newer'])
    })

    it('holds a value too short for a stamp for older than any', async () => {
      await trial.driver.setMany([trial.entry('short', bytes(1, 2, 3)), trial.entry('empty', bytes())])
      const { previous } = await trial.driver.exchangeMany(
        [trial.entry('short', stamped(0)), trial.entry('empty', stamped(0))],
        true,
      )
      expect(previous).toEqual(['value', 'value'])
    })

    it('applies a batch in order', async () => {
      const batch = [
        trial.entry('a', stamped(1)),
        trial.entry('a', stamped(3, TOMBSTONE_FLAG)),
        trial.entry('a', stamped(2)),
      ]
      expect((await trial.driver.exchangeMany(batch, true)).previous).toEqual(['none', 'value', 'newer'])
      expect(list(await trial.read('a'))).toEqual(list(stamped(3, TOMBSTONE_FLAG)))
    })

    it('reads the guard after the writes', async () => {
      await trial.driver.setMany([trial.entry('guard', bytes(1))])
      expect(
        list((await trial.driver.exchangeMany([trial.entry('a', stamped(1))], true, trial.key('guard'))).guard),
      ).toEqual([1])
      const own = await trial.driver.exchangeMany([trial.entry('guard', stamped(3))], false, trial.key('guard'))
      expect(list(own.guard)).toEqual(list(stamped(3)))
      expect((await trial.driver.exchangeMany([], true, trial.key('no guard'))).guard).toBeUndefined()
    })

    it('takes 10,000 entries at once', async () => {
      const entries = Array.from({ length: 10_000 }, (_, i) => trial.entry(`n${i}`, stamped(5), LONG))
      await trial.driver.setMany(entries.filter((_, i) => i % 2 === 0))
      const newer = entries.map((one) => ({ ...one, value: stamped(6) }))
      const { previous } = await trial.driver.exchangeMany(newer, true)
      expect(previous.findIndex((what, i) => what !== (i % 2 === 0 ? 'value' : 'none'))).toBe(-1)
    })
  })
}
