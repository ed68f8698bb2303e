import { describe, expect, test } from 'vitest'
import { roundTrip } from './round-trip.ts'

/** An object whose field `g` does something when it is read. */
function doing(work: () => void): object {
  return {
    get g() {
      work()
      return 1
    },
  }
}

describe('a value that changes while it is written', () => {
  test('an array that grows is stored as long as it was', () => {
    const list: unknown[] = [doing(() => list.push('late')), 2]
    expect(roundTrip(list)).toEqual([{ g: 1 }, 2])
  })

  test('an array that shrinks has holes where items were', () => {
    const list: unknown[] = [doing(() => list.splice(1)), 2, 3]
    // biome-ignore lint/suspicious/noSparseArray: what is expected.
    expect(roundTrip(list)).toStrictEqual([{ g: 1 }, , ,])
  })

  test('a map and a set that grow, without an end even, are stored as large as they were', () => {
    const map = new Map<unknown, unknown>([
      [
        1,
        doing(() =>
          map.set(
            {},
            doing(() => map.set({}, 1)),
          ),
        ),
      ],
    ])
    expect(roundTrip(map)).toEqual(new Map([[1, { g: 1 }]]))
    const set = new Set<unknown>()
    const more = (): object => doing(() => set.add(more()))
    set.add(more())
    expect(roundTrip(set)).toEqual(new Set([{ g: 1 }]))
  })

  test('a map and a set that shrink are refused', () => {
    const map = new Map<unknown, unknown>([
      [1, doing(() => map.delete(2))],
      [2, 2],
    ])
    expect(() => roundTrip({ map })).toThrow('value.map has lost entries while it was written')
    const set = new Set<unknown>([doing(() => set.delete(2)), 2])
    expect(() => roundTrip([set])).toThrow('value[0] has lost entries while it was written')
  })

  test.each([
    ['a part of a number', 1.5, 1],
    ['less than none', -1, 0],
    ['no number', 'many', 0],
  ])('a proxy of an array that says it has %s of items does not break what is around it', (_, length, items) => {
    const list = new Proxy([7, 7], { get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)) })
    if (length === -1) expect(() => roundTrip({ list, after: 1 })).toThrow('holes')
    else expect(roundTrip({ list, after: 1 })).toEqual({ list: new Array(items).fill(7), after: 1 })
  })
})
