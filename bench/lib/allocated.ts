/** What one caller allocates. */
export interface Allocated {
  readonly name: string
  /** Bytes of heap that one awaited call leaves to the garbage collector. */
  readonly bytes: number
}

/** The call that does nothing but answer: one promise, and what `await` itself takes. */
export const BARE = 'an async function that returns a constant'

export const ALLOCATION_HEADINGS = ['call', 'bytes', 'more than the bare one', 'at most one promise'] as const

/** What is measurement's own: less than a word a call. */
const TOLERANCE = 4

/** A caller's cells, without what it is compared with. */
export function allocationCells(one: Allocated, _index: number, all: readonly Allocated[]): string[] {
  const bare = all.find(({ name }) => name === BARE)
  if (bare === undefined) throw new Error('nothing to compare with was measured')
  const more = one.bytes - bare.bytes
  return [one.name, one.bytes.toFixed(1), more.toFixed(1), more <= TOLERANCE ? 'yes' : 'NO']
}
