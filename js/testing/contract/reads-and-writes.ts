import { equal, holds } from './assert.ts'
import { bytes, type Cases, LONG } from './trial.ts'

/** What `getMany` and `setMany` must do. */
export const readsAndWrites: Cases = {
  'answers in the order of the keys, undefined where there is nothing': async (trial) => {
    await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('b', bytes(2))])
    equal(await trial.readAll('b', 'none', 'a', 'b'), [bytes(2), undefined, bytes(1), bytes(2)])
  },

  'accepts empty batches': async ({ driver }) => {
    equal(await driver.getMany([]), [], 'getMany')
    equal(await driver.setMany([]), undefined, 'setMany')
    const { previous, guard } = await driver.exchangeMany([], true)
    equal([previous, guard], [[], undefined], 'exchangeMany')
    equal(await driver.deleteMany([]), 0, 'deleteMany')
    await driver.commit([])
  },

  'replaces what was there': async (trial) => {
    await trial.driver.setMany([trial.entry('a', bytes(1, 2, 3))])
    await trial.driver.setMany([trial.entry('a', bytes(4))])
    equal(await trial.read('a'), bytes(4))
  },

  'applies a batch in order': async (trial) => {
    await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('a', bytes(2))])
    equal(await trial.read('a'), bytes(2))
  },

  'keeps every byte, and tells an empty value from none': async (trial) => {
    const all = Uint8Array.from({ length: 1024 }, (_, i) => i % 256)
    await trial.driver.setMany([trial.entry('all', all), trial.entry('empty', bytes())])
    equal(await trial.readAll('all', 'empty', 'none'), [all, bytes(), undefined])
  },

  'stores the bytes of a view, not the buffer behind it': async (trial) => {
    const backing = Uint8Array.from({ length: 64 }, (_, i) => i)
    await trial.driver.setMany([trial.entry('view', backing.subarray(10, 13))])
    equal(await trial.read('view'), bytes(10, 11, 12))
  },

  'does not keep the bytes that it was given, nor those that it gave out': async (trial) => {
    const value = bytes(1, 2, 3)
    await trial.driver.setMany([trial.entry('a', value)])
    value[0] = 9
    const out = await trial.read('a')
    out?.fill(7)
    equal(await trial.read('a'), bytes(1, 2, 3))
  },

  'answers plain byte arrays, whose slice copies': async (trial) => {
    await trial.driver.setMany([trial.entry('a', bytes(1, 2, 3))])
    const value = await trial.read('a')
    equal(value?.constructor.name, 'Uint8Array', 'the constructor of a value')
  },

  'takes keys in any script, with blanks and line ends': async (trial) => {
    const names = ['ключ', '鍵', '🗝️', 'a b', 'a\r\nb', 'a\0b', 'e\u0301', '\u00e9', '\uffff', 'x'.repeat(2000)]
    await trial.driver.setMany(names.map((suffix, i) => trial.entry(suffix, bytes(i))))
    equal(
      await trial.readAll(...names),
      names.map((_, i) => bytes(i)),
    )
  },

  'takes 10,000 keys at once': async ({ driver, entry, key }) => {
    const entries = Array.from({ length: 10_000 }, (_, i) => entry(`n${i}`, bytes(i & 255, i >> 8), LONG))
    await driver.setMany(entries)
    const found = await driver.getMany([...entries.map((one) => one.key), key('none')])
    equal(found.length, 10_001, 'the number of answers')
    const wrong = found.findIndex((value, i) => value?.[0] !== (i & 255) || value[1] !== i >> 8)
    equal(wrong, 10_000, 'the first wrong answer')
    equal(await driver.deleteMany(entries.map((one) => one.key)), 10_000, 'deleteMany')
  },

  'keeps a megabyte': async (trial) => {
    const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255)
    await trial.driver.setMany([trial.entry('large', large)])
    const found = await trial.read('large')
    equal(found?.length, large.length, 'the length')
    holds(found?.every((byte, i) => byte === large[i]) === true, 'bytes of the megabyte were changed')
  },

  'reads the guard after the writes': async ({ driver, entry, key }) => {
    await driver.setMany([entry('guard', bytes(1))])
    equal(await driver.setMany([entry('a', bytes(2))], key('guard')), bytes(1), 'the guard beside another key')
    equal(await driver.setMany([entry('guard', bytes(3))], key('guard')), bytes(3), 'the guard that is written')
    equal(await driver.setMany([entry('a', bytes(2))], key('no guard')), undefined, 'a guard that is not there')
    equal(await driver.setMany([], key('guard')), bytes(3), 'the guard of an empty batch')
  },
}
