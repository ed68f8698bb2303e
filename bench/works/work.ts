import type { Contender } from '../lib/measure.ts'
import type { Scale } from '../lib/sizes.ts'

/** Gets a contender ready: its load, its cache, filled. */
export type Enter = (scale: Scale) => Contender | Promise<Contender>

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
  /** Who does this work with millions of entries too; nobody unless said. */
  readonly large?: readonly string[]
  /** By name. */
  readonly contenders: Readonly<Record<string, Enter>>
}
