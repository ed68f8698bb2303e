import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { Half } from '../../flow/tags/token.ts'
import type { Put } from '../entries/entries.ts'
import { type Lives, longest } from '../entries/life.ts'
import type { SetOptions } from '../types.ts'
import { assertKeys } from './arguments.ts'
import { livesOf } from './call-rules.ts'
import type { RegionParts } from './region-parts.ts'
import { storeMany } from './store-many.ts'
import type { TransactionWrite } from './transaction.ts'

/** The writes of one region: sets, removals, commits. */
export class RegionWrites<V> {
  readonly #parts: RegionParts

  constructor(parts: RegionParts) {
    this.#parts = parts
  }

  /** One that has nothing to wait for makes no more promises than the one that it answers. */
  set(key: string, value: V, options: SetOptions | undefined): Promise<boolean> {
    try {
      const { entries, order, timings } = this.#parts
      const weight = timings.writeWeight(entries.context.l2 === undefined)
      const start = timings.start(weight)
      const bytes = this.check(key, value)
      const lives = livesOf(this.#parts.rulesOf(options))
      if (options?.tags !== undefined || !entries.clockKnown) {
        return this.#setLater(key, value, lives, options?.tags, start, weight)
      }
      order.overtake(key)
      const put = entries.putSoon(key, value, lives, undefined, undefined, bytes)
      if (put instanceof Promise) return put.then((done) => this.#sent(done, start, weight))
      if (put.pending !== undefined) return this.#sent(put, start, weight)
      timings.end('set', start, weight)
      return Promise.resolve(put.stored)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** A write that begins when the tokens of its tags, or L2's clock, are known. */
  async #setLater(
    key: string,
    value: V,
    lives: Lives,
    names: readonly string[] | undefined,
    start: number,
    weight: number,
  ): Promise<boolean> {
    const { entries, order, tagPrefix } = this.#parts
    const wait = order.wait(key, names, tagPrefix)
    let tags: EntryTags | undefined
    try {
      tags = await this.#tokens(names, longest(lives))
    } catch (error) {
      wait()
      throw error
    }
    const waited = wait()
    if (waited === 'untagged') await entries.remove([key])
    // What was called later has taken its place, and may wait itself: until it begins, memory has what was before.
    while (waited === 'replaced' && order.waits(key)) await order.settled([key])
    if (waited !== 'last') return true
    return this.#sent(await entries.putSoon(key, value, lives, tags), start, weight)
  }

  /** Brings to L2 what memory has taken or refused; answers whether one of both holds it. */
  async #sent({ stored, pending }: Put, start: number, weight: number): Promise<boolean> {
    const sent = pending !== undefined && (await this.#parts.entries.send([pending]))
    this.#parts.timings.end('set', start, weight)
    return stored || sent
  }

  /** What a write waits for before it begins. */
  async #tokens(tags: readonly string[] | undefined, kept: number): Promise<EntryTags | undefined> {
    const { entries, tagsOf } = this.#parts
    if (!entries.clockKnown) await entries.learnClock()
    return tags && tagsOf(tags, kept)
  }

  async setMany(
    pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
    options: SetOptions | undefined,
  ): Promise<number> {
    const { entries, clock, rulesOf, timings } = this.#parts
    const rules = rulesOf(options)
    const start = timings.start()
    const store = (key: string, value: V) => {
      const bytes = this.check(key, value)
      this.#parts.order.overtake(key)
      return entries.putSoon(key, value, livesOf(rules), tags, undefined, bytes)
    }
    if (!entries.clockKnown) await entries.learnClock()
    // What waits for nothing counts from its call.
    const tags = options?.tags && (await this.tagsOf(options))
    const stored = await storeMany(pairs, store, (pending) => entries.send(pending), clock)
    timings.end('set', start)
    return stored
  }

  /** The tags of a write with their present tokens. */
  tagsOf(options: SetOptions | undefined): EntryTags | undefined | Promise<EntryTags> {
    const { tagsOf, rulesOf } = this.#parts
    return options?.tags && tagsOf(options.tags, longest(livesOf({ ...rulesOf(options), jitter: 0 })))
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#remove([key]))[0] === true
  }

  async deleteMany(keys: Iterable<string>): Promise<number> {
    assertKeys(keys)
    const removed = await this.#remove([...new Set(keys)])
    return removed.filter((was) => was).length
  }

  async clear(): Promise<number> {
    const { gate, emitter, entries, name } = this.#parts
    gate.assertOpen()
    this.#parts.order.overtakeAll()
    if (!entries.clockKnown) await entries.learnClock()
    const removed = await entries.clear()
    if (emitter.has('clear')) emitter.emit('clear', { region: name, removed })
    return removed
  }

  /** Deletes or expires tags. */
  async changeTags(half: Half, tags: string | Iterable<string>): Promise<void> {
    const { gate, entries, changeTags } = this.#parts
    gate.assertOpen()
    const names = isIterable(tags) ? [...tags] : tags
    this.#parts.order.changeTags(names, this.#parts.tagPrefix)
    if (!entries.clockKnown) await entries.learnClock()
    await changeTags(half, names)
  }

  /** Applies what a transaction wrote. Commits of one region do not interleave. */
  commit(writes: ReadonlyMap<string, TransactionWrite<unknown>>): Promise<void> {
    const { entries, commit, underWay, tagPrefix } = this.#parts
    return underWay.commits.take(tagPrefix, async () => {
      if (!entries.clockKnown) await entries.learnClock()
      await this.#parts.order.settled(writes.keys())
      await entries.large.sealed(writes.keys())
      await commit(writes)
    })
  }

  /** Throws where the region is closed. */
  checkOpen(): void {
    this.#parts.gate.assertOpen()
    this.#parts.active()
  }

  /**
   * Throws where the region is closed, or the value could not be stored under `key`; answers what it
   * weighs in memory, where that came out.
   */
  check(key: string, value: V): number | undefined {
    const { checkKey, checkValue } = this.#parts
    this.checkOpen()
    checkKey(key)
    return checkValue(key, value)
  }

  async #remove(keys: readonly string[]): Promise<boolean[]> {
    const { gate, entries, checkKey, emitter, timings, name } = this.#parts
    gate.assertOpen()
    const start = timings.start()
    for (const key of keys) checkKey(key)
    for (const key of keys) this.#parts.order.overtake(key)
    if (!entries.clockKnown) await entries.learnClock()
    const removed = await entries.remove(keys)
    if (emitter.has('delete')) {
      for (const key of keys) emitter.emit('delete', { region: name, key: this.#parts.publicKey(key) })
    }
    timings.end('delete', start)
    return removed
  }
}

function isIterable(tags: string | Iterable<string>): tags is Iterable<string> {
  return typeof tags === 'object' && tags !== null && Symbol.iterator in tags
}
