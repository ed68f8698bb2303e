/**
 * The loops that are timed. Each contender gets a copy (`own`), so none may use a name from
 * outside. All answer how many values there were, so that no read can be optimised away.
 */

/** What a synchronous cache can do. */
export interface SyncCache {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
  delete(key: string): unknown
}

export function getAll(cache: SyncCache, keys: readonly string[]): number {
  let found = 0
  for (let i = 0; i < keys.length; i++) if (cache.get(keys[i] as string) !== undefined) found++
  return found
}

export function setAll(
  cache: SyncCache,
  keys: readonly string[],
  values: readonly unknown[],
  from: number,
  to: number,
): number {
  for (let i = from; i < to; i++) cache.set(keys[i] as string, values[i])
  return cache.get(keys[to - 1] as string) === undefined ? 0 : to - from
}

export function deleteAll(cache: SyncCache, keys: readonly string[]): number {
  for (let i = 0; i < keys.length; i++) cache.delete(keys[i] as string)
  return cache.get(keys[0] as string) === undefined ? keys.length : 0
}

/** Reads, and sets what was not there. */
export function readThrough(
  cache: SyncCache,
  requests: Uint32Array,
  keys: readonly string[],
  values: readonly unknown[],
): number {
  let found = 0
  for (let i = 0; i < requests.length; i++) {
    const request = requests[i] as number
    const key = keys[request] as string
    if (cache.get(key) === undefined) cache.set(key, values[request])
    else found++
  }
  return found
}
