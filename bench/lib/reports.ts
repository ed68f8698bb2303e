import type { Measured } from './measure.ts'

/** What was measured of one work at one size. */
export interface Report {
  /** With its size, unless that is the usual one. */
  readonly name: string
  readonly work: string
  /** How many entries a full cache held. */
  readonly entries: number
  readonly title: string
  readonly about: string
  readonly against: readonly string[]
  readonly hitRatio: boolean
  readonly measured: readonly Measured[]
}
