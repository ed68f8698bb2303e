import { CacheError } from '../../errors.ts'
import type { CommitResult } from '../../flow/commits.ts'
import type { Remote } from '../../flow/remote.ts'
import { type StoredWrite, stampOf } from '../../flow/stored-bytes.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { Entries } from './entries.ts'
import type { Lives } from './life.ts'

/** One write of a transaction; a set with its life. */
export type TimedWrite =
  | { readonly kind: 'set'; readonly value: unknown; readonly lives: Lives; readonly tags: EntryTags | undefined }
  | { readonly kind: 'delete' }

/** How often a commit is tried with newer stamps, where others whose clocks are ahead wrote its keys before. */
const ROUNDS = 3

/**
 * Applies the writes of a transaction to L2, in one go, and then to memory, or to neither.
 *
 * @throws CacheError `COMMIT_FAILED`: nothing has changed. `COMMIT_UNKNOWN`: L2 was sent all
 * of it and did not answer in time; memory has dropped the keys, so that reads ask L2.
 */
export async function commit(
  region: string,
  entries: Entries,
  writes: ReadonlyMap<string, TimedWrite>,
  remote: Remote | undefined,
  remoteRegion: string,
): Promise<void> {
  if (remote === undefined) {
    applyToMemory(region, entries, writes)
    return
  }
  const { clock } = entries.context
  let stored: StoredWrite[] = []
  const fills = [...writes.keys()].map((key) => [key, entries.beginWrite(key)] as const)
  try {
    let result: CommitResult = { outcome: 'superseded' }
    let isLate = false
    for (let round = 0; result.outcome === 'superseded' && round < ROUNDS && !isLate; round++) {
      const end = clock.now() + remote.limit
      stored = Array.from(writes, ([key, write]) => entries.storedWrite(key, write, remote))
      result = await remote.commit(remoteRegion, stored, (i) => fills[i]?.[1].overtaken === true)
      // Then what others wrote may be the later one.
      isLate = clock.now() > end
    }
    // What memory holds of the keys is known to be old, or may be.
    if (result.outcome === 'superseded' || result.outcome === 'unknown') {
      for (const key of writes.keys()) entries.drop(key)
    }
    if (result.outcome === 'superseded') throw contended(region)
    if (result.outcome === 'failed') throw failed(region, result.error)
    if (result.outcome === 'unknown') throw unknown(region, result.error)
    for (const [i, [key, fill]] of fills.entries()) {
      const write = writes.get(key)
      // Written again here while the commit was under way: that write is the newer one.
      if (fill.overtaken || write === undefined) continue
      const newest = fill.admits(stampOf((stored[i] as StoredWrite).envelope))
      if (write.kind === 'delete' || !newest) entries.drop(key)
      else entries.keep(key, write.value, write.lives.l1, write.tags, fill.mark)
    }
    tellOfDeletes(entries, writes)
  } finally {
    for (const [key, fill] of fills) entries.endFill(key, fill)
  }
}

function tellOfDeletes(entries: Entries, writes: ReadonlyMap<string, TimedWrite>): void {
  for (const [key, { kind }] of writes) if (kind === 'delete') entries.tellOfDelete(key)
}

/** All in one piece, without a pause. A value that is too heavy undoes the ones before it. */
function applyToMemory(region: string, entries: Entries, writes: ReadonlyMap<string, TimedWrite>): void {
  const undo: (() => void)[] = []
  for (const [key, write] of writes) {
    undo.push(entries.remember(key))
    try {
      if (write.kind === 'delete') entries.drop(key)
      else if (!entries.keep(key, write.value, write.lives.l1, write.tags))
        throw tooHeavy(region, entries.publicKey(key))
    } catch (error) {
      for (const step of undo.reverse()) step()
      throw failed(region, error)
    }
  }
  tellOfDeletes(entries, writes)
}

function failed(region: string, cause: unknown): CacheError {
  if (cause instanceof CacheError && cause.code === 'COMMIT_FAILED') return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `the transaction on region '${region}' was not committed, and nothing was changed: ${reason}`
  return new CacheError('COMMIT_FAILED', message, { cause, context: { region } })
}

function contended(region: string): CacheError {
  const message = `others wrote the keys of the transaction on region '${region}' again and again: run it again`
  return new CacheError('COMMIT_FAILED', message, { context: { region } })
}

function unknown(region: string, cause: CacheError): CacheError {
  const message = `whether the transaction on region '${region}' was committed is not known: ${cause.message}`
  return new CacheError('COMMIT_UNKNOWN', message, { cause, context: { region } })
}

function tooHeavy(region: string, key: string): CacheError {
  const message = `the value of key ${JSON.stringify(key)} is heavier than the whole budget of region '${region}'`
  return new CacheError('COMMIT_FAILED', message, { context: { region, key } })
}
