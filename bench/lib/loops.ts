/** The loops that are timed. All answer how many values there were, so that no read can be optimised away. */

/** What a synchronous cache can do. */
export interface SyncCache {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}

/** One whose entries can be taken out. */
export interface DeletingCache extends SyncCache {
  delete(key: string): unknown
}

export function getAll(cache: SyncCache, keys: readonly string[], from: number, to: number): number {
  let found = 0
  for (let i = from; i < to; i++) if (cache.get(keys[i] as string) !== undefined) found++
  return found
}

export function setAll(cache: SyncCache, keys: readonly string[], values: readonly unknown[]): void {
  const last = values.length
  for (let i = 0, j = 0; i < keys.length; i++) {
    cache.set(keys[i] as string, values[j])
    if (++j === last) j = 0
  }
}

export function deleteAll(cache: DeletingCache, keys: readonly string[]): number {
  for (let i = 0; i < keys.length; i++) cache.delete(keys[i] as string)
  return cache.get(keys[0] as string) === undefined ? keys.length : 0
}

/** Reads, and sets what was not there. */
export function readThrough(
  cache: SyncCache,
  { requests, keys }: { readonly requests: Uint32Array; readonly keys: readonly string[] },
  values: readonly unknown[],
  from: number,
  to: number,
): number {
  let found = 0
  for (let i = from; i < to; i++) {
    const request = requests[i] as number
    const key = keys[request] as string
    if (cache.get(key) === undefined) cache.set(key, values[request % values.length])
    else found++
  }
  return found
}
