import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** One rule of the flow, taken out: the text that stands for it, and what stands there instead. */
export interface Mutant {
  readonly rule: string
  readonly file: string
  readonly find: string
  readonly instead: string
}

/** Each text must occur exactly once in its file: where the source has moved, the mutant is to move along. */
export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'a fill is dropped when its key was written meanwhile',
    file: 'js/cache/l2-reads.ts',
    find: 'if (fill.overtaken) return this.#unchecked(key)',
    instead: '',
  },
  {
    rule: 'a write replaces only what has an older stamp',
    file: 'js/flow/store.ts',
    find: 'each: ({ driver }, entries, guard) => driver.exchangeMany(entries, true, guard)',
    instead: 'each: ({ driver }, entries, guard) => driver.exchangeMany(entries, false, guard)',
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
    rule: 'memory is trusted for l1.ttl only',
    file: 'js/cache/entries.ts',
    find: 'trust.covers(found.checkedAt, checkedFor)',
    instead: 'trust.covers(found.checkedAt, 3_600_000)',
  },
  {
    rule: 'reads see what waits in the journal',
    file: 'js/flow/reader.ts',
    find: 'const pending = journal.find(region, key)',
    instead: 'const pending = undefined as ReturnType<typeof journal.find>',
  },
  {
    rule: 'concurrent calls for a key share one factory',
    file: 'js/flow/single-flight.ts',
    find: 'this.#flights.get(key) ?? this.#begin(key, factory)',
    instead: 'this.#begin(key, factory)',
  },
  {
    rule: 'the journal is replayed when the circuit closes',
    file: 'js/flow/replay.ts',
    find: 'journal.length > 0 && link.writable) {\n      this.#retry?.cancel()',
    instead: 'journal.length > 1e9 && link.writable) {\n      this.#retry?.cancel()',
  },
]

/** The source with the mutant in it. Throws where its text is not there exactly once. */
export function mutated({ file, find, instead }: Mutant): string {
  const parts = readFileSync(join(ROOT, file), 'utf8').split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`)
  return parts.join(instead)
}
