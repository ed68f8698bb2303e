import type { Work } from '../works/work.ts'
import { type Performer, type Turn, warmUp } from './measure.ts'
import type { Size } from './sizes.ts'

/** What a process, or a worker, is to get ready for. */
export interface Order extends Size {
  readonly work: string
  readonly contender: string
}

/** An order, or that it is its turn. */
export type Question = Order | 'turn'

/** What a turn gave, or what went wrong; to an order nothing if all went well. */
export interface Answer {
  readonly turn?: Turn
  readonly error?: string
}

/** The way to somebody who answers questions, one at a time. */
export interface Port {
  ask(question: Question): Promise<Answer>
  close(): void
}

/**
 * A contender at the other end of a port, in a process or worker of its own: what others left
 * on the heap, or taught V8 about the loops, does not count. It waits while others have their
 * turn.
 */
export class RemotePerformer implements Performer {
  readonly name: string
  readonly #order: Order
  readonly #port: Port

  constructor(order: Order, port: Port) {
    this.name = order.contender
    this.#order = order
    this.#port = port
  }

  /** Has it fill its cache and warm up. */
  async prepare(): Promise<void> {
    await this.#ask(this.#order)
  }

  async turn(): Promise<Turn> {
    const { turn } = await this.#ask('turn')
    if (turn === undefined) throw new Error(`${this.name} did not take its turn`)
    return turn
  }

  close(): void {
    this.#port.close()
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await this.#port.ask(question)
    if (answer.error !== undefined) throw new Error(`${this.name}, ${this.#order.work}: ${answer.error}`)
    return answer
  }
}

/** The other end: answers questions about the contenders of `works`. */
export function respondent(works: readonly Work[]): (question: Question) => Promise<Answer> {
  let takeTurn: (() => Promise<Turn>) | undefined
  return async (question) => {
    try {
      if (question === 'turn') return takeTurn === undefined ? {} : { turn: await takeTurn() }
      takeTurn = await carryOut(works, question)
      return {}
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
}

async function carryOut(works: readonly Work[], order: Order): Promise<() => Promise<Turn>> {
  const enter = works.find(({ name }) => name === order.work)?.contenders[order.contender]
  if (enter === undefined) throw new Error('there is no such contender')
  return warmUp(await enter(order.scale), order.plan)
}
