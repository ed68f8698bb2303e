import type { ManagerOptions, ResolvedManager } from '../config/types.ts'

/** One part of the memory that a budget limits. */
export interface BudgetMember {
  readonly bytes: number
  /** Lets the policy choose one entry to leave; false where there is none. */
  evictOne(): boolean
}

/**
 * The ceiling over all regions of one manager. Regions have budgets of their own, which may
 * add up to more than the process can bear; when their sum passes the ceiling, the region
 * that holds most gives way, entry by entry.
 */
export class MemoryBudget {
  readonly #members = new Set<BudgetMember>()
  readonly maxBytes: number

  /** `maxBytes` may be `Infinity`. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** What all regions hold, in bytes. */
  get bytes(): number {
    let total = 0
    for (const member of this.#members) total += member.bytes
    return total
  }

  add(member: BudgetMember): void {
    this.#members.add(member)
  }

  remove(member: BudgetMember): void {
    this.#members.delete(member)
  }

  /** To be called after each write: evicts until the ceiling holds. */
  enforce(): void {
    if (this.maxBytes === Infinity) return
    let excess = this.bytes - this.maxBytes
    while (excess > 0) {
      const largest = this.#largest()
      if (largest === undefined) return
      const before = largest.bytes
      if (!largest.evictOne()) return
      excess -= before - largest.bytes
    }
  }

  #largest(): BudgetMember | undefined {
    let largest: BudgetMember | undefined
    let most = 0
    for (const member of this.#members) {
      const bytes = member.bytes
      if (bytes > most) {
        most = bytes
        largest = member
      }
    }
    return largest
  }
}

/** Says which regions get less memory than their size, where nobody chose the ceiling that is the reason. */
export function tellOfCeiling(options: ManagerOptions, { logger, maxBytes, regions }: ResolvedManager): void {
  if (options.maxBytes !== undefined) return
  const cut = [...regions].filter(([, region]) => region.maxBytes > maxBytes).map(([name]) => name)
  if (cut.length === 0) return
  const all = `${Math.floor(maxBytes / 1024 ** 2)} MB`
  logger.info(`All regions together get ${all} here, which is less than the size of ${cut.join(', ')}: see maxBytes`, {
    maxBytes,
  })
}
