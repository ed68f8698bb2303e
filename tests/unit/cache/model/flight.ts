import type { Options, Plan } from './steps.ts'
import type { Found, Tag } from './tiers.ts'

/** What a call came to; nothing while it is under way. */
export type Outcome = { readonly value: unknown } | { readonly error: string } | undefined

/** A call as the reference knows it. */
export interface Call {
  readonly key: string
  readonly options: Options
  outcome: Outcome
  flight?: Flight
}

/** One run of a factory, and the calls that wait for it. */
export interface Flight {
  readonly key: string
  readonly forced: boolean
  readonly options: Options
  readonly plan: Plan
  readonly began: number
  readonly stale: Found | undefined
  readonly tags: readonly Tag[]
  readonly value: unknown
  readonly waiting: Set<Call>
  /** It goes on, whoever leaves. */
  held: boolean
  /** Its key was written or removed since it began: who comes later begins another one. */
  overtaken: boolean
  /** A forced one began after it. */
  late: boolean
  abandoned: boolean
  over: boolean
}

/** What a factory asks for by `setOptions`. */
export const OWN_TTL = 150

/** What a run makes: `notModified` answers what is stale, where there is something. */
export function madeBy({ end }: Plan, key: string, run: number, stale: { value: unknown } | undefined): unknown {
  if (end === 'undefined') return undefined
  if (end === 'null') return null
  return end === 'notModified' && stale?.value !== undefined ? stale.value : `${key} ${run}`
}
