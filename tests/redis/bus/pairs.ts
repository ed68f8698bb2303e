import { expect } from 'vitest'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { until } from '../../helpers/until.ts'
import { makeCache } from '../cache/helpers.ts'
import type { Way } from '../cluster/sources.ts'

let namespaces = 0

/** Two caches over the same Redis that hear one another. */
export class Pair {
  readonly name: string
  readonly a: CacheManager
  readonly b: CacheManager
  readonly #ends: (() => void)[]
  #count = 0

  constructor(way: Way) {
    const namespace = `pair${namespaces++}`
    const make = () => {
      const { driver, end } = way.make()
      return { cache: makeCache({ l2: driver, namespace, circuit: { maxDelay: '300ms' } }), end }
    }
    const [a, b] = [make(), make()]
    this.name = way.name
    this.a = a.cache
    this.b = b.cache
    this.#ends = [a.end, b.end]
  }

  /** Waits until both hear. */
  async up(): Promise<void> {
    for (const cache of [this.a, this.b]) {
      await cache.ready()
      await until(() => cache.status().bus.state === 'up')
    }
  }

  /** What one writes from now on the other has, though it holds it in memory: long before `l1.ttl` is over. */
  async hears(): Promise<void> {
    const key = `k${this.#count++}`
    await until(async () => {
      await this.a.set('live', key, 'old')
      return (await this.b.get('live', key)) === 'old'
    })
    await until(async () => {
      await this.a.set('live', key, 'new')
      return (await this.b.get('live', key)) === 'new'
    })
  }

  async end(): Promise<void> {
    await Promise.all([this.a.close(), this.b.close()])
    for (const end of this.#ends) end()
  }

  /** Sets, deletes and clears are seen, and nothing was lost or misunderstood. */
  async seesAll(): Promise<void> {
    const { a, b } = this
    await a.set('live', 'k', 1)
    expect(await b.get('live', 'k')).toBe(1)
    await a.set('live', 'k', 2)
    await until(async () => (await b.get('live', 'k')) === 2)
    await a.delete('live', 'k')
    await until(async () => (await b.get('live', 'k')) === undefined)
    await a.setMany('live', { x: 1, y: 2 })
    expect(await b.get('live', 'x')).toBe(1)
    await a.clear('live')
    await until(async () => (await b.get('live', 'x')) === undefined)
    await until(() => a.metrics().bus?.own === a.metrics().bus?.sent)
    expect(b.metrics().bus).toMatchObject({ ignored: 0, gaps: 0 })
  }
}
