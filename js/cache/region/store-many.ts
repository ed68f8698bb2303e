import { type Clock, yieldToEventLoop } from '../../clock.ts'
import { invalidOption } from '../../config/units.ts'
import type { Put } from '../entries/entries.ts'
import type { PendingWrite } from '../entries/l2-writes.ts'

/** How long one call works through many entries before it lets others run, in ms. */
const SLICE = 5

/** How many entries, and about how many bytes, go to L2 in one round trip. */
const CHUNK_ENTRIES = 256
const CHUNK_BYTES = 1 << 20

/** Stores one pair in memory, and answers what L2 is to be sent. Throws for a bad one. */
export type StoreOne<V> = (key: string, value: V) => Put | Promise<Put>

/**
 * Stores any number of pairs, and answers how many were stored. The event loop is never held up
 * for long, and L2 gets them in pieces of a bounded size. Where a pair is refused, those before
 * it are in memory already, and are sent all the same.
 */
export async function storeMany<V>(
  pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
  store: StoreOne<V>,
  send: (pending: readonly PendingWrite[]) => Promise<unknown>,
  clock: Clock,
): Promise<number> {
  let stored = 0
  let bytes = 0
  let pending: PendingWrite[] = []
  let until = clock.exact() + SLICE
  try {
    for (const pair of isIterable(pairs) ? pairs : Object.entries(pairs)) {
      // A string would be taken for its letters.
      if (!Array.isArray(pair)) throw invalidOption('a pair', pair, '[key, value]')
      const [key, value] = pair as readonly [string, V]
      const storing = store(key, value)
      const written = storing instanceof Promise ? await storing : storing
      if (written.stored || written.pending !== undefined) stored++
      if (written.pending !== undefined) {
        pending.push(written.pending)
        bytes += written.pending.write.envelope.length
      }
      if (pending.length >= CHUNK_ENTRIES || bytes >= CHUNK_BYTES) {
        const chunk = pending
        pending = []
        bytes = 0
        await send(chunk)
      }
      if (clock.exact() >= until) {
        await yieldToEventLoop()
        until = clock.exact() + SLICE
      }
    }
  } finally {
    await send(pending)
  }
  return stored
}

function isIterable<V>(
  pairs: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
): pairs is Iterable<readonly [string, V]> {
  if (typeof pairs !== 'object' || pairs === null) {
    throw invalidOption('pairs', pairs, 'an object, a Map, or another iterable of [key, value]')
  }
  return Symbol.iterator in pairs
}
