import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const COUNT = 4_000

/** What one of the values that `make` makes takes of the heap and its buffers, in bytes. */
export function heapOf(make: (i: number) => unknown): number {
  const kept: unknown[] = new Array(COUNT).fill(null)
  for (let i = 0; i < 100; i++) kept[i] = make(i)
  kept.fill(null)
  const before = used()
  for (let i = 0; i < COUNT; i++) kept[i] = flat(make(i))
  const bytes = (used() - before) / COUNT
  if (kept.length !== COUNT) throw new Error('the values were lost')
  return bytes
}

/** A string as one piece: V8 keeps a concatenation as a tree until it is looked into. */
function flat(value: unknown): unknown {
  if (typeof value === 'string') value.charCodeAt(0)
  return value
}

function used(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
