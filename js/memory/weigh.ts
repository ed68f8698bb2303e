/**
 * Estimates what a value costs the JavaScript heap, in bytes, as V8 lays it out with
 * 8-byte pointers. Strings and buffers are exact; an object is walked up to `MAX_NODES`
 * nodes, and what lies beyond is taken to weigh like the average of what was seen.
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
const HASH_TABLE_HEADER = 200
const BOXED_PRIMITIVE = 96

const TWO_BYTE = /[\u0100-\uffff]/

/** The bytes of one string: V8 stores Latin-1 text in one byte a character, other text in two. */
export function weighString(text: string): number {
  const bytes = text.length * (TWO_BYTE.test(text) ? 2 : 1)
  return STRING_HEADER + Math.ceil(bytes / POINTER) * POINTER
}

function weighGraph(root: object): number {
  const queue: object[] = [root]
  const seen = new Set<object>(queue)
  let bytes = 0
  for (let i = 0; i < queue.length && i < MAX_NODES; i++) {
    bytes += weighNode(queue[i] as object, (child) => {
      if (typeof child !== 'object' || child === null) return weigh(child)
      if (!seen.has(child)) {
        seen.add(child)
        queue.push(child)
      }
      return 0
    })
  }
  return queue.length <= MAX_NODES ? bytes : (bytes / MAX_NODES) * queue.length
}

/** One object by itself; `visit` weighs or queues what it refers to. */
function weighNode(node: object, visit: (child: unknown) => number): number {
  if (ArrayBuffer.isView(node)) return BUFFER_HEADER + node.byteLength
  if (node instanceof ArrayBuffer) return BUFFER_HEADER + node.byteLength
  if (Array.isArray(node)) return weighArray(node, visit)
  if (node instanceof Map) return weighMap(node, visit)
  if (node instanceof Set) return weighSet(node, visit)
  if (node instanceof Date || node instanceof RegExp) return BOXED_PRIMITIVE
  const keys = Object.keys(node)
  const looked = Math.min(keys.length, MAX_NODES)
  let children = 0
  for (let i = 0; i < looked; i++) children += visit((node as Record<string, unknown>)[keys[i] as string])
  return OBJECT_HEADER + keys.length * POINTER + scaled(children, looked, keys.length)
}

/** Elements beyond `MAX_NODES` are taken to weigh like those before. Numbers alone lie side by side. */
function weighArray(array: readonly unknown[], visit: (child: unknown) => number): number {
  const looked = Math.min(array.length, MAX_NODES)
  let children = 0
  let numbers = 0
  for (let i = 0; i < looked; i++) {
    const element = array[i]
    if (typeof element === 'number') numbers++
    children += visit(element)
  }
  if (numbers === looked) children = 0
  return ARRAY_HEADER + array.length * POINTER + scaled(children, looked, array.length)
}

function weighMap(map: ReadonlyMap<unknown, unknown>, visit: (child: unknown) => number): number {
  let children = 0
  let looked = 0
  for (const [key, value] of map) {
    if (looked === MAX_NODES) break
    looked++
    children += visit(key) + visit(value)
  }
  return HASH_TABLE_HEADER + map.size * (HASH_TABLE_ENTRY + POINTER) + scaled(children, looked, map.size)
}

function weighSet(set: ReadonlySet<unknown>, visit: (child: unknown) => number): number {
  let children = 0
  let looked = 0
  for (const value of set) {
    if (looked === MAX_NODES) break
    looked++
    children += visit(value)
  }
  return HASH_TABLE_HEADER + set.size * HASH_TABLE_ENTRY + scaled(children, looked, set.size)
}

/** What `looked` of `all` children weigh, for all of them. */
function scaled(weight: number, looked: number, all: number): number {
  return looked === 0 ? 0 : (weight / looked) * all
}
