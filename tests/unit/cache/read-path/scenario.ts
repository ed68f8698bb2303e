import type { CacheManager } from '../../../../js/cache/manager.ts'
import type { Region } from '../../../../js/cache/region.ts'
import { yieldToEventLoop } from '../../../../js/clock.ts'
import type { RegionOptions } from '../../../../js/config/types.ts'
import type { FakeClock } from '../../../../js/testing/fake-clock.ts'

/** What one scenario works with. */
export interface Stage {
  readonly cache: CacheManager
  readonly region: Region<unknown>
  readonly clock: FakeClock
  /** Makes values; every test has its own. */
  readonly origin: Origin
}

/** What happens, step by step, in a region with these options. */
export interface Scenario {
  readonly name: string
  readonly options?: RegionOptions
  run(stage: Stage): Promise<void>
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
