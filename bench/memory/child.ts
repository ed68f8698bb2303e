/** One contender's memory and longest operation, in a process of its own. Answers its parent by messages. */

import { Random } from '../../demo/random.ts'
import { makeKeys, TextMaker } from '../lib/load.ts'
import type { DeletingCache } from '../lib/loops.ts'
import { omnicacheMemory } from '../lib/omnicache.ts'
import { memoryCaches } from '../peers/memory.ts'
import { linearBytes } from './linear.ts'
import type { HeapFound, LoadFound, MemoryMessage, MemoryOrder } from './messages.ts'
import { VALUE_LENGTH } from './table.ts'

const keys = new TextMaker('user:profile:')
const values = new TextMaker('value:'.padEnd(VALUE_LENGTH - 12, '.'), VALUE_LENGTH)

/** The parts of operations that are reads, and deletes; the others set keys that were never there. */
const READS = 0.5
const DELETES = 0.05

function fill(cache: DeletingCache, entries: number): void {
  for (let i = 0; i < entries; i++) cache.set(keys.make(i), values.make(i))
}

/** The memory that this process has now, in bytes. */
function taken() {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { resident: rss, heap: heapUsed, buffers: arrayBuffers, linear: linearBytes() }
}

/** How long a full collection takes, in ms; the shortest of three. */
function collect(): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now()
    globalThis.gc?.()
    return performance.now() - start
  })
  return Math.min(...times)
}

/**
 * Reads, sets and deletes on a full cache. Timed from the end of one operation to the end of
 * the next, so that no pause is between two that nobody sees.
 */
function mix(cache: DeletingCache, entries: number, operations: number): LoadFound['longest'] {
  const random = new Random(operations)
  const longest = { read: 0, set: 0, delete: 0 }
  let next = entries
  let last = performance.now()
  for (let i = 0; i < operations; i++) {
    const kind = random.next()
    const known = keys.make(random.between(next - entries, next - 1))
    let name: keyof typeof longest = 'set'
    if (kind < READS) {
      name = 'read'
      cache.get(known)
    } else if (kind < READS + DELETES) {
      name = 'delete'
      cache.delete(known)
    } else {
      cache.set(keys.make(next), values.make(next))
      next++
    }
    const now = performance.now()
    if (now - last > longest[name]) longest[name] = now - last
    last = now
  }
  return longest
}

/** A small cache of the kind gets everything that is compiled or loaded at first use out of the way. */
function warmUp(make: (max: number) => DeletingCache): void {
  const cache = make(WARM_ENTRIES)
  fill(cache, WARM_ENTRIES)
  mix(cache, WARM_ENTRIES, WARM_ENTRIES)
}

const WARM_ENTRIES = 20_000

function load(make: (max: number) => DeletingCache, { entries, operations }: MemoryOrder): LoadFound {
  warmUp(make)
  collect()
  const before = taken()
  const cache = make(entries)
  fill(cache, entries)
  const collection = collect()
  const { resident, heap, buffers, linear } = taken()
  const added = { resident: resident - before.resident, linear: linear - before.linear }
  tell({ stage: 'mixing' })
  const longest = mix(cache, entries, operations)
  tell({ stage: 'mixed' })
  return { ...added, heap, buffers, collection, longest }
}

function heap(make: (max: number) => DeletingCache, { entries }: MemoryOrder): HeapFound {
  warmUp(make)
  const texts = makeKeys('user:profile:', entries)
  const objects = texts.map((_, id) => ({ id }))
  collect()
  const before = taken()
  const cache = make(entries)
  for (let i = 0; i < entries; i++) cache.set(texts[i] as string, objects[i])
  collect()
  const after = taken()
  // Keys and values are still there, so what grew is the cache's.
  const last = entries - 1
  if (cache.get(texts[last] as string) === undefined || objects[last] === undefined) throw new Error('an entry is lost')
  const perEntry = (kind: keyof typeof after) => (after[kind] - before[kind]) / entries
  return { heap: perEntry('heap'), buffers: perEntry('buffers'), linear: perEntry('linear') }
}

function tell(message: MemoryMessage): void {
  process.send?.(message)
}

const order: MemoryOrder = JSON.parse(process.argv[2] ?? '')
const make = memoryCaches(await omnicacheMemory())[order.contender]
if (make === undefined) throw new Error(`there is no contender ${order.contender}`)
tell({ stage: 'done', found: order.mode === 'load' ? load(make, order) : heap(make, order) })
process.disconnect?.()
