import { STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../../tiers/driver.ts'
import { equal } from './assert.ts'
import { bytes, type Cases, LONG, stamped } from './trial.ts'

/** What `exchangeMany` must do: tell what was there, and spare what is newer. */
export const exchanges: Cases = {
  'tells what was there: nothing, a value, a tombstone': async (trial) => {
    await trial.driver.setMany([
      trial.entry('value', stamped(1)),
      trial.entry('tomb', stamped(1, TOMBSTONE_FLAG)),
      trial.entry('short', bytes(1)),
      trial.entry('empty', bytes()),
      trial.entry('flags', stamped(1, 0xfe)),
    ])
    const names = ['none', 'value', 'tomb', 'short', 'empty', 'flags']
    const written = names.map((suffix) => trial.entry(suffix, stamped(2)))
    const { previous } = await trial.driver.exchangeMany(written, false)
    equal(previous, ['none', 'value', 'tombstone', 'value', 'value', 'value'], 'what was there')
    equal(
      await trial.readAll(...names),
      names.map(() => stamped(2)),
    )
  },

  'replaces a newer value when it is not asked to spare it': async (trial) => {
    await trial.driver.setMany([trial.entry('a', stamped(9))])
    equal((await trial.driver.exchangeMany([trial.entry('a', stamped(1))], false)).previous, ['value'])
    equal(await trial.read('a'), stamped(1))
  },

  'writes over an older stamp only': async (trial) => {
    const names = ['older', 'equal', 'newer', 'none', 'older tomb', 'newer tomb']
    await trial.driver.setMany([
      trial.entry('older', stamped(4)),
      trial.entry('equal', stamped(5)),
      trial.entry('newer', stamped(6)),
      trial.entry('older tomb', stamped(4, TOMBSTONE_FLAG)),
      trial.entry('newer tomb', stamped(6, TOMBSTONE_FLAG)),
    ])
    const written = names.map((suffix) => trial.entry(suffix, stamped(5)))
    const { previous } = await trial.driver.exchangeMany(written, true)
    equal(previous, ['value', 'newer', 'newer', 'none', 'tombstone', 'newer'], 'what was there')
    const kept = [stamped(5), stamped(5), stamped(6), stamped(5), stamped(5), stamped(6, TOMBSTONE_FLAG)]
    equal(await trial.readAll(...names), kept)
  },

  'compares stamps as unsigned bytes, from the first to the last, and nothing else': async (trial) => {
    const exchange = async (suffix: string, value: Uint8Array) =>
      (await trial.driver.exchangeMany([trial.entry(suffix, value)], true)).previous[0]
    const low = stamped(0x7f)
    const high = stamped(0x80)
    await trial.driver.setMany([
      trial.entry('sign', low),
      trial.entry('tail', stamped(1)),
      trial.entry('outside', stamped(1)),
    ])
    equal(await exchange('sign', high), 'value', '0x80 over 0x7f')
    equal(await exchange('sign', low), 'newer', '0x7f over 0x80')
    const tail = stamped(1)
    tail[STAMP_OFFSET + STAMP_BYTES - 1] = 1
    equal(await exchange('tail', tail), 'value', 'a greater last byte')
    const outside = stamped(1)
    outside[STAMP_OFFSET + STAMP_BYTES] = 0xff
    outside[STAMP_OFFSET - 1] = 0xff
    equal(await exchange('outside', outside), 'newer', 'greater bytes around the same stamp')
  },

  'compares zero bytes and 0xff like any other': async (trial) => {
    const first = stamped(0)
    const second = stamped(0)
    first.set([0, 0, 0xff, 0xff], STAMP_OFFSET)
    second.set([0, 1, 0, 0], STAMP_OFFSET)
    await trial.driver.setMany([trial.entry('a', first), trial.entry('b', second)])
    const answer = await trial.driver.exchangeMany([trial.entry('a', second), trial.entry('b', first)], true)
    equal(answer.previous, ['value', 'newer'])
  },

  'holds a value too short for a stamp for older than any': async (trial) => {
    await trial.driver.setMany([trial.entry('short', bytes(1, 2, 3)), trial.entry('empty', bytes())])
    const written = [trial.entry('short', stamped(0)), trial.entry('empty', stamped(0))]
    equal((await trial.driver.exchangeMany(written, true)).previous, ['value', 'value'])
  },

  'applies a batch in order': async (trial) => {
    const batch = [
      trial.entry('a', stamped(1)),
      trial.entry('a', stamped(3, TOMBSTONE_FLAG)),
      trial.entry('a', stamped(2)),
    ]
    equal((await trial.driver.exchangeMany(batch, true)).previous, ['none', 'value', 'newer'])
    equal(await trial.read('a'), stamped(3, TOMBSTONE_FLAG))
  },

  'does not keep the bytes that it was given': async (trial) => {
    const value = stamped(1)
    await trial.driver.exchangeMany([trial.entry('a', value)], true)
    value.fill(7)
    equal(await trial.read('a'), stamped(1))
  },

  'reads the guard after the writes': async ({ driver, entry, key }) => {
    await driver.setMany([entry('guard', stamped(1))])
    const beside = await driver.exchangeMany([entry('a', stamped(1))], true, key('guard'))
    equal(beside.guard, stamped(1), 'the guard beside another key')
    const own = await driver.exchangeMany([entry('guard', stamped(3))], false, key('guard'))
    equal(own.guard, stamped(3), 'the guard that is written')
    const none = await driver.exchangeMany([], true, key('no guard'))
    equal(none.guard, undefined, 'a guard that is not there')
  },

  'takes 10,000 entries at once': async (trial) => {
    const entries = Array.from({ length: 10_000 }, (_, i) => trial.entry(`n${i}`, stamped(5), LONG))
    await trial.driver.setMany(entries.filter((_, i) => i % 2 === 0))
    const newer = entries.map((one) => ({ ...one, value: stamped(6) }))
    const { previous } = await trial.driver.exchangeMany(newer, true)
    const wrong = previous.findIndex((what, i) => what !== (i % 2 === 0 ? 'value' : 'none'))
    equal(wrong, -1, 'the first wrong answer')
  },
}
