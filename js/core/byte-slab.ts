import { lazy } from '../lazy.ts'

/** The bytes of a slab: so many values share one that making it costs each a few nanoseconds. */
const SLAB_BYTES = 65_536
/** A longer value gets memory of its own: it would pin little else, and leave much of a slab unused. */
const LONGEST = 2_048

/** What Node tells of a buffer that is not to be transferred; other runtimes may lack any of it. */
interface WorkerThreads {
  markAsUntransferable?(buffer: ArrayBuffer): void
}

interface WithModules {
  process?: { getBuiltinModule?(name: 'node:worker_threads'): WorkerThreads | undefined }
}

let bytes = new Uint8Array(0)
/** The buffer of `bytes`, which the view itself takes 15 ns to tell. */
let { buffer } = bytes
let at = 0

/**
 * What makes so many bytes with a buffer that nobody can transfer, so that values may share it; `undefined`
 * where a runtime has no means for that.
 */
export const slabMaker: () => ((length: number) => Uint8Array<ArrayBuffer>) | undefined = lazy(() => {
  const { process } = globalThis as WithModules
  const keep = process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable
  if (keep === undefined) return undefined
  const trial = new ArrayBuffer(1)
  keep(trial)
  if (!survivesTransfer(trial)) return undefined
  return (length) => {
    const slab = new Uint8Array(length)
    keep(slab.buffer)
    return slab
  }
})

/**
 * A copy of a view, at a quarter of what `slice` takes: making an `ArrayBuffer` outside of the
 * heap is most of that, so short copies are cut from a slab that they share. A copy that is kept
 * keeps its slab. Slabs are made only where they can be marked so that nobody transfers one, and
 * with it the values of others.
 */
export function copyOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = view
  if (length > LONGEST) return new Uint8Array(view)
  // One that was detached all the same has no length.
  if (at + length >= bytes.length) {
    const slab = slabMaker()?.(SLAB_BYTES)
    if (slab === undefined) return new Uint8Array(view)
    bytes = slab
    buffer = bytes.buffer
    at = 0
  }
  const start = at
  // The next one begins where a view of any type may.
  at = (start + length + 7) & ~7
  bytes.set(view, start)
  return new Uint8Array(buffer, start, length)
}

/** Whether a buffer keeps its bytes when somebody tries to transfer it: Node 20 copies it, later ones throw. */
function survivesTransfer(buffer: ArrayBuffer): boolean {
  try {
    structuredClone(buffer, { transfer: [buffer] })
  } catch {
    // Refused, as it should be.
  }
  return buffer.byteLength > 0
}
