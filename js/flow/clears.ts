import { whenOver } from '../requests.ts'
import type { Attempt } from './link.ts'
import type { RemoteParts } from './parts.ts'

/** What became of a clear, and the stamp that it got: the one asked for, or a newer one. */
export interface ClearResult {
  readonly outcome: 'stored' | 'journaled'
  readonly stamp: Uint8Array
}

/** Clears regions, in L2 or in the journal. */
export class Clears {
  readonly #parts: RemoteParts
  readonly #running = new Map<string, Promise<void>>()

  constructor(parts: RemoteParts) {
    this.#parts = parts
  }

  /**
   * Resolves when no clear of `region` is under way. Writes wait for it: else one that was
   * called after a clear could reach L2 before it, and be swept away.
   */
  async settled(region: string): Promise<void> {
    const running = this.#running.get(region)
    const { clock, link } = this.#parts
    if (running !== undefined) await whenOver(running, link.limit, clock)
  }

  /** Clears `region` of everything up to `stamp`. Never rejects. */
  async clear(region: string, stamp: Uint8Array): Promise<ClearResult> {
    const { link, journal, onJournaled } = this.#parts
    const renewed = link.writable ? await this.#renew(region, stamp) : undefined
    if (renewed !== undefined) return { outcome: 'stored', stamp: renewed }
    journal.clear(region, stamp)
    onJournaled()
    return { outcome: 'journaled', stamp }
  }

  async #renew(region: string, stamp: Uint8Array): Promise<Uint8Array | undefined> {
    const { link, journal, generations, reaper } = this.#parts
    const renew = (attempt: Attempt) => {
      // A clock that was not measured may be minutes off, and would have every clear come too late.
      const before = link.tierClock.known ? link.tierClock.now() + link.limit : undefined
      return generations.renew(attempt, region, stamp, before)
    }
    const renewing = link.run('clear', renew).catch(() => undefined)
    const done = renewing.then(() => undefined)
    this.#running.set(region, done)
    const renewed = await renewing
    if (this.#running.get(region) === done) this.#running.delete(region)
    if (renewed === undefined) return undefined
    journal.settleClear(region, renewed.stamp)
    if (renewed.dead !== undefined) reaper.reap(generations.prefix(region, renewed.dead))
    return renewed.stamp
  }
}
