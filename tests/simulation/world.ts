import type { SimHub } from './bus.ts'
import type { Factories } from './factories.ts'
import type { History } from './history.ts'
import type { LinkWorld } from './link.ts'

/** What a process tells the world of. */
export interface ProcessWorld extends LinkWorld {
  readonly history: History
  readonly factories: Factories
  /** Where buses meet; `undefined` where there is none. */
  readonly hub: SimHub | undefined
  readonly fail: (text: string) => void
}
