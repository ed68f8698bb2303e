import { isSame } from '../tiers/driver.ts'
import type { Clears } from './clears.ts'
import type { Attempt } from './link.ts'
import type { RemoteParts } from './parts.ts'
import { type Stored, storeMany, underPrefix } from './store.ts'
import { isTombstone, type StoredWrite, stampOf } from './stored-bytes.ts'

/**
 * What became of one write. 'stored': L2 holds it. 'journaled': it will be sent when L2 is
 * back. 'superseded': L2 holds something newer, or was cleared later. The stamp clock knows of
 * that then, so the same value under a new stamp would be stored.
 */
export type WriteOutcome = 'stored' | 'journaled' | 'superseded'

/** What became of one write, and of what was there. */
export interface WriteResult {
  readonly outcome: WriteOutcome
  /** Whether there was a value; during an outage, whether one waited in the journal. */
  readonly existed: boolean
}

/** Writes values and tombstones to L2, or into the journal. */
export class Writer {
  readonly #parts: RemoteParts
  readonly #clears: Clears

  constructor(parts: RemoteParts, clears: Clears) {
    this.#parts = parts
    this.#clears = clears
  }

  /** What became of `writes`, in their order. Never rejects, and never takes longer than `limit` ms. */
  async write(region: string, writes: readonly StoredWrite[], limit?: number): Promise<WriteResult[]> {
    const { link, journal } = this.#parts
    const waited = writes.map(({ key }) => this.#valueWaits(region, key))
    const sends = writes.length > 0 && link.writable && !writes.some(({ renew }) => renew !== undefined)
    if (!sends) return this.#journal(region, writes, waited)
    return journal.whileSending(region, writes, async () => {
      const results = await this.#send(region, writes, limit)
      if (results === undefined) return this.#journal(region, writes, waited)
      return results.map((result, i) => (waited[i] ? { ...result, existed: true } : result))
    })
  }

  #journal(region: string, writes: readonly StoredWrite[], waited: readonly boolean[]): WriteResult[] {
    const { journal, onJournaled } = this.#parts
    for (const write of writes) journal.write(region, [write])
    onJournaled()
    return waited.map((existed) => ({ outcome: 'journaled', existed }))
  }

  #valueWaits(region: string, key: string): boolean {
    const waiting = this.#parts.journal.find(region, key)
    return waiting !== undefined && !isTombstone(waiting.envelope)
  }

  /** Answers nothing where it is not known that all arrived. */
  async #send(region: string, writes: readonly StoredWrite[], limit?: number): Promise<WriteResult[] | undefined> {
    const { link, journal } = this.#parts
    try {
      const most = limit ?? link.limitOfKeys(writes.length)
      const results = await link.run('set', (attempt) => this.#store(attempt, region, writes), most)
      for (const { key, envelope } of writes) journal.settle(region, key, stampOf(envelope))
      return results
    } catch {
      return undefined
    }
  }

  async #store(attempt: Attempt, region: string, writes: readonly StoredWrite[]): Promise<WriteResult[]> {
    await this.#clears.settled(region)
    const stored = await storeMany(attempt, this.#parts, region, writes, this.#parts.ordered ? 'each' : 'blindly')
    const refused = writes.filter((_, i) => stored[i] === 'newer')
    const seen = refused.length === 0 ? undefined : await this.#face(attempt, region, refused)
    return writes.map((write, i) => seen?.get(write) ?? resultOf(stored[i] ?? 'cleared'))
  }

  /**
   * Looks at what refused the writes, and learns its stamps. A stamp that cannot be right
   * orders nothing, and would refuse every write until its time has come: it is overwritten.
   */
  async #face(
    attempt: Attempt,
    region: string,
    refused: readonly StoredWrite[],
  ): Promise<ReadonlyMap<StoredWrite, WriteResult>> {
    const { generations, stamps } = this.#parts
    const { token } = await generations.current(attempt, region)
    const entries = underPrefix(generations.prefix(region, token), refused)
    const found = await attempt.driver.getMany(entries.map(({ key }) => key))
    const results = new Map<StoredWrite, WriteResult>()
    const absurd = entries.filter((_, i) => {
      const there = found[i]
      return there !== undefined && !stamps.receive(stampOf(there))
    })
    if (absurd.length > 0) await attempt.driver.setMany(absurd)
    for (const [i, write] of refused.entries()) {
      const there = found[i]
      const existed = there !== undefined && !isTombstone(there)
      const same = there !== undefined && isSame(there, write.envelope)
      const stored = same || absurd.some(({ value }) => value === write.envelope)
      results.set(write, { outcome: stored ? 'stored' : 'superseded', existed: existed && !same })
    }
    return results
  }
}

function resultOf(stored: Stored): WriteResult {
  return { outcome: stored === 'newer' || stored === 'cleared' ? 'superseded' : 'stored', existed: stored === 'value' }
}
