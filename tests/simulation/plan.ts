import type { GetOrSetOptions } from '../../js/cache/types.ts'
import { seeded } from '../../js/testing/random.ts'
import type { BusState } from './bus.ts'
import { episodes, outlived } from './episodes.ts'
import type { Network } from './link.ts'

/** What a program asks its cache to do. */
export type OperationKind =
  | 'set'
  | 'setMany'
  | 'touch'
  | 'get'
  | 'getMany'
  | 'delete'
  | 'deleteMany'
  | 'clear'
  | 'getOrSet'
  | 'transaction'
  | 'deleteByTag'
  | 'expireByTag'

/** What one process asks of its cache. */
export interface Operation {
  readonly type: 'operation'
  readonly process: number
  readonly kind: OperationKind
  readonly region: string
  readonly keys: readonly string[]
  /** Whether what is written has the tag. */
  readonly tagged: boolean
  /** How long a factory takes, in ms, and whether it then throws. */
  readonly takes: number
  readonly fails: boolean
  /** The options of a `getOrSet`. */
  readonly rules: RulesName
}

/** One thing that happens to one process, or to the tier. */
export type Act =
  | Operation
  | { readonly type: 'network'; readonly process: number; readonly network: Network }
  | { readonly type: 'bus'; readonly process: number; readonly state: BusState }
  | { readonly type: 'pause' | 'crash' | 'restart'; readonly process: number }
  | { readonly type: 'resume'; readonly process: number; readonly backwards: boolean }
  | { readonly type: 'flush' }
  | { readonly type: 'failover'; readonly lost: number }

/** An act, and how much time passes after it, in ms. */
export interface Step {
  readonly act: Act
  readonly wait: number
}

/** A whole schedule, before it has run. */
export interface Plan {
  readonly seed: number
  /** Whether there is a bus. */
  readonly bus: boolean
  /** How wrong the wall clock of each process is, in ms. */
  readonly skews: readonly number[]
  readonly steps: readonly Step[]
}

/** A live and a packed one. */
export const REGIONS = ['live', 'packed'] as const
export const KEYS = ['a', 'b'] as const
/** Each key of each region. */
export const NAMES = REGIONS.flatMap((region) => KEYS.map((key) => ({ region, key })))
/** The tag that some of what is written has. */
export const TAG = 'tag'

/** After how long what has a short TTL is stale, in ms; and for how long others wait for who holds a lock. */
const SHORT = 1_500
const LOCK_TIMEOUT = 8_000

/** What a `getOrSet` may ask for beside a value. */
export const RULES = {
  plain: {},
  short: { ttl: SHORT },
  grace: { ttl: SHORT, grace: '1h' },
  soft: { ttl: SHORT, grace: '1h', softTimeout: 50 },
  swr: { ttl: SHORT, swr: '1h' },
  eager: { ttl: SHORT, eagerRefresh: 0.5 },
  locked: { lockTimeout: LOCK_TIMEOUT },
  lockedShort: { ttl: SHORT, grace: '1h', lockTimeout: LOCK_TIMEOUT },
} as const satisfies Record<string, GetOrSetOptions>
export type RulesName = keyof typeof RULES
const RULES_NAMES = Object.keys(RULES) as RulesName[]
const LONG: readonly RulesName[] = ['plain', 'locked']

/** Whether a call with these options may be handed out what is stale. */
export function isGraceful(rules: GetOrSetOptions): boolean {
  return rules.grace !== undefined || rules.swr !== undefined
}

const KINDS: readonly (readonly [OperationKind, number])[] = [
  ['set', 27],
  ['setMany', 4],
  ['touch', 4],
  ['get', 24],
  ['getMany', 6],
  ['delete', 10],
  ['deleteMany', 3],
  ['clear', 4],
  ['getOrSet', 20],
  ['transaction', 5],
  ['deleteByTag', 3],
  ['expireByTag', 2],
]
/** Those that are about several keys. */
const MANY: ReadonlySet<OperationKind> = new Set(['getMany', 'setMany', 'deleteMany', 'transaction'])
const NETWORKS: readonly Network[] = [
  'well',
  'well',
  'well',
  'cut',
  'silent',
  'held',
  'deaf',
  'slow',
  'lagging',
  'crossing',
  'full',
]
const BUSES: readonly BusState[] = ['well', 'well', 'cut', 'silent', 'odd', 'lossy']
const SKEWS = [0, 0, 300, -300, 150_000, -150_000]
const WAITS = [0, 0, 1, 2, 5, 20, 100, 300, 1200, 4000]

/** The schedule of a seed, for processes with a bus or without one. */
export function planOf(seed: number, bus = false): Plan {
  const unit = seeded(seed)
  const below = (n: number) => Math.floor(unit() * n)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const processes = 2 + below(4)
  /** Some lose nothing but what the network loses, so that more can be asked of them. */
  const loses = unit() < 0.3
  const crashes = unit() < 0.5
  /** What lives for a moment hides for good what was there before: in some, everything lives for an hour. */
  const rules = unit() < 0.5 ? LONG : RULES_NAMES

  const operation = (): Act => {
    const kind = weighted(KINDS, unit())
    const many = MANY.has(kind)
    return {
      type: 'operation',
      process: below(processes),
      kind,
      region: pick(REGIONS),
      keys: many ? KEYS : [pick(KEYS)],
      tagged: unit() < 0.3,
      takes: pick([0, 1, 10, 120, 700]),
      fails: unit() < 0.15,
      rules: pick(rules),
    }
  }
  const fault = (): Act => {
    const process = below(processes)
    const chance = unit()
    if (bus && chance < 0.2) return { type: 'bus', process, state: pick(BUSES) }
    if (chance < 0.6) return { type: 'network', process, network: pick(NETWORKS) }
    if (chance < 0.72) return { type: 'pause', process }
    if (chance < 0.88) return { type: 'resume', process, backwards: unit() < 0.5 }
    if (chance < 0.96) {
      if (!crashes) return { type: 'network', process, network: 'well' }
      return { type: unit() < 0.5 ? 'crash' : 'restart', process }
    }
    if (!loses) return { type: 'network', process, network: 'well' }
    return unit() < 0.5 ? { type: 'flush' } : { type: 'failover', lost: 1 + below(6) }
  }
  const steps = Array.from({ length: 24 + below(24) }, (): Step => {
    const act = unit() < 0.22 ? fault() : operation()
    return { act, wait: pick(WAITS) }
  })
  const skews = Array.from({ length: processes }, () => pick(SKEWS))
  if (processes > 2 && unit() < 0.25) steps.push(...pick(episodes(bus))(pick(REGIONS), below))
  if (processes > 2 && !bus && unit() < 0.05) steps.push(...outlived(pick(REGIONS)))
  return { seed, bus, skews, steps }
}

function weighted<T>(items: readonly (readonly [T, number])[], unit: number): T {
  let left = unit * items.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [item, weight] of items) {
    left -= weight
    if (left < 0) return item
  }
  return (items[0] as readonly [T, number])[0]
}

/** One line of a schedule. */
export function describeAct(act: Act): string {
  switch (act.type) {
    case 'operation': {
      const { process, kind, region, keys, tagged, takes, fails, rules } = act
      const what = kind === 'clear' || kind.endsWith('ByTag') ? '' : `:${keys.join(',')}`
      const more = kind === 'getOrSet' ? `, ${rules}, factory ${takes} ms${fails ? ', fails' : ''}` : ''
      return `p${process} ${kind} ${region}${what}${tagged ? ' tagged' : ''}${more}`
    }
    case 'network':
      return `p${act.process} network ${act.network}`
    case 'bus':
      return `p${act.process} bus ${act.state}`
    case 'resume':
      return `p${act.process} resumes${act.backwards ? ', answers first' : ''}`
    case 'flush':
      return 'the tier loses everything'
    case 'failover':
      return `the tier loses its last ${act.lost} writes`
    default:
      return `p${act.process} ${act.type}`
  }
}
