import { describe, expect, it } from 'vitest'
import { bytes, LONG, list, SPARE, stamped, type Trial, TTL } from './trial.ts'

/** What `getMany` and `setMany` must do, and what a TTL means. */
export function readsAndWrites(trial: Trial): void {
  describe('getMany and setMany', () => {
    it('answers in the order of the keys, undefined where there is nothing', async () => {
      await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('b', bytes(2))])
      const found = await trial.driver.getMany([trial.key('b'), trial.key('none'), trial.key('a'), trial.key('b')])
      expect(found.map(list)).toEqual([[2], undefined, [1], [2]])
    })

    it('accepts empty batches', async () => {
      expect(await trial.driver.getMany([])).toEqual([])
      expect(await trial.driver.setMany([])).toBeUndefined()
      expect(await trial.driver.exchangeMany([], true)).toEqual({ previous: [], guard: undefined })
      expect(await trial.driver.deleteMany([])).toBe(0)
      await expect(trial.driver.commit([])).resolves.toBeUndefined()
    })

    it('replaces what was there', async () => {
      await trial.driver.setMany([trial.entry('a', bytes(1, 2, 3))])
      await trial.driver.setMany([trial.entry('a', bytes(4))])
      expect(list(await trial.read('a'))).toEqual([4])
    })

    it('applies a batch in order', async () => {
      await trial.driver.setMany([trial.entry('a', bytes(1)), trial.entry('a', bytes(2))])
      expect(list(await trial.read('a'))).toEqual([2])
    })

    it('keeps every byte, and tells an empty value from none', async () => {
      const all = Uint8Array.from({ length: 1024 }, (_, i) => i % 256)
      await trial.driver.setMany([trial.entry('all', all), trial.entry('empty', bytes())])
      expect(list(await trial.read('all'))).toEqual(list(all))
      expect(list(await trial.read('empty'))).toEqual([])
    })

    it('stores the bytes of a view, not the buffer behind it', async () => {
      const backing = Uint8Array.from({ length: 64 }, (_, i) => i)
      await trial.driver.setMany([trial.entry('view', backing.subarray(10, 13))])
      expect(list(await trial.read('view'))).toEqual([10, 11, 12])
    })

    it('does not keep the bytes that it was given, nor those that it gave out', async () => {
      const value = bytes(1, 2, 3)
      await trial.driver.setMany([trial.entry('a', value)])
      value[0] = 9
      const [out] = await trial.driver.getMany([trial.key('a')])
      out?.fill(7)
      expect(list(await trial.read('a'))).toEqual([1, 2, 3])
    })

    it('answers plain byte arrays, whose slice copies', async () => {
      await trial.driver.setMany([trial.entry('a', bytes(1, 2, 3))])
      const value = await trial.read('a')
      expect(value?.constructor).toBe(Uint8Array)
    })

    it('takes keys in any script, with blanks and line ends', async () => {
      const names = ['ключ', '鍵', '🗝️', 'a b', 'a\r\nb', 'a\0b', 'e\u0301', '\u00e9', '\uffff', 'x'.repeat(2000)]
      await trial.driver.setMany(names.map((suffix, i) => trial.entry(suffix, bytes(i))))
      const found = await trial.driver.getMany(names.map(trial.key))
      expect(found.map(list)).toEqual(names.map((_, i) => [i]))
    })

    it('takes 10,000 keys at once', async () => {
      const entries = Array.from({ length: 10_000 }, (_, i) => trial.entry(`n${i}`, bytes(i & 255, i >> 8), LONG))
      await trial.driver.setMany(entries)
      const found = await trial.driver.getMany([...entries.map((one) => one.key), trial.key('none')])
      expect(found.length).toBe(10_001)
      expect(found.findIndex((value, i) => value?.[0] !== (i & 255) || value[1] !== i >> 8)).toBe(10_000)
      expect(await trial.driver.deleteMany(entries.map((one) => one.key))).toBe(10_000)
    })

    it('keeps a megabyte', async () => {
      const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255)
      await trial.driver.setMany([trial.entry('large', large)])
      const found = await trial.read('large')
      expect(Buffer.compare(Buffer.from(found ?? []), Buffer.from(large))).toBe(0)
    })

    it('reads the guard after the writes', async () => {
      await trial.driver.setMany([trial.entry('guard', bytes(1))])
      expect(list(await trial.driver.setMany([trial.entry('a', bytes(2))], trial.key('guard')))).toEqual([1])
      expect(list(await trial.driver.setMany([trial.entry('guard', bytes(3))], trial.key('guard')))).toEqual([3])
      expect(await trial.driver.setMany([trial.entry('a', bytes(2))], trial.key('no guard'))).toBeUndefined()
      expect(list(await trial.driver.setMany([], trial.key('guard')))).toEqual([3])
    })
  })

  describe('ttl', () => {
    it('forgets what has expired, everywhere', async () => {
      await trial.driver.setMany([
        trial.entry('short', bytes(1), TTL),
        trial.entry('long', bytes(2), LONG),
        trial.entry('ever', bytes(3)),
      ])
      await trial.driver.setMany([trial.entry('renewed', bytes(4), TTL)])
      await trial.driver.setMany([trial.entry('renewed', bytes(5))])
      await trial.driver.commit([trial.entry('commit', bytes(6), TTL)])
      await trial.driver.exchangeMany([trial.entry('exchange', stamped(1), TTL)], true)
      expect(list(await trial.read('short'))).toEqual([1])
      await trial.under.elapse(TTL + SPARE)
      const names = ['short', 'long', 'ever', 'renewed', 'commit', 'exchange']
      const found = await trial.driver.getMany(names.map(trial.key))
      expect(found.map(list)).toEqual([undefined, [2], [3], [5], undefined, undefined])
      expect(await trial.driver.deleteMany([trial.key('short'), trial.key('commit')])).toBe(0)
      expect((await trial.driver.exchangeMany([trial.entry('exchange', stamped(0))], true)).previous).toEqual(['none'])
      expect(list(await trial.driver.setIfAbsent(trial.key('short'), bytes(8)))).toEqual([8])
    })

    it('accepts fractions of a millisecond and more than a century', async () => {
      await trial.driver.setMany([trial.entry('fraction', bytes(1), LONG + 0.25), trial.entry('age', bytes(2), 1e14)])
      await trial.driver.setMany([trial.entry('eon', bytes(3), Number.MAX_VALUE)])
      expect((await trial.driver.getMany(['fraction', 'age', 'eon'].map(trial.key))).map(list)).toEqual([[1], [2], [3]])
    })
  })
}
