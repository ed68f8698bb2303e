import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Driver,
  type DriverEntry,
  FLAGS_OFFSET,
  STAMP_BYTES,
  STAMP_OFFSET,
  TOMBSTONE_FLAG,
} from '../../js/tiers/driver.ts'

/** A driver to be tried, and the means to try it. */
export interface DriverUnderTest {
  readonly driver: Driver
  /** Makes the tier's time pass, so that TTLs below `ms` are over and those above it are not. */
  elapse(ms: number): Promise<void>
  /** Another driver over the same data, where there can be one. */
  another?(): Promise<Driver>
  /** Lets go of what was made for the test. The driver is closed by then. */
  dispose?(): Promise<void>
}

const FOREVER = Number.POSITIVE_INFINITY

/** A TTL that is over after `elapse(TTL + SPARE)`, and one that is not. */
const TTL = 250
const SPARE = 100
const LONG = 600_000

/** Suites that share a server must not share keys. */
let suites = 0

/** What every driver must do, tried on a real tier. */
export function driverContract(name: string, make: () => Promise<DriverUnderTest>): void {
  describe(`driver contract: ${name}`, () => {
    let under: DriverUnderTest
    let driver: Driver
    const suite = suites++
    let run = 0
    let prefix: string

    beforeAll(async () => {
      under = await make()
      driver = under.driver
    })
    beforeEach(() => {
      prefix = `contract:${suite}:${run++}:`
    })
    afterAll(async () => {
      await driver.close()
      await under.dispose?.()
    })

    const key = (suffix: string): string => prefix + suffix
    const entry = (suffix: string, value: Uint8Array, ttl = FOREVER): DriverEntry => ({ key: key(suffix), value, ttl })
    const read = async (suffix: string) => (await driver.getMany([key(suffix)]))[0]

    describe('getMany and setMany', () => {
      it('answers in the order of the keys, undefined where there is nothing', async () => {
        await driver.setMany([entry('a', bytes(1)), entry('b', bytes(2))])
        const found = await driver.getMany([key('b'), key('none'), key('a'), key('b')])
        expect(found.map(list)).toEqual([[2], undefined, [1], [2]])
      })

      it('accepts empty batches', async () => {
        expect(await driver.getMany([])).toEqual([])
        expect(await driver.setMany([])).toBeUndefined()
        expect(await driver.exchangeMany([], true)).toEqual({ previous: [], guard: undefined })
        expect(await driver.deleteMany([])).toBe(0)
        await expect(driver.commit([])).resolves.toBeUndefined()
      })

      it('replaces what was there', async () => {
        await driver.setMany([entry('a', bytes(1, 2, 3))])
        await driver.setMany([entry('a', bytes(4))])
        expect(list(await read('a'))).toEqual([4])
      })

      it('applies a batch in order', async () => {
        await driver.setMany([entry('a', bytes(1)), entry('a', bytes(2))])
        expect(list(await read('a'))).toEqual([2])
      })

      it('keeps every byte, and tells an empty value from none', async () => {
        const all = Uint8Array.from({ length: 1024 }, (_, i) => i % 256)
        await driver.setMany([entry('all', all), entry('empty', bytes())])
        expect(list(await read('all'))).toEqual(list(all))
        expect(list(await read('empty'))).toEqual([])
      })

      it('stores the bytes of a view, not the buffer behind it', async () => {
        const backing = Uint8Array.from({ length: 64 }, (_, i) => i)
        await driver.setMany([entry('view', backing.subarray(10, 13))])
        expect(list(await read('view'))).toEqual([10, 11, 12])
      })

      it('does not keep the bytes that it was given, nor those that it gave out', async () => {
        const value = bytes(1, 2, 3)
        await driver.setMany([entry('a', value)])
        value[0] = 9
        const [out] = await driver.getMany([key('a')])
        out?.fill(7)
        expect(list(await read('a'))).toEqual([1, 2, 3])
      })

      it('answers plain byte arrays, whose slice copies', async () => {
        await driver.setMany([entry('a', bytes(1, 2, 3))])
        const value = await read('a')
        expect(value?.constructor).toBe(Uint8Array)
      })

      it('takes keys in any script, with blanks and line ends', async () => {
        const names = ['ключ', '鍵', '🗝️', 'a b', 'a\r\nb', 'a\0b', 'e\u0301', '\u00e9', '\uffff', 'x'.repeat(2000)]
        await driver.setMany(names.map((suffix, i) => entry(suffix, bytes(i))))
        const found = await driver.getMany(names.map(key))
        expect(found.map(list)).toEqual(names.map((_, i) => [i]))
      })

      it('takes 10,000 keys at once', async () => {
        const entries = Array.from({ length: 10_000 }, (_, i) => entry(`n${i}`, bytes(i & 255, i >> 8), LONG))
        await driver.setMany(entries)
        const found = await driver.getMany([...entries.map((one) => one.key), key('none')])
        expect(found.length).toBe(10_001)
        expect(found.findIndex((value, i) => value?.[0] !== (i & 255) || value[1] !== i >> 8)).toBe(10_000)
        expect(await driver.deleteMany(entries.map((one) => one.key))).toBe(10_000)
      })

      it('keeps a megabyte', async () => {
        const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255)
        await driver.setMany([entry('large', large)])
        const found = await read('large')
        expect(Buffer.compare(Buffer.from(found ?? []), Buffer.from(large))).toBe(0)
      })

      it('reads the guard after the writes', async () => {
        await driver.setMany([entry('guard', bytes(1))])
        expect(list(await driver.setMany([entry('a', bytes(2))], key('guard')))).toEqual([1])
        expect(list(await driver.setMany([entry('guard', bytes(3))], key('guard')))).toEqual([3])
        expect(await driver.setMany([entry('a', bytes(2))], key('no guard'))).toBeUndefined()
        expect(list(await driver.setMany([], key('guard')))).toEqual([3])
      })
    })

    describe('ttl', () => {
      it('forgets what has expired, everywhere', async () => {
        await driver.setMany([entry('short', bytes(1), TTL), entry('long', bytes(2), LONG), entry('ever', bytes(3))])
        await driver.setMany([entry('renewed', bytes(4), TTL)])
        await driver.setMany([entry('renewed', bytes(5))])
        await driver.commit([entry('commit', bytes(6), TTL)])
        await driver.exchangeMany([entry('exchange', stamped(1), TTL)], true)
        expect(list(await read('short'))).toEqual([1])
        await under.elapse(TTL + SPARE)
        const names = ['short', 'long', 'ever', 'renewed', 'commit', 'exchange']
        const found = await driver.getMany(names.map(key))
        expect(found.map(list)).toEqual([undefined, [2], [3], [5], undefined, undefined])
        expect(await driver.deleteMany([key('short'), key('commit')])).toBe(0)
        expect((await driver.exchangeMany([entry('exchange', stamped(0))], true)).previous).toEqual(['none'])
        expect(list(await driver.setIfAbsent(key('short'), bytes(8)))).toEqual([8])
      })

      it('accepts fractions of a millisecond and more than a century', async () => {
        await driver.setMany([entry('fraction', bytes(1), LONG + 0.25), entry('age', bytes(2), 1e14)])
        await driver.setMany([entry('eon', bytes(3), Number.MAX_VALUE)])
        expect((await driver.getMany(['fraction', 'age', 'eon'].map(key))).map(list)).toEqual([[1], [2], [3]])
      })
    })

    describe('exchangeMany', () => {
      it('tells what was there: nothing, a value, a tombstone', async () => {
        await driver.setMany([
          entry('value', stamped(1)),
          entry('tomb', stamped(1, TOMBSTONE_FLAG)),
          entry('short', bytes(1)),
        ])
        await driver.setMany([entry('empty', bytes()), entry('flags', stamped(1, 0xfe))])
        const names = ['none', 'value', 'tomb', 'short', 'empty', 'flags']
        const { previous } = await driver.exchangeMany(
          names.map((suffix) => entry(suffix, stamped(2))),
          false,
        )
        expect(previous).toEqual(['none', 'value', 'tombstone', 'value', 'value', 'value'])
        expect((await driver.getMany(names.map(key))).map(list)).toEqual(names.map(() => list(stamped(2))))
      })

      it('replaces a newer value when it is not asked to spare it', async () => {
        await driver.setMany([entry('a', stamped(9))])
        expect((await driver.exchangeMany([entry('a', stamped(1))], false)).previous).toEqual(['value'])
        expect(list(await read('a'))).toEqual(list(stamped(1)))
      })

      it('writes over an older stamp only', async () => {
        const names = ['older', 'equal', 'newer', 'none', 'older tomb', 'newer tomb']
        await driver.setMany([
          entry('older', stamped(4)),
          entry('equal', stamped(5)),
          entry('newer', stamped(6)),
          entry('older tomb', stamped(4, TOMBSTONE_FLAG)),
          entry('newer tomb', stamped(6, TOMBSTONE_FLAG)),
        ])
        const { previous } = await driver.exchangeMany(
          names.map((suffix) => entry(suffix, stamped(5))),
          true,
        )
        expect(previous).toEqual(['value', 'newer', 'newer', 'none', 'tombstone', 'newer'])
        const kept = [stamped(5), stamped(5), stamped(6), stamped(5), stamped(5), stamped(6, TOMBSTONE_FLAG)]
        expect((await driver.getMany(names.map(key))).map(list)).toEqual(kept.map(list))
      })

      it('compares stamps as unsigned bytes, from the first to the last, and nothing else', async () => {
        const low = stamped(0x7f)
        const high = stamped(0x80)
        await driver.setMany([entry('sign', low), entry('tail', stamped(1)), entry('outside', stamped(1))])
        expect((await driver.exchangeMany([entry('sign', high)], true)).previous).toEqual(['value'])
        expect((await driver.exchangeMany([entry('sign', low)], true)).previous).toEqual(['newer'])
        const tail = stamped(1)
        tail[STAMP_OFFSET + STAMP_BYTES - 1] = 1
        expect((await driver.exchangeMany([entry('tail', tail)], true)).previous).toEqual(['value'])
        const outside = stamped(1)
        outside[STAMP_OFFSET + STAMP_BYTES] = 0xff
        outside[STAMP_OFFSET - 1] = 0xff
        expect((await driver.exchangeMany([entry('outside', outside)], true)).previous).toEqual(['newer'])
      })

      it('compares zero bytes and 0xff like any other', async () => {
        const first = stamped(0)
        const second = stamped(0)
        first.set([0, 0, 0xff, 0xff], STAMP_OFFSET)
        second.set([0, 1, 0, 0], STAMP_OFFSET)
        await driver.setMany([entry('a', first), entry('b', second)])
        const answer = await driver.exchangeMany([entry('a', second), entry('b', first)], true)
        expect(answer.previous).toEqual(['value', 'newer'])
      })

      it('holds a value too short for a stamp for older than any', async () => {
        await driver.setMany([entry('short', bytes(1, 2, 3)), entry('empty', bytes())])
        const { previous } = await driver.exchangeMany([entry('short', stamped(0)), entry('empty', stamped(0))], true)
        expect(previous).toEqual(['value', 'value'])
      })

      it('applies a batch in order', async () => {
        const batch = [entry('a', stamped(1)), entry('a', stamped(3, TOMBSTONE_FLAG)), entry('a', stamped(2))]
        expect((await driver.exchangeMany(batch, true)).previous).toEqual(['none', 'value', 'newer'])
        expect(list(await read('a'))).toEqual(list(stamped(3, TOMBSTONE_FLAG)))
      })

      it('reads the guard after the writes', async () => {
        await driver.setMany([entry('guard', bytes(1))])
        expect(list((await driver.exchangeMany([entry('a', stamped(1))], true, key('guard'))).guard)).toEqual([1])
        const own = await driver.exchangeMany([entry('guard', stamped(3))], false, key('guard'))
        expect(list(own.guard)).toEqual(list(stamped(3)))
        expect((await driver.exchangeMany([], true, key('no guard'))).guard).toBeUndefined()
      })

      it('takes 10,000 entries at once', async () => {
        const entries = Array.from({ length: 10_000 }, (_, i) => entry(`n${i}`, stamped(5), LONG))
        await driver.setMany(entries.filter((_, i) => i % 2 === 0))
        const newer = entries.map((one) => ({ ...one, value: stamped(6) }))
        const { previous } = await driver.exchangeMany(newer, true)
        expect(previous.findIndex((what, i) => what !== (i % 2 === 0 ? 'value' : 'none'))).toBe(-1)
      })
    })

    describe('setIfAbsent', () => {
      it('stores where there is nothing and answers what is there', async () => {
        expect(list(await driver.setIfAbsent(key('a'), bytes(1, 2)))).toEqual([1, 2])
        expect(list(await driver.setIfAbsent(key('a'), bytes(3)))).toEqual([1, 2])
        expect(list(await read('a'))).toEqual([1, 2])
      })

      it('gives all that ask at once the same answer', async () => {
        const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => driver.setIfAbsent(key('a'), bytes(i))))
        expect(new Set(answers.map(String)).size).toBe(1)
      })
    })

    describe('commit', () => {
      it('stores all entries', async () => {
        await driver.setMany([entry('{c}a', bytes(0))])
        await driver.commit([entry('{c}a', bytes(1)), entry('{c}b', bytes(2), LONG), entry('{c}empty', bytes())])
        const found = await driver.getMany([key('{c}a'), key('{c}b'), key('{c}empty')])
        expect(found.map(list)).toEqual([[1], [2], []])
      })

      it('is never seen half done', async () => {
        const suffixes = Array.from({ length: 50 }, (_, i) => `{c}${i}`)
        const keys = suffixes.map(key)
        await driver.commit(suffixes.map((suffix) => entry(suffix, bytes(0))))
        const reader = (await under.another?.()) ?? driver
        const seen = []
        for (let round = 1; round <= 10; round++) {
          const commit = driver.commit(suffixes.map((suffix) => entry(suffix, bytes(round))))
          seen.push(...(await Promise.all([reader.getMany(keys), reader.getMany(keys)])))
          await commit
        }
        expect(seen.map((values) => new Set(values.map(String)).size)).toEqual(seen.map(() => 1))
        if (reader !== driver) await reader.close()
      })
    })

    describe('deleting', () => {
      it('removes keys and answers how many were there', async () => {
        await driver.setMany([entry('a', bytes(1)), entry('b', bytes()), entry('c', bytes(3))])
        expect(await driver.deleteMany([key('a'), key('b'), key('none')])).toBe(2)
        expect((await driver.getMany([key('a'), key('b'), key('c')])).map(list)).toEqual([undefined, undefined, [3]])
      })

      it('removes a prefix and nothing beside it', async () => {
        const inside = Array.from({ length: 1200 }, (_, i) => entry(`p:${i}`, bytes(1), LONG))
        await driver.setMany([...inside, entry('p', bytes(2)), entry('p;', bytes(3)), entry('q:1', bytes(4))])
        expect(await driver.deletePrefix(key('p:'))).toBe(1200)
        expect(await driver.getMany(inside.map((one) => one.key))).toEqual(inside.map(() => undefined))
        expect((await driver.getMany(['p', 'p;', 'q:1'].map(key))).map(list)).toEqual([[2], [3], [4]])
        expect(await driver.deletePrefix(key('p:'))).toBe(0)
      })

      it.each([
        ['a*c:', 'abc:'],
        ['a?c:', 'abc:'],
        ['[abc]:', 'a:'],
        ['[^x]:', 'a:'],
        ['a\\*:', 'a*:'],
        ['a\\', 'ab'],
      ])('takes a prefix %j literally', async (glob, other) => {
        await driver.setMany([entry(`${glob}1`, bytes(1)), entry(`${other}1`, bytes(2))])
        expect(await driver.deletePrefix(key(glob))).toBe(1)
        expect((await driver.getMany([key(`${glob}1`), key(`${other}1`)])).map(list)).toEqual([undefined, [2]])
      })

      it('removes keys in any script by prefix', async () => {
        await driver.setMany([entry('п🗝️:\uffff\uffff', bytes(1)), entry('п🗝️:', bytes(2)), entry('п:', bytes(3))])
        expect(await driver.deletePrefix(key('п🗝️:'))).toBe(2)
        expect(list(await read('п:'))).toEqual([3])
      })

      it('removes nothing once the signal has aborted', async () => {
        await driver.setMany([entry('s:1', bytes(1))])
        expect(await driver.deletePrefix(key('s:'), AbortSignal.abort())).toBe(0)
        expect(list(await read('s:1'))).toEqual([1])
      })
    })

    it('tells the time in ms since 1970', async () => {
      const first = await driver.now()
      expect(Math.abs(first - Date.now())).toBeLessThan(366 * 86_400_000)
      await under.elapse(20)
      expect(await driver.now()).toBeGreaterThanOrEqual(first)
    })

    it('connects as often as it is told to', async () => {
      await Promise.all([driver.connect(), driver.connect()])
      await driver.connect()
      expect(await read('none')).toBeUndefined()
    })

    it('sees what another driver over the same data wrote', async () => {
      const other = await under.another?.()
      expect(driver.shared).toBe(other !== undefined)
      if (other === undefined) return
      await other.setMany([entry('a', bytes(1))])
      expect(list(await read('a'))).toEqual([1])
      await other.close()
    })

    it('closes as often as it is told to, and does nothing afterwards', async () => {
      const other = (await under.another?.()) ?? driver
      await Promise.all([other.close(), other.close()])
      await other.close()
      const late = [
        () => other.getMany([key('a')]),
        () => other.setMany([entry('a', bytes(1))]),
        () => other.exchangeMany([entry('a', bytes(1))], true),
        () => other.setIfAbsent(key('a'), bytes(1)),
        () => other.commit([entry('a', bytes(1))]),
        () => other.deleteMany([key('a')]),
        () => other.deletePrefix(key('a')),
        () => other.now(),
        () => other.connect(),
      ]
      for (const call of late) await expect(call()).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** A value as omnicache writes them, as far as drivers read it: flags, and a stamp that begins with `time`. */
function stamped(time: number, flags = 0): Uint8Array {
  const value = new Uint8Array(STAMP_OFFSET + STAMP_BYTES + 4)
  value[FLAGS_OFFSET] = flags
  value[STAMP_OFFSET] = time
  return value
}

function list(value: Uint8Array | undefined): number[] | undefined {
  return value && Array.from(value)
}
