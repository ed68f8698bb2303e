import type { Scale } from './load.ts'
import type { Measured, Plan } from './measure.ts'

/** What the process of one work is asked, as JSON in its first argument. */
export interface Order {
  /** `undefined` asks for the names of all works. */
  readonly work: string | undefined
  readonly plan: Plan
  readonly scale: Scale
}

/** What it answers. */
export interface Report {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly against: readonly string[]
  readonly hitRatio: boolean
  readonly measured: readonly Measured[]
}
