import type { Work } from '../works/work.ts'
import { type Turn, warmUp } from './measure.ts'
import type { Size } from './sizes.ts'

/** What a process, or a worker, is to get ready for. */
export interface Order extends Size {
  readonly work: string
  readonly contender: string
}

/** What it says: that it is ready, what a turn gave, or what went wrong. */
export type Answer = { readonly turn?: Turn; readonly error?: string }

/** Gets the one contender ready. What is answered does one turn. */
export async function carryOut(works: readonly Work[], order: Order): Promise<() => Promise<Turn>> {
  const enter = works.find(({ name }) => name === order.work)?.contenders[order.contender]
  if (enter === undefined) throw new Error(`nobody called ${order.contender} does ${order.work}`)
  return warmUp(await enter(order.scale), order.plan)
}

/** An error as an answer. */
export function failed(error: unknown): Answer {
  return { error: error instanceof Error ? error.message : String(error) }
}
