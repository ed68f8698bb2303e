import { yieldToEventLoop } from '../clock.ts'
import { invalidOption } from '../config/units.ts'
import type { WarmData, WarmOptions, WarmProgress } from './types.ts'

/** How many entries go to the tiers at once. */
const BATCH = 1_000

/** Stores one batch and answers how many entries were stored. */
export type StoreBatch<V> = (batch: ReadonlyArray<readonly [string, V]>) => Promise<number>

/**
 * Feeds `data` to `store` in batches, and answers the final progress. It waits for each
 * batch, so that neither memory nor a tier is flooded.
 */
export async function warm<V>(data: WarmData<V>, store: StoreBatch<V>, options: WarmOptions): Promise<WarmProgress> {
  const { pairs, total } = open(data)
  let done = 0
  let stored = 0
  let batch: (readonly [string, V])[] = []
  const flush = async () => {
    stored += await store(batch)
    done += batch.length
    batch = []
    options.onProgress?.({ done, total, stored })
    // Batches are short, and awaiting them takes no turn of the event loop by itself.
    await yieldToEventLoop()
  }
  for await (const pair of pairs) {
    if (options.signal?.aborted) break
    batch.push(pair)
    if (batch.length === BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  return { done, total, stored }
}

interface Source<V> {
  readonly pairs: Iterable<readonly [string, V]> | AsyncIterable<readonly [string, V]>
  readonly total: number | undefined
}

function open<V>(data: WarmData<V>): Source<V> {
  if (typeof data !== 'object' || data === null) {
    throw invalidOption('data', data, 'an object, a Map, or an iterable of [key, value]')
  }
  if (data instanceof Map) return { pairs: data, total: data.size }
  if (Array.isArray(data)) return { pairs: data, total: data.length }
  if (isIterable(data)) return { pairs: data, total: undefined }
  const keys = Object.keys(data)
  return { pairs: fields(data, keys), total: keys.length }
}

function* fields<V>(data: Readonly<Record<string, V>>, keys: readonly string[]): Generator<readonly [string, V]> {
  for (const key of keys) yield [key, data[key] as V]
}

function isIterable<V>(
  data: WarmData<V>,
): data is Iterable<readonly [string, V]> | AsyncIterable<readonly [string, V]> {
  return Symbol.iterator in data || Symbol.asyncIterator in data
}
