import { nearest } from '../config/nearest.ts'
import { POLICY_NUMBERS } from '../memory/store.ts'
import { UsageError } from './usage-error.ts'

/** The policies of the engine, and the optimum, which no policy can exceed. */
export type Policy = keyof typeof POLICY_NUMBERS | 'optimum'

/** One that goes by lifetimes has nothing to go by: traces have none. */
const WITHOUT_LIFETIMES = 'ttl'

/** All that can be simulated. */
export const POLICIES: readonly Policy[] = [
  ...(Object.keys(POLICY_NUMBERS) as (keyof typeof POLICY_NUMBERS)[]).filter((name) => name !== WITHOUT_LIFETIMES),
  'optimum',
]

/**
 * Reads `all`, or `lru,sieve,optimum`; a policy that is named twice counts once.
 *
 * @throws UsageError
 */
export function parsePolicies(text: string): Policy[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.flatMap((name) => (name === 'all' ? POLICIES : [parsePolicy(name)])))]
}

/** What the core knows a policy by. */
export function policyNumber(policy: Exclude<Policy, 'optimum'>): number {
  return POLICY_NUMBERS[policy]
}

function parsePolicy(name: string): Policy {
  const policy = POLICIES.find((known) => known === name)
  if (policy !== undefined) return policy
  if (name === WITHOUT_LIFETIMES) throw new UsageError('the policy ttl goes by lifetimes, and a trace has none')
  const meant = nearest(name, POLICIES)
  throw new UsageError(
    `there is no policy '${name}'${meant === undefined ? '' : `; did you mean '${meant}'?`} (--help names all)`,
  )
}
