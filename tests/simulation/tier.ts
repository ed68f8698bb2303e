import type { FakeClock } from '../../js/testing/fake-clock.ts'
import { type Driver, type DriverEntry, type Exchange, STAMP_BYTES, STAMP_OFFSET } from '../../js/tiers/driver.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'

/** One write that the tier took: how to do it again, given how much later that is (ms). */
interface Applied {
  readonly at: number
  readonly again: (driver: Driver, later: number) => Promise<unknown>
}

/** Where a meta key holds the token of its region's generation. */
const TOKEN_AT = STAMP_OFFSET + STAMP_BYTES

/** Methods that change what the tier holds, by how they are done again. */
const CHANGES = new Set([
  'setMany',
  'exchangeMany',
  'exchangeTogether',
  'setIfAbsent',
  'commit',
  'deleteMany',
  'deletePrefix',
])

/**
 * The tier that all processes share: a memory driver that can lose everything, or what it took
 * last, as a Redis does whose replica takes over before it has heard of it.
 */
export class SimTier {
  readonly #clock: FakeClock
  #driver: Driver
  #applied: Applied[] = []
  /** By meta key, the token of the generation. */
  readonly #tokens = new Map<string, string>()

  constructor(clock: FakeClock) {
    this.#clock = clock
    this.#driver = memoryDriver({ clock, shared: true })
  }

  /**
   * Does `method` now, as a call of the network that has just arrived. Answers its result, and the
   * regions that have another generation now.
   */
  async apply(method: keyof Driver, args: readonly unknown[]): Promise<{ result: unknown; renewed: string[] }> {
    const kept = args.filter((arg) => !(arg instanceof AbortSignal))
    const result = await call(this.#driver, method, kept)
    if (CHANGES.has(method)) {
      const copies = structuredClone(kept)
      this.#applied.push({
        at: this.#clock.now(),
        again: (driver, later) => call(driver, method, shortened(copies, later)),
      })
    }
    return { result, renewed: this.#renewed(args, result) }
  }

  #renewed([entries]: readonly unknown[], result: unknown): string[] {
    if (!Array.isArray(entries)) return []
    const { previous } = (result ?? {}) as Partial<Exchange>
    return (entries as readonly Partial<DriverEntry>[]).flatMap(({ key, value }, i) => {
      if (value === undefined || !key?.endsWith(':generation') || previous?.[i] === 'newer') return []
      const token = String.fromCharCode(...value.subarray(TOKEN_AT))
      const before = this.#tokens.get(key)
      this.#tokens.set(key, token)
      return before === token ? [] : [key.split(':')[1] ?? '']
    })
  }

  /** FLUSHALL. */
  async flush(): Promise<void> {
    this.#applied = []
    await this.#driver.deletePrefix('')
  }

  /** A failover to a replica that has not heard of the last `lost` writes. */
  async failover(lost: number): Promise<void> {
    const kept = this.#applied.slice(0, Math.max(0, this.#applied.length - lost))
    const replica = memoryDriver({ clock: this.#clock, shared: true })
    for (const { at, again } of kept) await again(replica, this.#clock.now() - at)
    this.#driver = replica
    this.#applied = kept
  }
}

function call(driver: Driver, method: keyof Driver, args: readonly unknown[]): Promise<unknown> {
  const target = driver[method] as (...given: readonly unknown[]) => Promise<unknown>
  return target.apply(driver, [...args])
}

/** Entries with what is left of their time: an expired one is gone at once. */
function shortened(args: readonly unknown[], later: number): unknown[] {
  const [first, ...rest] = args
  if (!Array.isArray(first)) return [...args]
  const entries = first.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'ttl' in entry
      ? { ...entry, ttl: Math.max(Number(entry.ttl) - later, Number.MIN_VALUE) }
      : entry,
  )
  return [entries, ...rest]
}
