import { type Clock, yieldToEventLoop } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import { type Holdings, LIMIT } from '../../flow/holdings.ts'
import { Pace } from '../../flow/pace.ts'
import { systemRandom } from '../../flow/random.ts'
import { isTombstone } from '../../flow/stored-bytes.ts'
import type { Replacement } from '../../tiers/driver.ts'
import type { RegionCodec } from '../entries/region-codec.ts'
import type { RegionParts } from './region-parts.ts'

/** What became of a region's entries in L2, as far as they have had their turn. */
export interface RekeyProgress {
  /** Entries looked at; the tier may tell one twice. */
  readonly done: number
  /** Sealed again, under the key that writes now. */
  readonly resealed: number
  /** Sealed under that key already. */
  readonly current: number
  /** Gone, deleted or written anew before they had their turn. */
  readonly gone: number
  /** Left as they are: their key is not in the ring, or they do not open. */
  readonly unreadable: number
}

/** Options of `rekey`. */
export interface RekeyOptions {
  /** Called after each batch. */
  readonly onProgress?: ((progress: RekeyProgress) => void) | undefined
  /** Stops when it aborts: what is done stays done, and the next call finds it so. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Seals again what L2 holds of a region under other keys than the one that writes now. Memory holds
 * nothing under another: what is found in L2 is sealed again on its way there.
 */
export function rekeyRegion(
  { gate, entries, clock, name }: RegionParts,
  options: RekeyOptions,
): Promise<RekeyProgress> {
  gate.assertOpen()
  const { l2, codec } = entries.context
  if (!codec.encrypted) {
    const message = `Region '${name}' cannot be re-keyed: it does not encrypt`
    throw new CacheError('INVALID_OPTION', message, { context: { region: name } })
  }
  if (l2 === undefined) return Promise.resolve(NOTHING)
  const { remote, region } = l2
  return rekey(
    { codec, clock, holdings: () => remote.holdings(region), ready: (limit) => remote.ready(limit) },
    options,
  )
}

const NOTHING: RekeyProgress = { done: 0, resealed: 0, current: 0, gone: 0, unreadable: 0 }

/** What is re-keyed, and how it is reached. */
interface RekeyTarget {
  readonly codec: RegionCodec
  readonly clock: Clock
  /** What L2 holds of the region now. */
  readonly holdings: () => Holdings
  /** Waits until L2 serves, for so many ms at the most. */
  readonly ready: (limit: number) => Promise<boolean>
}

/** How often in a row L2 may fail, and how long it is waited for each time, in ms. */
const MOST_FAILURES = 5
const PATIENCE = 10_000

/** What holds the event loop up for longer than this, in ms, lets others have their turn. */
const SLICE = 4

/** One round trip has no more keys than this, and about so many bytes of values: they are in memory meanwhile. */
const MOST_KEYS = 256
const MOST_BYTES = 1 << 20

/** What can become of an entry. */
const OUTCOMES = ['resealed', 'current', 'gone', 'unreadable'] as const
type Counts = Record<(typeof OUTCOMES)[number], number>

/** Errors that another try may not meet. */
const PASSING = new Set(['TIMEOUT', 'TIER_UNAVAILABLE'])

async function rekey(target: RekeyTarget, { onProgress, signal }: RekeyOptions): Promise<RekeyProgress> {
  const run = new Rekey(target)
  let cursor: string | undefined
  do {
    const at = cursor
    const step = await run.patiently((holdings) => holdings.scan(at))
    for (let from = 0; from < step.keys.length; ) {
      if (signal?.aborted) return run.progress
      const keys = step.keys.slice(from, from + run.batch)
      if (!(await run.reseal(keys))) continue
      from += keys.length
      onProgress?.(run.progress)
    }
    cursor = step.cursor
  } while (cursor !== undefined && !signal?.aborted)
  return run.progress
}

class Rekey {
  readonly #target: RekeyTarget
  readonly #pace = new Pace(systemRandom)
  /** Where an answer is lost, what this run has sealed is found as it sealed it. */
  readonly #sent = new Set<string>()
  #progress = { done: 0, resealed: 0, current: 0, gone: 0, unreadable: 0 }
  /** How many values may have `MOST_BYTES`, as far as it is known: at first, nothing is. */
  #fitting = 1

  constructor(target: RekeyTarget) {
    this.#target = target
  }

  get progress(): RekeyProgress {
    return { ...this.#progress }
  }

  /** How many keys the next batch may have. */
  get batch(): number {
    return Math.min(this.#pace.writes, MOST_KEYS, this.#fitting)
  }

  /**
   * Reads, seals and replaces; then a pause, so that L2 has most of its time for others. False where the
   * keys were too many for the time: fewer are to be tried.
   */
  async reseal(keys: readonly string[]): Promise<boolean> {
    const { clock } = this.#target
    const begun = clock.exact()
    const counts = await this.patiently(
      (holdings, failures) => this.#tryReseal(keys, holdings, LIMIT * 2 ** failures),
      keys.length > 1,
    )
    if (counts === 'too slow') {
      this.#fitting = keys.length >> 1
      return false
    }
    for (const key of keys) this.#sent.delete(key)
    for (const name of OUTCOMES) this.#progress[name] += counts[name]
    this.#progress.done += keys.length
    await new Promise<void>((resolve) => clock.after(this.#pace.took(clock.exact() - begun), resolve, true))
    return true
  }

  async #tryReseal(keys: readonly string[], holdings: Holdings, limit: number): Promise<Counts> {
    const counts = { resealed: 0, current: 0, gone: 0, unreadable: 0 }
    const stored = await holdings.read(keys, limit)
    const bytes = stored.reduce((sum, envelope) => sum + (envelope?.length ?? 0), 0)
    this.#fitting = Math.max(Math.min(Math.floor((MOST_BYTES * keys.length) / bytes), keys.length * 2), 1)
    const replacements = await this.#sealed(keys, stored, counts)
    if (replacements.length === 0) return counts
    const done = await holdings.replace(replacements, limit)
    const resealed = done.filter(Boolean).length
    counts.resealed += resealed
    counts.gone += replacements.length - resealed
    return counts
  }

  async patiently<T>(step: (holdings: Holdings, failures: number) => Promise<T>): Promise<T>
  async patiently<T>(
    step: (holdings: Holdings, failures: number) => Promise<T>,
    divisible: boolean,
  ): Promise<T | 'too slow'>
  /** Runs a step, again where L2 fails for a while. One that can be divided is not to be tried again whole. */
  async patiently<T>(
    step: (holdings: Holdings, failures: number) => Promise<T>,
    divisible = false,
  ): Promise<T | 'too slow'> {
    const { holdings, ready } = this.#target
    for (let failures = 0; ; ) {
      try {
        return await step(holdings(), failures)
      } catch (error) {
        if (!(error instanceof CacheError && PASSING.has(error.code)) || ++failures === MOST_FAILURES) throw error
        if (divisible && error.code === 'TIMEOUT') return 'too slow'
      }
      await ready(PATIENCE)
    }
  }

  /** What is to take the place of what is stored; counts the rest. */
  async #sealed(
    keys: readonly string[],
    stored: readonly (Uint8Array | undefined)[],
    counts: Counts,
  ): Promise<Replacement[]> {
    const { codec, clock } = this.#target
    const replacements: Replacement[] = []
    let begun = clock.exact()
    for (const [i, key] of keys.entries()) {
      const envelope = stored[i]
      if (envelope === undefined || isTombstone(envelope)) counts.gone++
      else if (!codec.isOld(envelope)) counts[this.#sent.has(key) ? 'resealed' : 'current']++
      else {
        const resealed = codec.reseal(key, envelope)
        if (typeof resealed === 'string') counts.unreadable++
        else replacements.push(resealed)
      }
      if (clock.exact() - begun < SLICE) continue
      await yieldToEventLoop()
      begun = clock.exact()
    }
    for (const { key } of replacements) this.#sent.add(key)
    return replacements
  }
}
