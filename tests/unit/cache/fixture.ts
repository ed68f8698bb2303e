import { afterEach } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import type { Clock } from '../../../js/clock.ts'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { type MemoryDriver, memoryDriver } from '../../../js/tiers/memory.ts'
import { KEY, KINDS } from '../../helpers/kinds.ts'

export { KEY, KIND_NAMES, KINDS } from '../../helpers/kinds.ts'
export { expectError, record } from '../../helpers/outcomes.ts'

/** Another one than `KEY`. */
export const OTHER_KEY = '1b'.repeat(32)

const open: { cache: CacheManager; clock: Clock }[] = []
afterEach(async () => {
  for (const { cache, clock } of open.splice(0)) {
    const closing = cache.close()
    if (clock instanceof FakeClock) await clock.advance(10_000)
    await closing
  }
})

/** A cache under a fake clock, with the regions of `KINDS` besides the presets; closed after the test. */
export function makeCache(options: ManagerOptions = {}): { cache: CacheManager; clock: FakeClock } {
  const fake = options.clock instanceof FakeClock ? options.clock : new FakeClock()
  const clock = options.clock ?? fake
  const cache = new CacheManager({ maxBytes: '256MB', ...options, clock, regions: { ...KINDS, ...options.regions } })
  open.push({ cache, clock })
  return { cache, clock: fake }
}

/** A tier that caches of one test share, on one time line. */
export class SharedTier {
  readonly clock = new FakeClock()
  readonly tier: MemoryDriver = memoryDriver({ clock: this.clock, shared: true })

  /** A cache as another process would have it, and its way to the tier, which can be broken. */
  process(options: ManagerOptions = {}): { cache: CacheManager; driver: ChaosDriver } {
    const driver = new ChaosDriver(this.tier, { clock: this.clock })
    const { cache } = makeCache({ encryption: { keys: KEY }, ...options, l2: driver, clock: this.clock })
    return { cache, driver }
  }

  /** Every key in the tier that holds an entry of `region`, and how to change its bytes. */
  async stored(driver: ChaosDriver, region: string, key: string): Promise<{ key: string; bytes: Uint8Array }> {
    const [meta] = await this.tier.getMany([`omnicache:${region}:generation`])
    const token = new TextDecoder().decode(meta?.subarray(24, 40))
    const stored = `omnicache:${region}:${token}:${key}`
    const [bytes] = await driver.getMany([stored])
    if (bytes === undefined) throw new Error(`${stored} is not in the tier`)
    return { key: stored, bytes }
  }

  /** Runs `work` to its end while time goes on by `ms`. */
  async during<T>(ms: number, work: Promise<T>): Promise<T> {
    work.catch(() => undefined)
    await this.clock.advance(ms)
    return work
  }
}

/** A promise, and what settles it. */
export function deferred<T = void>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
