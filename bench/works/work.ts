import type { Scale } from '../lib/load.ts'
import type { Contender } from '../lib/measure.ts'

/** One piece of work that all contenders do. */
export interface Work {
  /** What `--only` calls it. */
  readonly name: string
  readonly title: string
  /** One or two sentences for those who read the table. */
  readonly about: string
  /** What the others are compared with: the fastest of these. */
  readonly against: readonly string[]
  /** Whether the part of requests that were hits belongs into the table. */
  readonly hitRatio?: boolean
  make(scale: Scale): readonly Contender[] | Promise<readonly Contender[]>
}
