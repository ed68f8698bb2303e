import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const COUNT = 20_000
const TRIES = 3

/**
 * What one of the values that `make` makes takes of the heap and its buffers, in bytes: the
 * median of some tries, each over so many that what else happens in the process is lost in it.
 */
export function heapOf(make: (i: number) => unknown): number {
  const measured = Array.from({ length: TRIES }, () => measure(make)).sort((a, b) => a - b)
  return measured[(TRIES - 1) / 2] as number
}

function measure(make: (i: number) => unknown): number {
  const kept: unknown[] = new Array(COUNT).fill(null)
  for (let i = 0; i < 100; i++) kept[i] = make(i)
  kept.fill(null)
  const before = usedBytes()
  for (let i = 0; i < COUNT; i++) kept[i] = flat(make(i))
  const bytes = (usedBytes() - before) / COUNT
  if (kept.length !== COUNT) throw new Error('the values were lost')
  return bytes
}

/** A string as one piece: V8 keeps a concatenation as a tree with all its parts. */
function flat(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(JSON.stringify(value)) : value
}

/** What the heap and its buffers hold after a collection, in bytes. */
export function usedBytes(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
