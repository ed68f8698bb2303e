import type { MemoryCacheOptions } from '../../js/memory/index.ts'
import { OURS } from './names.ts'
import type { Makers } from './sync.ts'

/** The synchronous cache, as its bundle exports it. */
export type OurMemory = Pick<typeof import('../../js/memory/index.ts'), 'MemoryCache'>

/** As it comes, without options but its size. */
export function ours({ MemoryCache }: OurMemory): Makers<InstanceType<OurMemory['MemoryCache']>> {
  return { [OURS]: (max, ttl = Infinity) => new MemoryCache<unknown>({ max, ttl }) }
}

/** What a policy is called in the tables. */
export function withPolicy(policy: string): string {
  return `${OURS}, ${policy}`
}

const POLICIES = ['auto', 'tinylfu', 's3fifo', 'sieve', 'lru', 'lfu', 'fifo'] as const

/** With each policy that it has, by name. */
export function ourPolicies({ MemoryCache }: OurMemory): Makers {
  const options = (max: number, policy: string) => ({ max, policy }) as MemoryCacheOptions<unknown>
  const known = POLICIES.filter((policy) => {
    try {
      return new MemoryCache(options(1, policy)).size === 0
    } catch {
      return false
    }
  })
  return Object.fromEntries(
    known.map((policy) => [withPolicy(policy), (max: number) => new MemoryCache(options(max, policy))]),
  )
}
