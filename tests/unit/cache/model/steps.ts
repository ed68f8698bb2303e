import fc from 'fast-check'

/**
 * Times are multiples of ten ms, but a factory ends three after one, a soft limit five and a hard one
 * seven: so no two things happen at one moment whose order nobody promised.
 */
const tens = (most: number) => fc.integer({ min: 1, max: most }).map((n) => n * 10)

/** Where keys live: in the region itself, in a namespace, and in one inside of that. */
export const PLACES = [[], ['n'], ['n', 'm']] as const

/** A key, and where it lives. */
export interface Where {
  readonly place: number
  readonly key: string
}

/** Options of a call, or of the region. In ms; what is absent is not set. */
export interface Options {
  readonly ttl?: number
  readonly grace?: number
  readonly graceBackoff?: number
  readonly swr?: number
  readonly eagerRefresh?: number
  readonly softTimeout?: number
  readonly hardTimeout?: number
  readonly slidingTtl?: number
  readonly negativeTtl?: number
  readonly tags?: readonly string[]
  readonly forceFresh?: boolean
  readonly l1?: { readonly ttl?: number; readonly skip?: boolean }
  readonly l2?: { readonly ttl?: number; readonly skip?: boolean }
}

/** What a run of a factory comes to, after so many ms. */
export interface Plan {
  readonly end: 'value' | 'undefined' | 'null' | 'throw' | 'skip' | 'notModified' | 'ttl'
  readonly delay: number
}

/** One step of a schedule. */
export type Step =
  | { readonly do: 'advance'; readonly ms: number }
  | {
      readonly do: 'getOrSet'
      readonly at: Where
      readonly plan: Plan
      readonly options: Options
      readonly times: number
    }
  | { readonly do: 'getOrSetMany'; readonly place: number; readonly plan: Plan; readonly options: Options }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'get' | 'has' | 'delete' | 'expire' | 'getEntry' | 'ttl'; readonly at: Where }
  | { readonly do: 'getMany' | 'clear'; readonly place: number }
  | { readonly do: 'set'; readonly at: Where; readonly options: Options }
  | { readonly do: 'touch'; readonly at: Where; readonly ttl: number }
  | { readonly do: 'deleteByTag' | 'expireByTag'; readonly place: number; readonly tag: string }

/** The keys of every place. */
export const KEYS = ['k', 'l'] as const

const places = fc.constantFrom(0, 0, 0, 1, 2)
const wheres: fc.Arbitrary<Where> = fc.record({ place: places, key: fc.constantFrom(...KEYS) })
const tags = fc.subarray(['a', 'b'])
const forceFresh = fc.constantFrom(true, false, false)

const plans: fc.Arbitrary<Plan> = fc.record({
  end: fc.constantFrom('value', 'value', 'value', 'throw', 'throw', 'undefined', 'null', 'skip', 'notModified', 'ttl'),
  delay: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 20 }).map((n) => n * 10 + 3),
  ),
})

const reads = {
  grace: tens(60),
  graceBackoff: tens(20),
  swr: tens(40),
  eagerRefresh: fc.constantFrom(0.5, 0.8),
  softTimeout: fc.integer({ min: 0, max: 8 }).map((n) => n * 10 + 5),
  hardTimeout: fc.integer({ min: 0, max: 15 }).map((n) => n * 10 + 7),
  negativeTtl: tens(20),
}

/** Options that the region has. Without a limit of its own a failure holds for 10 s, which is longer than a schedule. */
export const regions: fc.Arbitrary<Options> = fc.record(
  { ttl: tens(40), ...reads, slidingTtl: tens(30) },
  { requiredKeys: ['ttl'] },
)

/** An entry that lives on when it is read has one life: what holds for one tier is left to the other schedules. */
const tiers = (sliding: boolean) =>
  sliding
    ? fc.constant({})
    : fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom({ l1: { skip: true } }, { l2: { skip: true } }) },
        { weight: 1, arbitrary: tens(30).map((ttl) => ({ l1: { ttl } })) },
        { weight: 1, arbitrary: tens(30).map((ttl) => ({ l2: { ttl } })) },
      )

function callOptions(region: Options): fc.Arbitrary<Options> {
  const { eagerRefresh, ...own } = reads
  const all = { ttl: tens(40), tags, forceFresh, ...own, ...(region.eagerRefresh && { eagerRefresh }) }
  const options = fc.oneof(fc.constant({}), fc.record(all, { requiredKeys: [] }))
  return fc.tuple(options, tiers(region.slidingTtl !== undefined)).map(([call, tier]) => ({ ...call, ...tier }))
}

function writeOptions(region: Options): fc.Arbitrary<Options> {
  const options = fc.record({ ttl: tens(40), tags, grace: reads.grace, swr: reads.swr }, { requiredKeys: [] })
  return fc.tuple(options, tiers(region.slidingTtl !== undefined)).map(([call, tier]) => ({ ...call, ...tier }))
}

function steps(region: Options): fc.Arbitrary<Step> {
  const calls = callOptions(region)
  const step = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary })
  return fc.oneof(
    step(9, fc.record({ do: fc.constant('advance' as const), ms: tens(30) })),
    step(
      12,
      fc.record({
        do: fc.constant('getOrSet' as const),
        at: wheres,
        plan: plans,
        options: calls,
        times: fc.constantFrom(1, 1, 1, 3),
      }),
    ),
    step(2, fc.record({ do: fc.constant('getOrSetMany' as const), place: places, plan: plans, options: calls })),
    step(3, fc.record({ do: fc.constant('abort' as const), which: fc.nat(5) })),
    step(8, fc.record({ do: fc.constantFrom('get', 'has', 'delete', 'expire', 'getEntry', 'ttl'), at: wheres })),
    step(2, fc.record({ do: fc.constantFrom('getMany', 'getMany', 'getMany', 'clear'), place: places })),
    step(4, fc.record({ do: fc.constant('set' as const), at: wheres, options: writeOptions(region) })),
    step(2, fc.record({ do: fc.constant('touch' as const), at: wheres, ttl: tens(40) })),
    step(
      2,
      fc.record({
        do: fc.constantFrom('deleteByTag', 'expireByTag'),
        place: places,
        tag: fc.constantFrom('a', 'b'),
      }),
    ),
  )
}

/** A region's options, and what happens in it. */
export interface Schedule {
  readonly region: Options
  readonly steps: readonly Step[]
}

export const schedules: fc.Arbitrary<Schedule> = regions.chain((region) =>
  fc.record({ region: fc.constant(region), steps: fc.array(steps(region), { minLength: 5, maxLength: 40 }) }),
)
