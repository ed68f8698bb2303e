import { field } from './fields.ts'
import type { Field } from './schema.ts'
import type { ReadRules } from './types.ts'
import { DURATION_ALLOWED, invalidOption, parseDuration } from './units.ts'

const SPAN = 'a duration, or false'
const PART = 'a number above 0 and below 1, or false'

/** The rows of the table of options that a region and each of its calls have alike. Off is 0, and no limit `Infinity`. */
export const readOptions: { readonly [K in keyof ReadRules]: Field<ReadRules[K]> } = {
  grace: span('How long after its TTL a stale value may be handed out where the factory fails or is slow', 0),
  graceBackoff: span('How long the factory is not tried again after it failed, where a stale value is there', 10_000),
  swr: span('How long after its TTL a stale value is handed out at once, while the factory runs in the background', 0),
  eagerRefresh: part('After which part of its TTL a hit has the factory run in the background'),
  softTimeout: limit(
    'How long a call waits for the factory where a stale value is within `grace`; without `grace`, or with a shorter `hardTimeout`, it has no effect',
  ),
  hardTimeout: limit('How long the factory may take'),
  lockTimeout: span('How long the value is waited for that another process makes, which so has it to itself', 0),
  jitter: part('The largest part of a TTL that is taken off at random, so that entries do not end all at once'),
  slidingTtl: span('How long an entry lives on after each read', 0),
  negativeTtl: span('How long it is remembered that a factory answered `undefined` or `null`', 0),
}

/** A time span that `false` switches off. */
function span(doc: string, fallback: number): Field<number> {
  const parse = (value: unknown, option: string) => {
    if (value === false) return 0
    if (typeof value === 'boolean') throw invalidOption(option, value, `${DURATION_ALLOWED}, or false`)
    return parseDuration(value, option)
  }
  return field(doc, SPAN, fallback, parse, fallback === 0 ? 'false' : `${fallback / 1_000}s`)
}

/** A limit: `Infinity` is none. */
function limit(doc: string): Field<number> {
  return field(doc, DURATION_ALLOWED, Number.POSITIVE_INFINITY, parseDuration, 'none')
}

/** A part of the whole that `false` switches off. */
function part(doc: string): Field<number> {
  const parse = (value: unknown, option: string) => {
    if (value === false) return 0
    if (typeof value === 'number' && value > 0 && value < 1) return value
    throw invalidOption(option, value, PART)
  }
  return field(doc, PART, 0, parse, 'false')
}
