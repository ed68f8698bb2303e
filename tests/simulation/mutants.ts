import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** One rule of the flow, taken out: the text that stands for it, and what stands there instead. */
export interface Mutant {
  readonly rule: string
  readonly file: string
  readonly find: string
  readonly instead: string
  /** Whether it shows only where there is a bus. Default: false. */
  readonly bus?: boolean
}

/** Each text must occur exactly once in its file: where the source has moved, the mutant is to move along. */
export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'a fill is dropped when its process wrote the key meanwhile',
    file: 'js/cache/entries/l2-reads.ts',
    find: 'if (fill.overtaken(key)) return this.held(key)',
    instead: '',
  },
  {
    rule: 'a fill is not kept when others wrote the key meanwhile',
    file: 'js/cache/entries/l2-reads.ts',
    find: 'if (fill.admits(key, opened.envelope) && ',
    instead: 'if (',
    bus: true,
  },
  {
    rule: 'a write replaces only what has an older stamp',
    file: 'js/flow/store.ts',
    find: 'each: ({ driver }, entries, guard) => driver.exchangeMany(entries, true, guard)',
    instead: 'each: ({ driver }, entries, guard) => driver.exchangeMany(entries, false, guard)',
  },
  {
    rule: 'a replay replaces only what has an older stamp',
    file: 'js/flow/replay.ts',
    find: 'storeMany(attempt, this.#parts, region, writes, how)',
    instead: "storeMany(attempt, this.#parts, region, writes, 'blindly')",
  },
  {
    rule: 'a transaction replaces only what has an older stamp',
    file: 'js/flow/commits.ts',
    find: 'driver.commit(entries, ordered)',
    instead: 'driver.commit(entries, false)',
  },
  {
    rule: 'deletes leave tombstones for as long as replays may come',
    file: 'js/flow/remote.ts',
    find: '({ key, envelope, ttl: this.maxAge }))',
    instead: '({ key, envelope, ttl: 1 }))',
  },
  {
    rule: 'reads ask again when the generation has changed',
    file: 'js/flow/reader.ts',
    find: 'if (token !== undefined && token === current)',
    instead: 'if (token !== undefined && current !== undefined)',
  },
  {
    rule: 'writes are repeated when the generation has changed',
    file: 'js/flow/store.ts',
    find: 'if (valid.token === used.token)',
    instead: 'if (valid.token !== undefined)',
  },
  {
    rule: 'a clear that arrives late sweeps nothing',
    file: 'js/flow/clears.ts',
    find: 'link.tierClock.known ? link.tierClock.now() + link.limit : undefined',
    instead: 'link.tierClock.known ? link.tierClock.now() + 1e9 : undefined',
  },
  {
    rule: 'memory is trusted for `l1.ttl` only',
    file: 'js/cache/entries/entries.ts',
    find: 'trust.covers(checkedAt, checkedFor)',
    instead: 'trust.covers(checkedAt, 3_600_000)',
  },
  {
    rule: 'concurrent calls for a key share one factory',
    file: 'js/cache/region/region-loads.ts',
    find: 'joined ?? this.#begin(flights',
    instead: 'this.#begin(flights',
  },
  {
    rule: 'one process at a time makes a value under a lock',
    file: 'js/cache/region/region-loads.ts',
    find: 'if (rules.lockTimeout === 0 || ',
    instead: 'if (rules.lockTimeout >= 0 || ',
  },
  {
    rule: 'a value is no hit any more when its TTL is over',
    file: 'js/cache/entries/l2-reads.ts',
    find: "const stale = left.fresh <= 0 || state === 'expired'",
    instead: "const stale = state === 'expired'",
  },
  {
    rule: 'a commit is repeated when the generation has changed',
    file: 'js/flow/commits.ts',
    find: 'if (valid.token === token) return',
    instead: 'if (valid.token !== undefined) return',
    bus: true,
  },
  {
    rule: 'a token that waits in the journal is not taken for what L2 holds',
    file: 'js/flow/tags/token-store.ts',
    find: 'const heard = complete && !waited[at] && !waits(name) && ',
    instead: 'const heard = complete && ',
  },
  {
    rule: 'the journal is replayed when the circuit closes',
    file: 'js/flow/replay.ts',
    find: 'journal.length > 0 && link.writable) {\n      this.#retry?.cancel()',
    instead: 'journal.length > 1e9 && link.writable) {\n      this.#retry?.cancel()',
  },
  {
    rule: 'reads see what waits in the journal',
    file: 'js/flow/reader.ts',
    find: 'const pending = waiting ?? waited',
    instead: 'const pending = undefined as typeof waited',
  },
  {
    rule: 'reads see what waited in the journal when they began',
    file: 'js/flow/reader.ts',
    find: 'const pending = waiting ?? waited',
    instead: 'const pending = waiting',
    bus: true,
  },
  {
    rule: 'of two writes under way, the one that arrived is not journaled over by the other',
    file: 'js/flow/journal.ts',
    find: 'this.#arrivals.newest(region, key) ?? ZERO_STAMP',
    instead: 'ZERO_STAMP',
    bus: true,
  },
  {
    rule: 'what waits and is older than what was read is given up',
    file: 'js/flow/reader.ts',
    find: 'journal.settle(region, key, stampOf(found))',
    instead: 'void stampOf',
  },
  {
    rule: 'what an entry in memory is tagged with is looked up again',
    file: 'js/cache/entries/l2-reads.ts',
    find: 'if (doubtful.length > 0) await tags.check(doubtful, end - clock.now())',
    instead: '',
  },
  {
    rule: 'an entry is trusted for no longer than the tokens of its tags',
    file: 'js/cache/entries/entries-context.ts',
    find: 'tagged ? Math.min(mark, tags.checkedAt(entryTags)) : mark',
    instead: 'tagged ? mark : mark',
  },
  {
    rule: 'a token that was read while its tag changed is not believed',
    file: 'js/flow/tags/token-store.ts',
    find: 'before.pending > 0 || before.changedAt > since',
    instead: 'false',
    bus: true,
  },
  {
    rule: 'memory from before the bus was away is suspect',
    file: 'js/flow/coherence/trust.ts',
    find: 'if (live) return mark >= this.#since',
    instead: 'if (live) return true',
    bus: true,
  },
  {
    rule: 'memory is suspect when a message of another is missing',
    file: 'js/flow/coherence/receiver.ts',
    find: 'sequence > last.sequence + 1',
    instead: 'sequence > last.sequence + 1e9',
    bus: true,
  },
  {
    rule: 'a bus that says nothing is not relied on',
    file: 'js/flow/coherence/coherence.ts',
    find: 'bus?.echoes ? this.#makePulse() : undefined',
    instead: 'undefined',
    bus: true,
  },
  {
    rule: 'what the bus refused is told again',
    file: 'js/flow/coherence/publisher.ts',
    find: 'for (const change of batch) this.#keep(change)',
    instead: '',
    bus: true,
  },
  {
    rule: 'what no message tells is found out in minutes',
    file: 'js/flow/coherence/trust.ts',
    find: 'if (mark + Math.max(ttl, MAX_TRUST) <= this.#clock.now()) return false',
    instead: '',
    bus: true,
  },
]

/** The source with the mutant in it. Throws where its text is not there exactly once. */
export function mutated({ file, find, instead }: Mutant): string {
  const parts = readFileSync(join(ROOT, file), 'utf8').split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`)
  return parts.join(instead)
}
