import { setTimeout as wait } from 'node:timers/promises'
import { content } from './articles.ts'
import type { Kind } from './kinds.ts'
import { Random } from './random.ts'
import type { Latency, Resource, Sleep, Source } from './source.ts'

/** What an article service computes slowly: models, databases, other people's APIs. */
export class ArticleOrigin implements Source {
  readonly regions: readonly string[]
  readonly #seed: number
  readonly #kinds: ReadonlyMap<string, Kind>
  readonly #delay: Delay

  constructor(seed: number, kinds: readonly Kind[], sleep?: Sleep) {
    this.#seed = seed
    this.#kinds = new Map(kinds.map((kind) => [kind.route, kind]))
    this.#delay = new Delay(seed, sleep)
    this.regions = kinds.map((kind) => kind.region)
  }

  find(target: string): Resource | undefined {
    const [, route = '', id = ''] = /^\/([a-z]+)\/([\w.~-]{1,100})$/.exec(target) ?? []
    const kind = this.#kinds.get(route)
    if (kind === undefined) return undefined
    const load = async (signal?: AbortSignal): Promise<unknown> => {
      await this.#delay.wait(kind.origin, signal)
      return content(this.#seed, route, id)
    }
    return { region: kind.region, key: id, load }
  }
}

/** Simulated work: low in its range as a rule, with a tail up to its upper end. */
export class Delay {
  readonly #random: Random
  readonly #sleep: Sleep

  constructor(seed: number, sleep: Sleep = realSleep) {
    this.#random = new Random(seed)
    this.#sleep = sleep
  }

  async wait(latency: Latency, signal?: AbortSignal): Promise<void> {
    const skew = this.#random.next() ** 2
    await this.#sleep(latency.minMs + (latency.maxMs - latency.minMs) * skew, signal)
  }
}

const realSleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal })
}
