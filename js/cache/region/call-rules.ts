import { callOptions } from '../../config/call-options.ts'
import { unknownOption } from '../../config/nearest.ts'
import { readOptions } from '../../config/read-options.ts'
import type { ReadRules, ResolvedRegion } from '../../config/types.ts'
import { invalidOption, parseDuration } from '../../config/units.ts'
import type { Life, Lives } from '../entries/life.ts'

/** What holds for one call: the region's options under those of the call. Spans in ms. */
export interface CallRules extends ReadRules {
  readonly ttl: number
  /** How long memory serves the entry at the most, before it asks L2 again. */
  readonly l1Ttl: number
  readonly l1Skip: boolean
  /** How long the entry is fresh in L2, where that is not `ttl`. */
  readonly l2Ttl: number | undefined
  /** The limit of one operation in L2, where it is not the region's. */
  readonly l2Timeout: number | undefined
  readonly l2Skip: boolean
  /** What `livesOf` answers to all calls with these rules, where that is always the same. */
  readonly lives: Lives | undefined
}

type Draft = { -readonly [K in keyof CallRules]: CallRules[K] }

const CALL_ONLY = Object.keys(callOptions)

/** Options that say nothing of the entry itself: whoever uses them checks them. */
const OTHERS = CALL_ONLY.filter((name) => !name.includes('.'))

/** Of each tier, the names of its options. */
const TIERS: Readonly<Record<string, readonly string[]>> = { l1: within('l1.'), l2: within('l2.') }

/** Every option that a call can have. */
const CALL_OPTIONS = ['ttl', ...Object.keys(readOptions), ...OTHERS, ...Object.keys(TIERS)]

function within(tier: string): string[] {
  return CALL_ONLY.filter((name) => name.startsWith(tier)).map((name) => name.slice(tier.length))
}

/** The rules of calls that have no options. */
export function regionRules(options: ResolvedRegion): CallRules {
  const { ttl, grace, graceBackoff, swr, eagerRefresh, softTimeout, hardTimeout, lockTimeout } = options
  const { jitter, slidingTtl, negativeTtl } = options
  const waits = { grace, graceBackoff, swr, eagerRefresh, softTimeout, hardTimeout, lockTimeout }
  const read = { ...waits, jitter, slidingTtl, negativeTtl }
  const tiers = { l1Ttl: Infinity, l1Skip: false, l2Ttl: undefined, l2Timeout: undefined, l2Skip: false }
  return fixed({ ttl, ...read, ...tiers, lives: undefined })
}

/** The rules with the lives that follow from them, where chance has no part in these. */
function fixed(rules: CallRules): CallRules {
  return rules.jitter === 0 ? { ...rules, lives: livesOf(rules) } : rules
}

/**
 * The rules of one call.
 *
 * @throws CacheError `INVALID_OPTION` for what is no object, has an option that there is not, or a
 * value that is not allowed.
 */
export function callRules(region: CallRules, options: object | undefined): CallRules {
  if (options === undefined) return region
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('options', options, "an object such as { ttl: '5m' }")
  }
  const rules: Draft = { ...region, lives: undefined }
  for (const [name, value] of Object.entries(options)) {
    if (!CALL_OPTIONS.includes(name)) throw unknownOption(name, CALL_OPTIONS)
    if (value === undefined) continue
    if (name === 'ttl') rules.ttl = parseDuration(value, 'ttl')
    else if (name === 'l1' || name === 'l2') readTier(rules, name, value)
    else if (name in readOptions)
      rules[name as keyof ReadRules] = readOptions[name as keyof ReadRules].parse(value, name)
  }
  return rules
}

function readTier(rules: Draft, tier: 'l1' | 'l2', options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw invalidOption(tier, options, "an object such as { ttl: '5m' }")
  const allowed = TIERS[tier] as readonly string[]
  for (const [name, value] of Object.entries(options)) {
    const option = `${tier}.${name}`
    if (!allowed.includes(name)) throw unknownOption(option, allowed)
    if (value === undefined) continue
    if (name === 'skip') {
      if (typeof value !== 'boolean') throw invalidOption(option, value, 'true, false')
      rules[`${tier}Skip`] = value
    } else if (name === 'ttl') rules[`${tier}Ttl`] = parseDuration(value, option)
    else rules.l2Timeout = parseDuration(value, option)
  }
}

/**
 * How long an entry lives that is stored now. It is kept beyond its TTL for as long as a stale
 * value may be of use: for `grace` or `swr`, whichever is longer.
 *
 * @param ttl In ms, where it is not that of the rules.
 */
export function livesOf(rules: CallRules, ttl = rules.ttl): Lives {
  const { l1Ttl, l1Skip, l2Ttl, l2Skip, lives } = rules
  if (lives !== undefined && ttl === rules.ttl) return lives
  const stale = Math.max(rules.grace, rules.swr)
  const part = rules.jitter === 0 ? 1 : 1 - Math.random() * rules.jitter
  const life = (span: number, ends: number): Life => {
    const fresh = Math.min(span * part, ends)
    return { fresh, kept: stale === 0 ? fresh : Math.max(fresh, span * part + stale) }
  }
  return { l1: l1Skip ? undefined : life(ttl, l1Ttl), l2: l2Skip ? undefined : life(l2Ttl ?? ttl, Infinity) }
}
