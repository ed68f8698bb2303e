import type { CacheManager } from '../../../js/cache/manager.ts'
import { delay } from '../../helpers/delay.ts'
import { Stillness } from '../../helpers/stillness.ts'
import { onlyUnknown } from '../cache/helpers.ts'

const REGION = 'live'
/** How many loops write at once. */
const LOOPS = 3
/** Between two rounds of a loop, in ms. */
const PAUSE = 5

/** One write of a key that is written once. */
interface Once {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** What a load has done. */
export interface LoadResult {
  /** What each key that is written again and again was last set to; undefined: deleted. */
  readonly last: ReadonlyMap<string, number | undefined>
  readonly once: readonly Once[]
  /** How long the slowest call took, in ms, while the process was running. */
  readonly slowest: number
  readonly calls: number
  readonly rejected: readonly unknown[]
}

/** Reads and writes through one cache until told to stop. Its keys are its own. */
export class Load {
  readonly #cache: CacheManager
  readonly #name: string
  readonly #last = new Map<string, number | undefined>()
  readonly #once: Once[] = []
  readonly #rejected: unknown[] = []
  readonly #stillness = new Stillness()
  readonly #loops: Promise<void>[]
  #slowest = 0
  #calls = 0
  #running = true

  constructor(cache: CacheManager, name: string) {
    this.#cache = cache
    this.#name = name
    this.#loops = Array.from({ length: LOOPS }, (_, i) => this.#loop(`${name}:${i}`))
  }

  /** How many calls have ended. */
  get calls(): number {
    return this.#calls
  }

  /** Ends the round under way in each loop, and tells. */
  async stop(): Promise<LoadResult> {
    this.#running = false
    await Promise.all(this.#loops)
    this.#stillness.stop()
    return {
      last: this.#last,
      once: this.#once,
      slowest: this.#slowest,
      calls: this.#calls,
      rejected: this.#rejected,
    }
  }

  async #loop(name: string): Promise<void> {
    for (let n = 0; this.#running; n++) {
      const once = `${name}:once:${n}`
      const start = performance.now()
      await this.#timed(() => this.#cache.set(REGION, once, n))
      this.#once.push({ key: once, start, end: performance.now() })
      await this.#set(`${name}:again:${n % 7}`, n)
      if (n % 5 === 4) await this.#delete(`${name}:again:${n % 7}`)
      await this.#timed(() => this.#cache.getMany(REGION, [`${name}:absent:${n}`, `absent:${n}`, once]))
      await this.#timed(() =>
        this.#cache
          .transaction(REGION, async (tx) => {
            await tx.set(`{${this.#name}}a`, n)
            await tx.set(`{${this.#name}}b`, n)
          })
          .catch(onlyUnknown),
      )
      await delay(PAUSE)
    }
  }

  async #set(key: string, value: number): Promise<void> {
    await this.#timed(() => this.#cache.set(REGION, key, value))
    this.#last.set(key, value)
  }

  async #delete(key: string): Promise<void> {
    await this.#timed(() => this.#cache.delete(REGION, key))
    this.#last.set(key, undefined)
  }

  async #timed(call: () => Promise<unknown>): Promise<void> {
    const start = performance.now()
    const still = this.#stillness.total()
    await call().catch((error: unknown) => this.#rejected.push(error))
    const took = performance.now() - start - (this.#stillness.total() - still)
    this.#slowest = Math.max(this.#slowest, took)
    this.#calls++
  }
}
