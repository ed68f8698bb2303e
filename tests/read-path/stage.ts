import { expect } from 'vitest'
import { CacheManager } from '../../js/cache/manager.ts'
import type { Region } from '../../js/cache/region/region.ts'
import { yieldToEventLoop } from '../../js/clock.ts'
import type { RegionOptions } from '../../js/config/types.ts'
import { ChaosDriver } from '../../js/testing/chaos-driver.ts'
import type { FakeClock } from '../../js/testing/fake-clock.ts'
import type { Driver } from '../../js/tiers/driver.ts'
import { KEY, KINDS } from '../helpers/kinds.ts'
import { record } from '../helpers/outcomes.ts'
import { PacedClock } from '../helpers/paced-clock.ts'

/** What one scenario works with. */
export interface Stage {
  readonly cache: CacheManager
  readonly region: Region<unknown>
  readonly clock: FakeClock
  /** Makes values; every scenario has its own. */
  readonly origin: Origin
  /** Whether there is an L2 behind memory. */
  readonly tiered: boolean
  /** The same region in another process that shares the L2; where there is none, the region itself. */
  readonly elsewhere: Region<unknown>
}

/** What happens, step by step, in a region with these options. */
export interface Scenario {
  readonly name: string
  readonly options?: RegionOptions
  run(stage: Stage): Promise<void>
}

/** Makes the L2 of one scenario; entries of others may be in it. */
export type Tier = (clock: FakeClock) => Driver

/** Longer than anything lives in most scenarios, in ms. */
const AFTERWARDS = 10 * 3_600_000

let played = 0

/**
 * Plays a scenario in a region of one kind of store, over a tier or in memory alone. Whatever
 * happened, no tier failed, all bytes opened, and nothing waits for the clock at the end.
 */
export async function play({ run, options }: Scenario, kind: string, tier?: Tier): Promise<void> {
  const clock = new PacedClock()
  const l2 = tier && clock.watch(tier(clock))
  const settings = {
    clock,
    namespace: `scenario${played++}`,
    encryption: { keys: KEY },
    regions: { [kind]: { ...KINDS[kind], ...options } },
  }
  const start = () => new CacheManager({ ...settings, ...(l2 && { l2: new ChaosDriver(l2, { clock }), bus: false }) })
  const cache = start()
  const caches = l2 === undefined ? [cache] : [cache, start()]
  const errors = caches.map((each) => record(each, 'error'))
  const [region, elsewhere = region] = caches.map((each) => each.region(kind)) as [Region<unknown>, Region<unknown>?]
  try {
    await run({ cache, region, elsewhere, clock, origin: new Origin(clock), tiered: l2 !== undefined })
    await clock.sleep(AFTERWARDS)
    expect(errors.flat()).toEqual([])
    expect(caches.map((each) => each.metrics().totals.corrupt)).toEqual(caches.map(() => 0))
  } finally {
    const closing = Promise.all(caches.map((each) => each.close()))
    await clock.advance(10_000)
    await closing
    await l2?.close()
  }
  expect(clock.pending).toBe(0)
}

/** A source of values that counts how often it is asked, and answers 'v1', 'v2', … */
export class Origin {
  runs = 0
  /** How long each run takes, in ms. */
  delay = 0
  failure: Error | undefined
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  readonly load = async (): Promise<string> => {
    const run = ++this.runs
    const { failure, delay } = this
    if (delay > 0) await new Promise<void>((resolve) => this.#clock.after(delay, resolve))
    if (failure !== undefined) throw failure
    return `v${run}`
  }

  /** Lets the run that was begun as the `run`th one take its time. */
  async pass(run: number, ms: number): Promise<void> {
    await until(() => this.runs >= run)
    await this.#clock.advance(ms)
  }
}

/** Waits for what needs no time of the fake clock: microtasks, and a server's answers. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not come to pass')
    await yieldToEventLoop()
  }
}
