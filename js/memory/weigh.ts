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

/** What one walk through a value has found out. */
export interface Survey {
  /** As of `weigh`. */
  readonly weight: number
  /**
   * Whether all of it was seen, and is small, and made of plain objects and arrays of this realm, each
   * there once, of texts, numbers, booleans and null: then it survives any serialization that is true
   * to such. Where this is false, nothing is said.
   */
  readonly plain: boolean
}

/**
 * Weighs a value and sees whether it is plain, in one walk: that takes little more than weighing
 * alone, where serializing a value only to see whether it can be takes five times as much. Nothing
 * where a getter threw.
 */
export function survey(value: unknown): Survey | undefined {
  const graph = borrow()
  try {
    const weight = graph.survey(value)
    return { weight, plain: graph.plain && weight + graph.nameLengths <= MOST_PLAIN }
  } catch {
    return undefined
  } finally {
    giveBack(graph)
  }
}

/** How many nodes of one value are looked at. */
const MAX_NODES = 256

/** What weighs more is not said to be plain: each kind of bytes has a limit, which this is far below. */
const MOST_PLAIN = 2 ** 20

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

/** Up to so many objects, a list of them is searched; a set is made for more. */
const FEW = 16

/** The objects of one value, each of them once, in the order in which they are come upon. */
class Graph {
  /** Kept from value to value, as making them anew would cost as much as weighing a small one. */
  readonly #found: (object | undefined)[] = []
  /** How many objects each of them stands for. */
  readonly #stands: number[] = []
  #size = 0
  /** All that were found, where they are more than a few. */
  #known: Set<object> | undefined
  /** How many each one stands for that is found now. */
  #standsFor = 1
  /** Whether the question is, too, whether the value is plain. */
  asksWhetherPlain = false
  /** Whether nothing was seen that is not. */
  plain = true
  /** The lengths of all names of fields: weights leave them out, as they are shared. */
  nameLengths = 0

  /** How many were found. */
  get size(): number {
    return this.#size
  }

  /** As `weigh`, of anything, and sees whether it is plain. */
  survey(value: unknown): number {
    this.asksWhetherPlain = true
    if (typeof value === 'object' && value !== null) return this.weigh(value)
    return this.visit(value, 1)
  }

  weigh(root: object): number {
    let bytes = 0
    let nodes = 0
    this.#add(root, 1)
    for (let i = 0; i < this.#size && i < MAX_NODES; i++) {
      this.#standsFor = this.#stands[i] as number
      bytes += weighNode(this.#found[i] as object, this) * this.#standsFor
      nodes += this.#standsFor
    }
    if (this.#size <= MAX_NODES) return bytes
    this.plain = false
    let unseen = 0
    for (let i = MAX_NODES; i < this.#size; i++) unseen += this.#stands[i] as number
    return bytes + (bytes / nodes) * unseen
  }

  /** Holds on to nothing of the value. */
  clear(): void {
    if (this.#size > MAX_NODES) {
      this.#found.length = 0
      this.#stands.length = 0
    }
    for (let i = 0; i < this.#found.length && i < this.#size; i++) this.#found[i] = undefined
    this.#size = 0
    this.#known = undefined
    this.asksWhetherPlain = false
    this.plain = true
    this.nameLengths = 0
  }

  /** Weighs a child, or queues it; `times` is how many children it stands for. */
  visit(child: unknown, times: number): number {
    if (typeof child !== 'object' || child === null) {
      if (this.asksWhetherPlain && !isPlainPrimitive(child)) this.plain = false
      return weigh(child) * times
    }
    if (this.#knows(child)) this.plain = false
    else this.#add(child, this.#standsFor * times)
    return 0
  }

  /** Those from the one at `from` on stand for so many times as many. */
  multiply(from: number, times: number): void {
    for (let i = from; i < this.#size; i++) this.#stands[i] = (this.#stands[i] as number) * times
  }

  #add(object: object, standsFor: number): void {
    this.#known?.add(object)
    this.#found[this.#size] = object
    this.#stands[this.#size++] = standsFor
  }

  #knows(child: object): boolean {
    if (this.#size >= FEW) {
      this.#known ??= new Set(this.#found.slice(0, this.#size) as object[])
      return this.#known.has(child)
    }
    for (let i = 0; i < this.#size; i++) if (this.#found[i] === child) return true
    return false
  }
}

/** One that is not in use: a getter of a value may have another one weighed. */
let spare: Graph | undefined

function borrow(): Graph {
  const graph = spare ?? new Graph()
  spare = undefined
  return graph
}

function giveBack(graph: Graph): void {
  graph.clear()
  spare = graph
}

function weighGraph(root: object): number {
  const graph = borrow()
  try {
    return graph.weigh(root)
  } finally {
    giveBack(graph)
  }
}

/** A BigInt may have any length. */
function isPlainPrimitive(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint'
}

/** One object by itself, without what the graph takes over. */
function weighNode(node: object, graph: Graph): number {
  if (Object.getPrototypeOf(node) === Object.prototype) return weighPlain(node as Fields, graph)
  if (Array.isArray(node)) return weighArray(node, graph)
  graph.plain = false
  if (ArrayBuffer.isView(node)) return BUFFER_HEADER + node.byteLength
  if (node instanceof ArrayBuffer) return BUFFER_HEADER + node.byteLength
  if (node instanceof Map) return weighMap(node, graph)
  if (node instanceof Set) return weighSet(node, graph)
  if (node instanceof Date || node instanceof RegExp) return BOXED_PRIMITIVE
  return weighInstance(node as Fields, graph)
}

type Fields = Readonly<Record<string, unknown>>

/** `for in` reads fields at a third of the price of a list of their names. */
function weighPlain(fields: Fields, graph: Graph): number {
  const { size, asksWhetherPlain } = graph
  let names = 0
  let children = 0
  if (asksWhetherPlain && Object.getOwnPropertySymbols(fields).length > 0) graph.plain = false
  for (const name in fields) {
    if (++names > MAX_NODES) continue
    children += graph.visit(fields[name], 1)
    if (!asksWhetherPlain) continue
    graph.nameLengths += name.length
    if (name === '__proto__') graph.plain = false
  }
  if (names > MAX_NODES) {
    graph.plain = false
    children *= names / MAX_NODES
    graph.multiply(size, names / MAX_NODES)
  }
  return OBJECT_HEADER + names * POINTER + children
}

/** Of an instance only its own fields count. */
function weighInstance(fields: Fields, graph: Graph): number {
  const names = Object.keys(fields)
  const looked = Math.min(names.length, MAX_NODES)
  const times = names.length / looked
  let children = 0
  for (let i = 0; i < looked; i++) children += graph.visit(fields[names[i] as string], times)
  return OBJECT_HEADER + names.length * POINTER + children
}

/** Numbers alone lie side by side; among others each that is no small integer is an object. */
function weighArray(array: readonly unknown[], graph: Graph): number {
  const looked = Math.min(array.length, MAX_NODES)
  let children = 0
  let numbers = 0
  if (looked < array.length || Object.getPrototypeOf(array) !== Array.prototype) graph.plain = false
  for (let i = 0; i < looked; i++) {
    const element = array[i]
    // It may be a hole.
    if (element === undefined) graph.plain = false
    if (typeof element === 'number') numbers++
    children += graph.visit(element, array.length / looked)
  }
  return ARRAY_HEADER + array.length * POINTER + (numbers === looked ? 0 : children)
}

function weighMap(map: ReadonlyMap<unknown, unknown>, graph: Graph): number {
  const times = Math.max(map.size / MAX_NODES, 1)
  let children = 0
  let left = MAX_NODES
  for (const [key, value] of map) {
    if (left-- === 0) break
    children += graph.visit(key, times) + graph.visit(value, times)
  }
  return HASH_TABLE_HEADER + map.size * (HASH_TABLE_ENTRY + POINTER) + children
}

function weighSet(set: ReadonlySet<unknown>, graph: Graph): number {
  const times = Math.max(set.size / MAX_NODES, 1)
  let children = 0
  let left = MAX_NODES
  for (const value of set) {
    if (left-- === 0) break
    children += graph.visit(value, times)
  }
  return HASH_TABLE_HEADER + set.size * HASH_TABLE_ENTRY + children
}
