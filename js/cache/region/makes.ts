import { CacheError } from '../../errors.ts'
import { isClosedError } from '../closed.ts'
import type { Fill } from '../entries/fills.ts'
import { longest } from '../entries/life.ts'
import type { Factory } from '../types.ts'
import { type CallRules, livesOf } from './call-rules.ts'
import { MakeContext, type Run, type Said } from './factory-context.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionWrites } from './region-writes.ts'

/** Runs factories, and stores what they make unless the key was written or removed meanwhile. */
export class Makes<V> {
  readonly #parts: RegionParts
  readonly #writes: RegionWrites<V>

  constructor(parts: RegionParts, writes: RegionWrites<V>) {
    this.#parts = parts
    this.#writes = writes
  }

  /** One run: what the factory made, stored; `stored` is called when memory has it. */
  async make(
    key: string,
    factory: Factory<V | undefined, V>,
    rules: CallRules,
    tagNames: readonly string[] | undefined,
    flight: Run,
    stored: () => void,
  ): Promise<V | undefined> {
    const { entries, counters, timings, tagsOf } = this.#parts
    const fill = entries.beginFill(key)
    try {
      const tags = tagNames && (await tagsOf(tagNames, longest(livesOf({ ...rules, jitter: 0 }))))
      const context = new MakeContext<V>(key, this.#parts, flight, rules, tags)
      const start = timings.start()
      const value = await this.#limited(key, factory, context, rules.hardTimeout, flight)
      timings.end('factory', start)
      try {
        await this.#store(key, value, await MakeContext.said(context), fill, flight, stored)
      } catch (error) {
        // There is nowhere to store it any more: whoever waits for it gets it all the same.
        if (!isClosedError(error)) throw error
      }
      return value
    } catch (error) {
      // A factory that gave up because nobody waits any more has not failed.
      if (!flight.abandoned) counters.errors++
      throw error
    } finally {
      entries.endFill(key, fill)
    }
  }

  /** Runs the factory for no longer than `limit` ms: then its signal aborts. */
  #limited(
    key: string,
    factory: Factory<V | undefined, V>,
    context: MakeContext<V>,
    limit: number,
    flight: Run,
  ): V | undefined | Promise<V | undefined> {
    const made = factory(context)
    if (limit === Infinity) return made
    return new Promise((resolve, reject) => {
      const end = () => {
        const error = this.#tookTooLong(key, limit)
        reject(error)
        flight.abort(error)
      }
      const timer = this.#parts.clock.after(limit, end, true)
      const done = () => timer.cancel()
      Promise.resolve(made).then(resolve, reject).then(done, done)
    })
  }

  #tookTooLong(key: string, limit: number): CacheError {
    const { name: region, publicKey } = this.#parts
    const message = `the factory in region '${region}' took longer than its hardTimeout of ${limit} ms`
    return new CacheError('TIMEOUT', message, { context: { region, key: publicKey(key) } })
  }

  async #store(
    key: string,
    value: V | undefined,
    { rules, tags, etag, skipped }: Said,
    fill: Fill,
    flight: Run,
    stored: () => void,
  ): Promise<void> {
    const { entries } = this.#parts
    const isNothing = value === undefined || value === null
    if (skipped || fill.outdated || flight.late || flight.aborted || (value === undefined && rules.negativeTtl === 0))
      return
    if (value === undefined) this.#writes.checkOpen()
    else this.#writes.check(key, value)
    if (!entries.clockKnown) await entries.learnClock()
    if (fill.outdated || flight.late || !entries.valid(tags)) return
    const lives = livesOf(rules, isNothing && rules.negativeTtl > 0 ? rules.negativeTtl : rules.ttl)
    const put = entries.putSoon(key, value, lives, tags, etag)
    // A large one counts as written from now on, and is there when it is sealed.
    stored()
    const { pending } = put instanceof Promise ? await put : put
    if (pending !== undefined) await entries.send([pending])
  }
}
