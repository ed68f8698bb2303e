import type { Contender } from '../lib/measure.ts'
import type { Scale, SizeName } from '../lib/sizes.ts'

/** Gets a contender ready: its load, its cache, filled. */
export type Enter = (scale: Scale) => Contender | Promise<Contender>

/** Contenders by the size. */
export type Large = Readonly<Partial<Record<SizeName, readonly string[]>>>

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
  /** Who does this work at other sizes than the usual one too; nobody unless said. */
  readonly large?: Large
  /** By name. */
  readonly contenders: Readonly<Record<string, Enter>>
}
