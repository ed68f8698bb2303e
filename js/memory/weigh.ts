/**
 * Estimates what a value costs the JavaScript heap, in bytes, as V8 lays it out with
 * 8-byte pointers. Strings and buffers are exact; an object is walked up to `MAX_NODES`
 * nodes, and what lies beyond is taken to weigh like what was seen beside it.
 */
export function weigh(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return weighString(value)
    case 'object':
      return value === null ? 0 : weighGraph(value)
    case 'bigint':
      return 16 + Math.ceil(value.toString(16).length / 16) * 8
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : HEAP_NUMBER
    default:
      return 0
  }
}

/** How many nodes of one value are looked at. */
const MAX_NODES = 256

const HEAP_NUMBER = 16
const POINTER = 8
const OBJECT_HEADER = 24
const ARRAY_HEADER = 32
const STRING_HEADER = 16
const BUFFER_HEADER = 200
const HASH_TABLE_ENTRY = 27
const HASH_TABLE_HEADER = 64
const BOXED_PRIMITIVE = 96

const TWO_BYTE = /[\u0100-\uffff]/

/** The bytes of one string: V8 stores Latin-1 text in one byte a character, other text in two. */
export function weighString(text: string): number {
  const bytes = text.length * (TWO_BYTE.test(text) ? 2 : 1)
  return STRING_HEADER + Math.ceil(bytes / POINTER) * POINTER
}

/** Weighs a child, or queues it; `times` is how many children it stands for. */
type Visit = (child: unknown, times: number) => number

function weighGraph(root: object): number {
  const queue: object[] = [root]
  const stands: number[] = [1]
  const seen = new Set<object>(queue)
  let bytes = 0
  let nodes = 0
  for (let i = 0; i < queue.length && i < MAX_NODES; i++) {
    const standsFor = stands[i] as number
    const visit: Visit = (child, times) => {
      if (typeof child !== 'object' || child === null) return weigh(child) * times
      if (!seen.has(child)) {
        seen.add(child)
        queue.push(child)
        stands.push(standsFor * times)
      }
      return 0
    }
    bytes += weighNode(queue[i] as object, visit) * standsFor
    nodes += standsFor
  }
  const unseen = stands.slice(MAX_NODES).reduce((sum, times) => sum + times, 0)
  return bytes + (bytes / nodes) * unseen
}

/** One object by itself, without what `visit` takes over. */
function weighNode(node: object, visit: Visit): number {
  if (ArrayBuffer.isView(node)) return BUFFER_HEADER + node.byteLength
  if (node instanceof ArrayBuffer) return BUFFER_HEADER + node.byteLength
  if (Array.isArray(node)) return weighArray(node, visit)
  if (node instanceof Map) return weighMap(node, visit)
  if (node instanceof Set) return weighSet(node, visit)
  if (node instanceof Date || node instanceof RegExp) return BOXED_PRIMITIVE
  const keys = Object.keys(node)
  const looked = Math.min(keys.length, MAX_NODES)
  let children = 0
  for (let i = 0; i < looked; i++) {
    children += visit((node as Record<string, unknown>)[keys[i] as string], keys.length / looked)
  }
  return OBJECT_HEADER + keys.length * POINTER + children
}

/** Numbers alone lie side by side; among others each that is no small integer is an object. */
function weighArray(array: readonly unknown[], visit: Visit): number {
  const looked = Math.min(array.length, MAX_NODES)
  let children = 0
  let numbers = 0
  for (let i = 0; i < looked; i++) {
    const element = array[i]
    if (typeof element === 'number') numbers++
    children += visit(element, array.length / looked)
  }
  return ARRAY_HEADER + array.length * POINTER + (numbers === looked ? 0 : children)
}

function weighMap(map: ReadonlyMap<unknown, unknown>, visit: Visit): number {
  const times = Math.max(map.size / MAX_NODES, 1)
  let children = 0
  let left = MAX_NODES
  for (const [key, value] of map) {
    if (left-- === 0) break
    children += visit(key, times) + visit(value, times)
  }
  return HASH_TABLE_HEADER + map.size * (HASH_TABLE_ENTRY + POINTER) + children
}

function weighSet(set: ReadonlySet<unknown>, visit: Visit): number {
  const times = Math.max(set.size / MAX_NODES, 1)
  let children = 0
  let left = MAX_NODES
  for (const value of set) {
    if (left-- === 0) break
    children += visit(value, times)
  }
  return HASH_TABLE_HEADER + set.size * HASH_TABLE_ENTRY + children
}
