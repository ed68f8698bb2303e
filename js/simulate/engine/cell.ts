import type { Batch } from '../trace/batch.ts'

/** One policy at one size: what is told of the trace, and what it counts. */
export interface Cell {
  /** Requests that it could have answered. */
  readonly hits: number
  /** The bytes of those. */
  readonly hitBytes: number
  /** The next requests. */
  run(batch: Batch): void
  /** Gives its memory back; the counts stay. */
  dispose(): void
}
