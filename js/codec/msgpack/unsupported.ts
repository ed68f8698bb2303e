import { MAX_DEPTH } from './format.ts'

/**
 * Why a value cannot be stored, and where in it: `path` is what follows the value's name,
 * as in `.user.onClick`, `[3]`, `.get("a")`; `message` goes on from there: 'is a function'.
 */
export class Unsupported extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

/** The containers around a value, outermost first, and the step taken in each of them. */
export interface Trail {
  readonly containers: readonly (object | undefined)[]
  readonly steps: readonly (string | number)[]
}

/** The error for a value that nests too deep: a cycle, most of the time. */
export function tooDeep(trail: Trail, innermost: object): Unsupported {
  const seen = new Map<object | undefined, number>()
  for (const [depth, container] of [...trail.containers, innermost].entries()) {
    const first = seen.get(container)
    if (first !== undefined) {
      return new Unsupported(pathOf(trail, depth), `is a cycle: it is value${pathOf(trail, first)} again`)
    }
    seen.set(container, depth)
  }
  return new Unsupported('', `is nested deeper than ${MAX_DEPTH} levels`)
}

/** What is said of a value whose parts take more memory than the `room` that there is for them, in bytes. */
export function heavier(room: number): string {
  return `has so many parts that they would take more than ${room} bytes of memory`
}

/** The path of the value that `depth` steps lead to. */
export function pathOf(trail: Trail, depth: number): string {
  let path = ''
  for (let i = 0; i < depth; i++) path += stepInto(trail.containers[i] ?? [], trail.steps[i] ?? 0)
  return path
}

function stepInto(container: object, step: string | number): string {
  if (typeof step === 'string') return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  if (container instanceof Map) return stepIntoMap(container, step)
  if (container instanceof Set) return `.<item ${step}>`
  return Array.isArray(container) ? `[${step}]` : ''
}

/** A map is written as key, value, key, value, so odd steps are values. */
function stepIntoMap(map: ReadonlyMap<unknown, unknown>, step: number): string {
  const entry = Math.floor(step / 2)
  if (step % 2 === 0) return `.<key ${entry}>`
  const key = [...map.keys()][entry]
  return typeof key === 'string' || typeof key === 'number' ? `.get(${JSON.stringify(key)})` : `.<value ${entry}>`
}

/** What an unsupported object is, and what can be done about it. */
export function describe(tag: string, className: string): string {
  const advice = 'Store plain data, or give the region `serializer: jsonSerializer`'
  if (tag === 'Promise') return 'is a Promise: await it, and store what it resolves with'
  if (tag !== 'Object') return `is an instance of ${className || tag}. ${advice}`
  if (className === '' || className === 'Object') return `has a prototype of its own. ${advice}`
  return `is an instance of ${className}. ${advice}`
}
