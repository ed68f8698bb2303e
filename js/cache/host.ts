import type { Environment } from '../config/env.ts'
import type { Host } from '../config/types.ts'
import { isRequestBound } from '../runtime.ts'

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
    production: isProduction(),
  }
}

function isProduction(): boolean {
  return allowed(() => environment().NODE_ENV) === 'production'
}

/** What `ask` answers; nothing where Deno was not given leave to ask. */
function allowed<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/**
 * On a server a quarter of what the process may use: the container's limit, the memory that
 * is there, and the limit of the JavaScript heap, which live regions are in.
 */
function ceiling(): number {
  // A Worker has 128 MB in all, whatever it says of the machine.
  if (isRequestBound || 'EdgeRuntime' in globalThis) return WORKER
  if (typeof process?.constrainedMemory !== 'function') return document === undefined ? WORKER : BROWSER
  const limits = [
    () => process.constrainedMemory?.(),
    () => process.availableMemory?.(),
    () => process.getBuiltinModule?.('node:v8')?.getHeapStatistics().heap_size_limit,
  ]
  const known = limits.map(allowed).filter((bytes): bytes is number => bytes !== undefined && bytes > 0)
  return known.length === 0 ? BROWSER : Math.min(...known) * SHARE
}
