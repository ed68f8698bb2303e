import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Clock } from '../../../js/clock.ts'
import { MemoryCache, type MemoryCacheOptions } from '../../../js/memory/index.ts'

/**
 * What is done to lru-cache and to ours. Times are even and TTLs odd, as an entry is still
 * fresh in the last millisecond of its TTL there, and is over here.
 */
interface Step {
  readonly name: 'get' | 'peek' | 'has' | 'delete' | 'remaining' | 'set' | 'clear' | 'wait' | 'purge'
  readonly key: string
  readonly value: number
  /** From 1 to 60. */
  readonly amount: number
}

/** Options that have the same name and meaning in both. */
type Shared = Pick<
  MemoryCacheOptions<number>,
  'max' | 'updateAgeOnGet' | 'updateAgeOnHas' | 'allowStale' | 'noDeleteOnStaleGet' | 'noUpdateTTL'
> & { readonly ttl?: number }

const KEYS = [...'abcdefghij']
const READS = ['get', 'get', 'peek', 'has'] as const
const WRITES = ['set', 'set', 'set', 'delete'] as const

function steps(...names: Step['name'][]): fc.Arbitrary<Step[]> {
  const step = fc.record({
    name: fc.constantFrom(...names),
    key: fc.constantFrom(...KEYS),
    value: fc.integer({ min: 1, max: 4 }),
    amount: fc.integer({ min: 1, max: 60 }),
  })
  return fc.array(step, { maxLength: 150 })
}

/** A clock without timers: nothing goes but by calls. lru-cache takes the wall's time from `Date`. */
class Time implements Clock {
  #now = 1_000

  now = () => this.#now
  exact = this.now
  wall = () => Date.now()
  after = () => ({ cancel: () => {} })

  advance(ms: number): void {
    this.#now += ms
    vi.setSystemTime(Date.now() + ms)
  }
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
})

afterAll(() => {
  vi.useRealTimers()
})

/** How many sizes there are. */
const SIZES = 8

class Pair {
  readonly #time = new Time()
  readonly #left = { ours: [] as string[], theirs: [] as string[] }
  readonly #sizes: boolean
  /** Values differ where there are sizes: lru-cache does not weigh the same value anew. */
  #sets = 0
  readonly ours: MemoryCache<number>
  readonly theirs: LRUCache<string, number>

  constructor(shared: Shared, maxSize?: number) {
    const sizeCalculation = (value: number) => (value % SIZES) + 1
    this.#sizes = maxSize !== undefined
    this.ours = new MemoryCache<number>({
      ...shared,
      ...(maxSize === undefined ? {} : { maxBytes: maxSize, sizeCalculation }),
      policy: 'lru',
      clock: this.#time,
      onEvict: (key, value, reason) =>
        this.#left.ours.push(`${key} ${value} ${reason === 'clear' ? 'delete' : reason}`),
    })
    this.theirs = new LRUCache<string, number>({
      ...(shared as { max: number }),
      ...(maxSize === undefined ? {} : { maxSize, sizeCalculation }),
      perf: this.#time,
      ttlResolution: 0,
      disposeAfter: (value, key, reason) => this.#left.theirs.push(`${key} ${value} ${reason}`),
    })
  }

  /** Does a step to both, and answers what each says. */
  do(step: Step, ttl?: number): [ours: unknown, theirs: unknown] {
    const { name, key, amount } = step
    const { ours, theirs } = this
    const value = this.#sizes ? ++this.#sets * SIZES + step.value : step.value
    const size = this.#sizes && amount > 30 ? { size: amount } : {}
    const options = { ...(ttl === undefined ? {} : { ttl }), ...size }
    if (name === 'wait') return [this.#time.advance(amount * 2), undefined]
    if (name === 'clear') return [ours.clear() >= 0, theirs.clear() === undefined]
    if (name === 'set') return [ours.set(key, value, options), theirs.set(key, value, options).peek(key) !== undefined]
    if (name === 'purge') return [ours.purgeStale() > 0, theirs.purgeStale()]
    if (name === 'remaining') return [ours.getRemainingTTL(key), theirs.getRemainingTTL(key)]
    return [ours[name](key), theirs[name](key)]
  }

  /** Who left since this was asked last: first the replaced, as one `set` may tell of them last. */
  left(): { ours: string[]; theirs: string[] } {
    const ordered = (told: string[]) => [
      ...told.filter((line) => line.endsWith('set')),
      ...told.filter((line) => !line.endsWith('set')),
    ]
    return { ours: ordered(this.#left.ours.splice(0)), theirs: ordered(this.#left.theirs.splice(0)) }
  }

  contents(): { ours: unknown; theirs: unknown } {
    return {
      ours: [this.ours.size, ...[...this.ours].sort()],
      theirs: [this.theirs.size, ...[...this.theirs.entries()].sort()],
    }
  }
}

/** After every step: the same answer, the same who left and why, the same contents. */
function sameThroughout(pair: Pair, list: readonly Step[], ttl?: (step: Step) => number | undefined): void {
  for (const step of list) {
    const [ours, theirs] = pair.do(step, ttl?.(step))
    expect(ours).toBe(theirs)
    const left = pair.left()
    expect(left.ours).toEqual(left.theirs)
    const contents = pair.contents()
    expect(contents.ours).toEqual(contents.theirs)
  }
}

/** The TTL of a `set` that has one of its own. */
function own({ amount }: Step): number | undefined {
  return amount > 40 ? amount * 4 + 1 : undefined
}

describe('an LRU cache does the same as lru-cache', () => {
  test('where it is bound in entries', () => {
    const list = steps(...READS, ...WRITES, 'remaining', 'clear')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), list, (max, given) => sameThroughout(new Pair({ max }), given)),
      { numRuns: 300 },
    )
  })

  test('where it is bound in sizes, or in both', () => {
    const max = fc.option(fc.integer({ min: 2, max: 9 }), { nil: undefined })
    fc.assert(
      fc.property(max, fc.integer({ min: 3, max: 100 }), steps(...READS, ...WRITES, 'clear'), (most, size, given) => {
        const pair = new Pair(most === undefined ? {} : { max: most }, size)
        for (const step of given) {
          sameThroughout(pair, [step])
          expect(pair.ours.bytes).toBe(pair.theirs.calculatedSize)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('where stale entries stay, and used ones are renewed', () => {
    const options = fc.record({
      max: fc.integer({ min: 1, max: 9 }),
      ttl: fc.constantFrom(51, 121),
      updateAgeOnGet: fc.boolean(),
      updateAgeOnHas: fc.boolean(),
      noDeleteOnStaleGet: fc.boolean(),
    })
    const list = steps(...READS, ...WRITES, 'remaining', 'clear', 'wait', 'wait', 'purge')
    fc.assert(
      fc.property(options, list, (given, all) => sameThroughout(new Pair({ ...given, allowStale: true }), all, own)),
      { numRuns: 300 },
    )
  })

  test('where entries expire', () => {
    const options = fc.record({
      ttl: fc.constantFrom(51, 121),
      updateAgeOnGet: fc.boolean(),
      updateAgeOnHas: fc.boolean(),
      noUpdateTTL: fc.boolean(),
    })
    fc.assert(
      fc.property(options, steps(...READS, ...WRITES, 'wait', 'wait', 'purge'), (given, all) => {
        const pair = new Pair({ ...given, max: 100 })
        for (const step of all) {
          // What is over is still there in lru-cache, to be deleted or overwritten, until somebody asks.
          if (step.name === 'delete' || step.name === 'set') pair.theirs.purgeStale()
          const [ours, theirs] = pair.do(step, own(step))
          // How many a purge still finds is another matter, for the same reason. None is left.
          if (step.name === 'purge') expect(pair.ours.size).toBe(pair.theirs.size)
          else expect(ours).toBe(theirs)
          expect(pair.ours.getRemainingTTL(step.key)).toBe(Math.max(pair.theirs.getRemainingTTL(step.key), 0))
        }
        expect([...pair.ours].sort()).toEqual([...pair.theirs.entries()].sort())
      }),
      { numRuns: 300 },
    )
  })
})

describe('a dump', () => {
  const most = fc.integer({ min: 1, max: 9 })
  const list = steps(...READS, ...WRITES)

  test.each(['ours', 'theirs'] as const)('of %s can be loaded by both, and who leaves first is the same', (from) => {
    fc.assert(
      fc.property(most, list, list, (max, before, after) => {
        const source = new Pair({ max })
        for (const step of before) source.do(step)
        const dump = JSON.stringify(source[from].dump())
        const pair = new Pair({ max })
        pair.ours.load(JSON.parse(dump))
        pair.theirs.load(JSON.parse(dump))
        sameThroughout(pair, after)
      }),
      { numRuns: 200 },
    )
  })

  test.each(['ours', 'theirs'] as const)('of %s says the same of the time that is left', (from) => {
    fc.assert(
      fc.property(steps(...READS, ...WRITES, 'wait'), fc.nat(60), (before, pause) => {
        const source = new Pair({ max: 20, ttl: 121 })
        for (const step of before) source.do(step, own(step))
        const dump = JSON.stringify(source[from].dump())
        vi.setSystemTime(Date.now() + pause * 2)
        const pair = new Pair({ max: 20, ttl: 7 })
        pair.ours.load(JSON.parse(dump))
        pair.theirs.load(JSON.parse(dump))
        for (const key of KEYS) {
          expect(pair.ours.getRemainingTTL(key)).toBe(Math.max(pair.theirs.getRemainingTTL(key), 0))
          expect(pair.ours.get(key)).toBe(pair.theirs.get(key))
        }
      }),
      { numRuns: 200 },
    )
  })
})
