import type { Environment } from '../config/env.ts'
import type { Host } from '../config/types.ts'

const MB = 1024 ** 2
const BROWSER = 64 * MB
const WORKER = 32 * MB

/** How much of the process's memory the cache takes at the most, unless it is told. */
const SHARE = 1 / 4

interface NodeProcess {
  readonly env?: Environment
  readonly versions?: { readonly node?: string }
  constrainedMemory?(): number | undefined
  availableMemory?(): number
  getBuiltinModule?(name: 'node:v8'): { getHeapStatistics(): { heap_size_limit: number } } | undefined
}

interface Globals {
  readonly process?: NodeProcess
  readonly document?: object
}

const { process, document } = globalThis as Globals

/** The environment variables, where the runtime has any. */
export function environment(): Environment {
  return process?.env ?? {}
}

/** What the runtime says, where no option does. */
export function host(): Host {
  return {
    // Asked only where no option says it: it takes as long as all the rest of making a manager.
    get maxBytes() {
      return Math.floor(ceiling())
    },
    production: environment().NODE_ENV === 'production',
  }
}

/**
 * On a server a quarter of what the process may use: the container's limit, the memory that
 * is there, and the limit of the JavaScript heap, which live regions are in.
 */
function ceiling(): number {
  if (typeof process?.constrainedMemory !== 'function') return document === undefined ? WORKER : BROWSER
  const heap = process.getBuiltinModule?.('node:v8')?.getHeapStatistics().heap_size_limit
  const known = [process.constrainedMemory(), process.availableMemory?.(), heap].filter(
    (bytes): bytes is number => bytes !== undefined && bytes > 0,
  )
  return known.length === 0 ? BROWSER : Math.min(...known) * SHARE
}
